"""Which entry of the list an entered one ticks: a pure choice, for any two lists."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from gharmitra_admin.engine.operations import reentry
from gharmitra_admin.engine.operations.reentry import ReentryState
from gharmitra_admin.engine.parts.books.entry import Direction, Entry
from gharmitra_admin.engine.parts.books.meaning import EntryKind
from gharmitra_admin.engine.parts.worksheet import NotNeeded

ENTRIES = st.builds(
    Entry,
    kind=st.sampled_from([EntryKind.RECEIPT, EntryKind.PAYMENT]),
    direction=st.just(Direction.LEFT),
    society=st.just("One"),
    date=st.sampled_from(["2026-11-01", "2026-11-02"]),
    number=st.sampled_from(["RV-1", "RV-2", "RV-3"]),
    flat=st.sampled_from(["A", "B"]),
    paise=st.sampled_from([100, 200]),
)
LISTS = st.lists(ENTRIES, max_size=12)


def what(entry: Entry) -> tuple[object, ...]:
    return entry.kind, entry.date, entry.flat, entry.paise


@given(LISTS, LISTS)
def test_as_many_are_back_as_were_entered_and_no_more(lost: list[Entry], fresh: list[Entry]) -> None:
    found = reentry.items(lost, fresh, {})
    back = Counter(what(item.entry) for item in found if item.state is ReentryState.BACK)
    assert back == Counter(map(what, lost)) & Counter(map(what, fresh))
    assert [item.entry for item in found] == lost
    given_numbers = Counter((what(item.entry), item.back_number) for item in found if item.state is ReentryState.BACK)
    assert not given_numbers - Counter((what(one), one.number) for one in fresh)


@given(LISTS)
def test_entered_all_again_in_any_order_nothing_has_another_number(lost: list[Entry]) -> None:
    found = reentry.items(lost, list(reversed(lost)), {})
    assert all(item.state is ReentryState.BACK and not item.has_other_number for item in found)


@given(LISTS)
def test_every_entry_has_a_name_of_its_own_that_stays(lost: list[Entry]) -> None:
    first, second = reentry.items(lost, [], {}), reentry.items(lost, lost, {})
    assert len({item.key for item in first}) == len(lost)
    assert [item.key for item in first] == [item.key for item in second]


def test_what_is_back_needs_no_reason_and_what_is_not_needed_has_one() -> None:
    one = Entry(EntryKind.RECEIPT, Direction.LEFT, "One", "2026-11-01", "RV-1", "A", 100)
    two = replace(one, number="RV-2", flat="B")
    key = reentry.items([one, two], [], {})[1].key
    said = {key: NotNeeded(key=key, reason="a test", at="2026-11-02T00:00:00+00:00", who="me")}
    states = [(item.state, item.reason) for item in reentry.items([one, two], [one], said)]
    assert states == [(ReentryState.BACK, ""), (ReentryState.NOT_NEEDED, "a test")]
    (item,) = reentry.items([two], [two], said)
    assert (item.state, item.reason) == (ReentryState.BACK, "")
    made = reentry.Reentry(datetime(2026, 11, 2), "b.db", "s.db", reentry.items([one, two], [one], said))  # noqa: DTZ001 - never shown
    assert (made.back, made.not_needed) == (1, 1)


def test_an_entry_in_whose_place_another_stands_has_left_too() -> None:
    one = Entry(EntryKind.RECEIPT, Direction.CHANGED, "One", "d", "RV-1", "A", 100, then_date="d", then_flat="A", then_paise=100)
    replaced, back = replace(one, then_flat="B", is_same_making=False), replace(one, direction=Direction.BACK)
    corrected = replace(one, then_paise=200)
    assert reentry.left([one, replaced, back, corrected]) == [replaced]
    assert reentry.corrected([one, replaced, back, corrected]) == (corrected,)
