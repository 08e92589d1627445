"""The health of the accounts: what does not balance, closed years that changed, voucher numbers that are missing. Leaves nothing on disk.

What a person has said she knows of is told no more; it stands in the activity record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.operations.health.alerts import Alert, AlertCode, act, look
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.audit import Event, Outcome
from gharmitra_admin.engine.parts.books.accounts import BooksFigures, Missing
from gharmitra_admin.engine.parts.books.problems import ClosingChanged, NotBalanced, NumbersMissing, problems
from gharmitra_admin.engine.parts.catalogue import Listing

KNOWN = "acknowledge"  # the action, in the activity record, of saying that something is known
_KNOWN_AT_ONCE = 40  # keys in one line of the activity record


def at_closing(paths: Paths, listing: Listing) -> tuple[BooksFigures, ...]:
    """The figures of the oldest backup in which each financial year is finally closed, oldest first; unreadable ones are passed over."""
    seen: set[str] = set()
    found = []
    for record in sorted(listing.records, key=lambda record: record.sequence):
        years = set(record.figures.closed_years) if record.figures is not None else set()
        if not years - seen:
            continue
        try:
            books = manifests.read_full(manifests.manifest_path(paths.manifests, record.path.name)).books
        except EngineError:
            continue
        if books is not None:
            found.append(books)
            seen |= years
    return tuple(found)


def alerts(now: BooksFigures | None, earlier: Sequence[BooksFigures], events: Sequence[Event], *, books: str) -> Iterator[Alert]:
    """Judge the figures; nothing is said where there are none."""
    if now is None:
        return
    known = _known(events, books)
    found = problems(now, earlier)
    shared = len(now.societies) > 1
    for problem in found:
        society = {"society": problem.society} if shared else {}
        if isinstance(problem, NotBalanced):
            yield act(AlertCode.NOT_BALANCED, count=problem.count, numbers=problem.numbers, **society)
        elif isinstance(problem, NumbersMissing) and (gaps := [gap for gap in problem.gaps if _gap_key(problem, gap) not in known]):
            names = tuple(gap.first if gap.count == 1 else f"{gap.first} - {gap.last}" for gap in gaps)
            yield look(AlertCode.NUMBERS_MISSING, prefix=problem.prefix, count=sum(gap.count for gap in gaps), names=names, **society)
    yield from _closings([one for one in found if isinstance(one, ClosingChanged) and _closing_key(one) not in known], shared)


def unknown_keys(now: BooksFigures, earlier: Sequence[BooksFigures], events: Sequence[Event], *, books: str) -> list[list[str]]:
    """What can be said to be known and is not yet, in portions that one line of the activity record holds."""
    known, keys = _known(events, books), list[str]()
    for problem in problems(now, earlier):
        if isinstance(problem, NumbersMissing):
            keys += [_gap_key(problem, gap) for gap in problem.gaps]
        elif isinstance(problem, ClosingChanged):
            keys.append(_closing_key(problem))
    fresh = [key for key in keys if key not in known]
    return [fresh[place : place + _KNOWN_AT_ONCE] for place in range(0, len(fresh), _KNOWN_AT_ONCE)]


def _closings(changed: Sequence[ClosingChanged], shared: bool) -> Iterator[Alert]:
    """One alert for each closed year, with its first account: cash and bank come first in the chart."""
    firsts: dict[tuple[int, str], ClosingChanged] = {}
    for one in changed:
        firsts.setdefault((one.society_id, one.year), one)
    for (society_id, year), one in firsts.items():
        count = sum(1 for other in changed if (other.society_id, other.year) == (society_id, year))
        society = {"society": one.society} if shared else {}
        account = one.name or one.code
        yield act(
            AlertCode.CLOSING_CHANGED, year=year, account=account, was_paise=one.was_paise, is_paise=one.is_paise, count=count, **society
        )


def _known(events: Sequence[Event], books: str) -> frozenset[str]:
    said = (event for event in events if event.action == KNOWN and event.outcome == Outcome.FINISHED.value and event.books == books)
    lists = (event.details.get("accounts") for event in said)
    return frozenset(str(key) for keys in lists if isinstance(keys, list) for key in keys)


def _gap_key(problem: NumbersMissing, gap: Missing) -> str:
    return f"missing {problem.society_id} {gap.first} {gap.last}"


def _closing_key(problem: ClosingChanged) -> str:
    return f"closing {problem.society_id} {problem.year} {problem.code} {problem.is_paise}"
