"""Which backups rotation may remove: whatever the list, the clock and the settings say, the last good ones stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gharmitra_admin.engine import BackupRecord, Kind, Origin, Problem, Reason, Status, Verdict
from gharmitra_admin.engine.base.settings import Policy
from gharmitra_admin.engine.parts import retention
from gharmitra_admin.engine.parts.retention import FROZEN, MONTH_ENDS
from tests.builders.records import KOLKATA, NOW, daily, lists, record

steady = settings(derandomize=True, deadline=None, database=None, max_examples=150)

policies = st.builds(Policy, last=st.integers(-5, 30), days=st.integers(-5, 40))
moments = st.datetimes(datetime(1970, 1, 2), datetime(2105, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001
nows = st.one_of(st.just(NOW), moments)
ONLY_LAST = Policy(last=1, days=0)


def stay(verdicts: list[Verdict]) -> list[BackupRecord]:
    return [verdict.record for verdict in verdicts if verdict.stays]


def reasons(verdicts: list[Verdict], sequence: int) -> set[Reason]:
    return set(next(verdict.reasons for verdict in verdicts if verdict.record.sequence == sequence))


@given(lists(), policies, nows)
@steady
def test_the_newest_checked_and_the_newest_proven_always_stay(records: list[BackupRecord], policy: Policy, now: datetime) -> None:
    staying = stay(retention.choose(records, policy, now))
    good = [one for one in records if one.is_good]
    proven = [one for one in good if one.status is Status.PROVEN]
    made = [one for one in good if one.is_made and one.kind is not Kind.PRE_RESTORE]
    for newest in (good[:1], proven[:1], made[:1]):
        assert all(one in staying for one in newest)


def test_the_newest_proven_stays_where_nothing_else_keeps_it() -> None:
    records = [record(30 - number, NOW - timedelta(minutes=number)) for number in range(30)]
    for place in (20, 25):
        records[place] = replace(records[place], status=Status.PROVEN)
    verdicts = retention.choose(records, Policy(last=2, days=0), NOW)
    assert [one.sequence for one in stay(verdicts)] == [30, 29, 10]
    assert reasons(verdicts, 10) == {Reason.NEWEST_PROVEN}
    assert Reason.NEWEST_CHECKED in reasons(verdicts, 30)


def test_the_newest_checked_one_is_named_so_where_unchecked_and_damaged_ones_are_newer() -> None:
    records = [record(3, status=Status.UNCHECKED), record(2, status=Status.DAMAGED, problem=Problem.EMPTY), record(1)]
    assert Reason.NEWEST_CHECKED in reasons(retention.choose(records, ONLY_LAST, NOW), 1)


@given(lists(), policies, nows)
@steady
def test_what_may_go_is_good_made_here_rotating_and_has_a_newer_good_one(
    records: list[BackupRecord], policy: Policy, now: datetime
) -> None:
    verdicts = retention.choose(records, policy, now)
    staying = stay(verdicts)
    for one in (verdict.record for verdict in verdicts if not verdict.stays):
        assert one.is_good
        assert one.origin is Origin.MADE
        assert not one.kept
        assert one.kind is not Kind.PRE_RESTORE
        assert any(other.is_good and other.sequence > one.sequence for other in staying)


@given(lists(), policies, nows)
@steady
def test_applied_twice_it_says_the_same(records: list[BackupRecord], policy: Policy, now: datetime) -> None:
    staying = stay(retention.choose(records, policy, now))
    assert stay(retention.choose(staying, policy, now)) == staying


@given(lists(), policies, nows, st.data())
@steady
def test_removing_some_and_being_killed_removes_no_more_in_the_end(
    records: list[BackupRecord], policy: Policy, now: datetime, data: st.DataObject
) -> None:
    verdicts = retention.choose(records, policy, now)
    going = [verdict.record for verdict in verdicts if not verdict.stays]
    gone = data.draw(st.lists(st.sampled_from(going), unique_by=id) if going else st.just([]))
    left = [one for one in records if one not in gone]
    assert stay(retention.choose(left, policy, now)) == stay(verdicts)


@given(lists(), policies, nows)
@steady
def test_every_verdict_stands_for_one_record_and_has_each_reason_once(records: list[BackupRecord], policy: Policy, now: datetime) -> None:
    verdicts = retention.choose(records, policy, now)
    assert [verdict.record for verdict in verdicts] == records
    for verdict in verdicts:
        assert verdict.stays == bool(verdict.reasons)
        assert len(set(verdict.reasons)) == len(verdict.reasons)


@given(lists(), policies, moments, st.sampled_from(sorted(FROZEN, key=str)))
@steady
def test_frozen_nothing_goes_and_each_says_why(records: list[BackupRecord], policy: Policy, now: datetime, why: Reason) -> None:
    for verdict in retention.choose(records, policy, now, frozen=why):
        assert why in verdict.reasons


@given(st.integers(2, 60), policies, moments)
@steady
def test_a_clock_that_jumped_removes_nothing(count: int, policy: Policy, now: datetime) -> None:
    records = daily(count)
    is_steady = timedelta(minutes=-5) <= now - NOW <= timedelta(days=366)
    verdicts = retention.choose(records, policy, now)
    assert all(Reason.FROZEN_CLOCK in verdict.reasons for verdict in verdicts) != is_steady


@pytest.mark.parametrize(
    ("step", "frozen"),
    [
        (timedelta(0), None),
        (timedelta(minutes=-5), None),
        (timedelta(minutes=-5, seconds=-1), Reason.FROZEN_CLOCK),
        (timedelta(hours=-2), Reason.FROZEN_CLOCK),
        (timedelta(days=366), None),
        (timedelta(days=366, seconds=1), Reason.FROZEN_CLOCK),
    ],
)
def test_the_clock_freezes_at_five_minutes_back_and_at_a_year_on(step: timedelta, frozen: Reason | None) -> None:
    assert retention.freeze(daily(3), NOW + step) is frozen
    assert retention.freeze([record(2, NOW + step), *daily(1)], NOW + step) is frozen


def test_the_clock_of_another_zone_is_no_jump() -> None:
    assert retention.freeze(daily(2), NOW.astimezone(UTC)) is None


def test_damaged_books_freeze_until_a_whole_backup_is_made() -> None:
    broken = record(5, set_apart=True, status=Status.DAMAGED, problem=Problem.BOOKS_DAMAGED)
    assert retention.freeze([broken, *daily(4)], NOW) is Reason.FROZEN_BOOKS_DAMAGED
    assert retention.freeze([record(6), broken, *daily(4)], NOW) is None


def test_shrunk_books_freeze_until_somebody_has_explained_it_however_many_backups_follow() -> None:
    shrunk = record(5, shrunk=("ledger",))
    records = [*(record(10 - number) for number in range(5)), shrunk, *daily(4)]
    assert retention.freeze(records, NOW) is Reason.FROZEN_SHRUNK
    assert retention.freeze([replace(one, shrunk=()) for one in records], NOW) is None


@pytest.mark.parametrize("last", [1, 2, 10, 19])
def test_the_last_so_many_stay_and_no_more_of_one_day(last: int) -> None:
    records = [record(20 - number, NOW - timedelta(minutes=number)) for number in range(20)]
    verdicts = retention.choose(records, Policy(last=last, days=7), NOW)
    assert [one.sequence for one in stay(verdicts)] == list(range(20, 20 - last, -1))
    assert all(Reason.LAST in reasons(verdicts, one.sequence) for one in stay(verdicts))


def states(records: list[BackupRecord]) -> list[str | None]:
    return list(dict.fromkeys(one.sha256 for one in records))


@given(lists(), policies, nows)
@steady
def test_of_the_last_states_as_many_stay_as_there_are_places(records: list[BackupRecord], policy: Policy, now: datetime) -> None:
    rotating = [one for one in records if one.is_good and one.is_made and not one.kept and one.kind not in {Kind.PRE_RESTORE, Kind.LOGOUT}]
    assert set(states(rotating)[: max(1, policy.last)]) <= set(states(stay(retention.choose(records, policy, now))))


def test_pressing_the_button_often_pushes_no_earlier_state_out() -> None:
    minute = timedelta(minutes=1)
    pressed = [record(60 - number, NOW - number * minute, sha256="a" * 64) for number in range(40)]
    earlier = [record(20 - number, NOW - (40 + number) * minute) for number in range(20)]
    verdicts = retention.choose([*pressed, *earlier], Policy(last=10, days=0), NOW)
    assert [one.sequence for one in stay(verdicts)] == [*range(60, 50, -1), *range(20, 11, -1)]
    assert reasons(verdicts, 12) == {Reason.LAST}


@pytest.mark.parametrize("last", [0, -1, -100])
def test_no_number_of_places_is_below_one(last: int) -> None:
    records = [record(20 - number, NOW - timedelta(minutes=number)) for number in range(20)]
    assert [one.sequence for one in stay(retention.choose(records, Policy(last=last, days=0), NOW))] == [20]


def test_the_newest_of_each_of_the_last_days_stays() -> None:
    records = [record(30 - number, NOW - timedelta(hours=8 * number)) for number in range(30)]
    verdicts = retention.choose(records, Policy(last=1, days=4), NOW)
    of_their_day = [one for one in stay(verdicts) if Reason.DAY in reasons(verdicts, one.sequence)]
    assert [one.created_at.date().day for one in of_their_day] == [23, 22, 21, 20]
    for one in of_their_day:
        assert one.sequence == max(other.sequence for other in records if other.created_at.date() == one.created_at.date())


def test_days_without_a_backup_count_for_nothing() -> None:
    records = [record(5 - number, NOW - timedelta(days=40 * number)) for number in range(5)]
    verdicts = retention.choose(records, Policy(last=1, days=3), NOW)
    assert [one.sequence for one in records if Reason.DAY in reasons(verdicts, one.sequence)] == [5, 4, 3]


def test_the_last_of_each_month_stays_for_two_years_of_months() -> None:
    verdicts = retention.choose(daily(900), ONLY_LAST, NOW)
    of_their_month = [one.created_at for one in stay(verdicts) if Reason.MONTH_END in reasons(verdicts, one.sequence)]
    assert len(of_their_month) == MONTH_ENDS == 24
    assert of_their_month[0] == NOW
    assert all((moment + timedelta(days=1)).month != moment.month for moment in of_their_month[1:])


def test_the_last_of_every_financial_year_stays_for_ever() -> None:
    records = [record(600 - number, NOW - timedelta(days=7 * number)) for number in range(600)]
    verdicts = retention.choose(records, ONLY_LAST, NOW)
    of_their_year = [one for one in stay(verdicts) if Reason.YEAR_END in reasons(verdicts, one.sequence)]
    assert len(of_their_year) == 12
    for one in of_their_year[1:]:
        assert (one.created_at.month, one.created_at.day >= 25) == (3, True)


@pytest.mark.parametrize(
    ("earlier", "later", "same_year"),
    [
        (datetime(2026, 3, 31, 23, 59, tzinfo=KOLKATA), datetime(2026, 4, 1, 0, 0, tzinfo=KOLKATA), False),
        (datetime(2025, 12, 31, tzinfo=KOLKATA), datetime(2026, 1, 1, tzinfo=KOLKATA), True),
        (datetime(2026, 4, 1, tzinfo=KOLKATA), datetime(2027, 3, 31, tzinfo=KOLKATA), True),
    ],
)
def test_a_financial_year_begins_in_april(earlier: datetime, later: datetime, same_year: bool) -> None:
    verdicts = retention.choose([record(2, later), record(1, earlier)], ONLY_LAST, later)
    assert (Reason.YEAR_END in reasons(verdicts, 1)) != same_year


def test_the_moment_counts_as_the_society_knew_it_and_not_in_utc() -> None:
    after_midnight = datetime(2026, 4, 1, 0, 30, tzinfo=KOLKATA)
    verdicts = retention.choose([record(2, after_midnight), record(1, after_midnight - timedelta(hours=1))], ONLY_LAST, after_midnight)
    assert {Reason.MONTH_END, Reason.YEAR_END} <= reasons(verdicts, 1)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"kept": True}, Reason.KEPT),
        ({"kind": Kind.PRE_RESTORE}, Reason.SAFETY),
        ({"status": Status.DAMAGED, "problem": Problem.HASH_DIFFERS}, Reason.NOT_WHOLE),
        ({"status": Status.DAMAGED, "problem": Problem.BOOKS_DAMAGED, "set_apart": True}, Reason.SET_APART),
        ({"status": Status.UNCHECKED}, Reason.UNCHECKED),
        ({"status": Status.COPIED}, Reason.UNCHECKED),
        ({"origin": Origin.ADOPTED, "kind": None}, Reason.ADOPTED),
    ],
)
def test_one_that_does_not_rotate_stays_for_its_own_reason_and_takes_no_place(said: dict[str, object], why: Reason) -> None:
    records = [record(20 - number, NOW - timedelta(minutes=number)) for number in range(20)]
    records[15] = record(5, records[15].created_at, **said)
    records[2] = record(18, records[2].created_at, **said)
    verdicts = retention.choose(records, Policy(last=3, days=0), NOW)
    assert reasons(verdicts, 5) == {why}
    assert [one.sequence for one in stay(verdicts)] == [20, 19, 18, 17, 5]


def without_logouts(records: list[BackupRecord]) -> list[BackupRecord]:
    return [one for one in records if one.kind is not Kind.LOGOUT]


@given(lists(), policies, nows)
@steady
def test_no_backup_at_logout_makes_another_one_go(records: list[BackupRecord], policy: Policy, now: datetime) -> None:
    staying = stay(retention.choose(records, policy, now))
    assert [one for one in stay(retention.choose(without_logouts(records), policy, now)) if one not in staying] == []


@given(lists(max_size=25), st.lists(st.integers(0, 25), max_size=60), policies, nows)
@steady
def test_any_number_of_logouts_put_anywhere_changes_nothing_for_the_others(
    records: list[BackupRecord], places: list[int], policy: Policy, now: datetime
) -> None:
    others = without_logouts(records)
    crowded: list[BackupRecord] = []
    for number in range(len(others) + 1):
        crowded += [record(0, NOW, kind=Kind.LOGOUT, status=Status.PROVEN)] * places.count(number)
        crowded += others[number : number + 1]
    crowded = [replace(one, sequence=len(crowded) - number) for number, one in enumerate(crowded)]
    renumbered = without_logouts(crowded)
    before = {id(crowd) for crowd, one in zip(renumbered, retention.choose(others, policy, now), strict=True) if one.stays}
    after = {id(verdict.record) for verdict in retention.choose(crowded, policy, now) if verdict.stays}
    assert before <= after


def test_a_resident_who_logs_out_a_thousand_times_takes_nothing_from_the_admin() -> None:
    admin = [record(10 - number, NOW - timedelta(hours=1, minutes=number)) for number in range(10)]
    resident = [record(1010 - number, NOW - timedelta(seconds=3 * number), kind=Kind.LOGOUT) for number in range(1000)]
    verdicts = retention.choose([*resident, *admin], Policy(last=10, days=7), NOW)
    assert [one.sequence for one in stay(verdicts)] == [*range(1010, 1000, -1), *range(10, 0, -1)]
    assert {Reason.LAST, Reason.NEWEST_CHECKED, Reason.DAY, Reason.MONTH_END, Reason.YEAR_END} == reasons(verdicts, 10)
    assert reasons(verdicts, 1010) == {Reason.LAST_AT_LOGOUT, Reason.NEWEST_CHECKED}


@pytest.mark.parametrize("last", [0, 1, 3])
def test_those_at_logout_have_as_many_places_of_their_own(last: int) -> None:
    records = [record(20 - number, NOW - timedelta(minutes=number), kind=[Kind.LOGOUT, Kind.MANUAL][number % 2]) for number in range(20)]
    verdicts = retention.choose(records, Policy(last=last, days=0), NOW)
    assert [one.sequence for one in stay(verdicts)] == list(range(20, 20 - 2 * max(1, last), -1))


def test_a_backup_at_logout_fills_a_day_only_where_no_other_does() -> None:
    records = [
        record(8, NOW, kind=Kind.LOGOUT),
        record(7, NOW - timedelta(days=1), kind=Kind.LOGOUT),
        record(6, NOW - timedelta(days=1, hours=1)),
        record(5, NOW - timedelta(days=2), kind=Kind.LOGOUT),
        record(4, NOW - timedelta(days=2, hours=1), kind=Kind.LOGOUT),
        record(3, NOW - timedelta(days=3)),
        record(2, NOW - timedelta(days=3, hours=1), kind=Kind.LOGOUT),
    ]
    verdicts = retention.choose(records, Policy(last=1, days=7), NOW)
    assert [one.sequence for one in records if Reason.DAY in reasons(verdicts, one.sequence)] == [8, 6, 5, 3]
    assert [one.sequence for one in stay(verdicts)] == [8, 6, 5, 3]


def test_days_of_which_only_backups_at_logout_are_left_push_no_other_day_out() -> None:
    older = daily(7, last=NOW - timedelta(days=30))
    logouts = [record(40 - number, NOW - timedelta(days=number), kind=Kind.LOGOUT) for number in range(30)]
    verdicts = retention.choose([*logouts, *older], Policy(last=1, days=7), NOW)
    days = [one.kind for one in stay(verdicts) if Reason.DAY in reasons(verdicts, one.sequence)]
    assert days == [Kind.LOGOUT] * 7 + [Kind.MANUAL] * 7


def test_a_proven_backup_at_logout_does_not_take_the_place_of_the_newest_proven_one() -> None:
    records = [record(30 - number, NOW - timedelta(minutes=number)) for number in range(30)]
    records[3] = replace(records[3], kind=Kind.LOGOUT, status=Status.PROVEN)
    records[20] = replace(records[20], status=Status.PROVEN)
    verdicts = retention.choose(records, ONLY_LAST, NOW)
    assert [one.sequence for one in stay(verdicts)] == [30, 27, 10]
    assert Reason.NEWEST_PROVEN in reasons(verdicts, 27) & reasons(verdicts, 10)


def test_a_backup_at_logout_freezes_but_does_not_thaw() -> None:
    broken = record(5, set_apart=True, status=Status.DAMAGED, problem=Problem.BOOKS_DAMAGED)
    whole = record(6, kind=Kind.LOGOUT)
    assert retention.freeze([whole, broken, *daily(4)], NOW) is Reason.FROZEN_BOOKS_DAMAGED
    assert retention.freeze([record(7), whole, broken, *daily(4)], NOW) is None
    assert retention.freeze([replace(broken, kind=Kind.LOGOUT, sequence=6), *daily(4)], NOW) is Reason.FROZEN_BOOKS_DAMAGED
    assert retention.freeze([whole, *daily(2, last=NOW - timedelta(days=367))], NOW) is Reason.FROZEN_CLOCK


def test_nothing_is_chosen_of_nothing() -> None:
    assert retention.choose([], Policy(), NOW) == []
