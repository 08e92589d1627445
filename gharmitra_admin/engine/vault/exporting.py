"""The flow of saving a comparison or a re-entry list for others: as a spreadsheet with all of it, and as a page to print.

Leaves the files that the user named, each whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gharmitra_admin.engine.base.errors import BadInput, Code
from gharmitra_admin.engine.base.job import CancelToken, Report
from gharmitra_admin.engine.operations.compare import OnEntry
from gharmitra_admin.engine.operations.reentry import Reentry, ReentryItem
from gharmitra_admin.engine.parts import saving
from gharmitra_admin.engine.parts.books.entry import Entry
from gharmitra_admin.engine.parts.saving import Cell
from gharmitra_admin.engine.vault import comparing, reentering
from gharmitra_admin.engine.vault.comparing import Compared
from gharmitra_admin.engine.vault.session import Context

ON_A_PAGE = 2000  # entries on the page to print; the spreadsheet has all


class ComparisonWords(Protocol):
    """How a comparison is said in a file."""

    def heading(self) -> Sequence[Cell]: ...
    def entry(self, entry: Entry) -> Sequence[Cell]: ...
    def rest(self, found: Compared) -> Iterable[Sequence[Cell]]: ...
    def page(self, found: Compared, entries: Sequence[Entry]) -> str: ...


class ReentryWords(Protocol):
    """How a re-entry list is said in a file."""

    def heading(self) -> Sequence[Cell]: ...
    def item(self, item: ReentryItem) -> Sequence[Cell]: ...
    def page(self, found: Reentry) -> str: ...


@dataclass(frozen=True, slots=True)
class SaveComparison:
    """Where to save a comparison, and in which words. None: not as that."""

    words: ComparisonWords
    spreadsheet: Path | None = None
    page: Path | None = None


@dataclass(frozen=True, slots=True)
class SaveReentry:
    """Where to save a re-entry list, and in which words. None: not as that."""

    words: ReentryWords
    spreadsheet: Path | None = None
    page: Path | None = None


def compared(
    context: Context, name: str, other: str | None, on_entry: OnEntry | None, save: SaveComparison, report: Report, cancel: CancelToken
) -> Compared:
    """Compare, and save what was found. Raises what comparing and saving raise; then no file has its name."""
    _require_two_names(save.spreadsheet, save.page, context)
    first: list[Entry] = []
    with ExitStack() as stack:
        sheet = stack.enter_context(saving.spreadsheet(save.spreadsheet, context.paths)) if save.spreadsheet else None
        page = stack.enter_context(saving.text_file(save.page, context.paths)) if save.page else None
        if sheet is not None:
            sheet.row(save.words.heading())

        def take(entry: Entry) -> None:
            if on_entry is not None:
                on_entry(entry)
            if sheet is not None:
                sheet.row(save.words.entry(entry))
            if len(first) < ON_A_PAGE:
                first.append(entry)

        found = comparing.compared(context, name, other, take, report, cancel)
        if sheet is not None:
            for row in save.words.rest(found):
                sheet.row(row)
        if page is not None:
            page.write(save.words.page(found, first))
    return found


def reentry(context: Context, save: SaveReentry, report: Report, cancel: CancelToken) -> Reentry | None:
    """Make the re-entry list, and save it; where there is no list, no file is made."""
    _require_two_names(save.spreadsheet, save.page, context)
    found = reentering.make(context, report, cancel)
    if found is None:
        return None
    if save.spreadsheet is not None:
        with saving.spreadsheet(save.spreadsheet, context.paths) as sheet:
            sheet.row(save.words.heading())
            for item in found.items:
                sheet.row(save.words.item(item))
    if save.page is not None:
        with saving.text_file(save.page, context.paths) as page:
            page.write(save.words.page(found))
    return found


def _require_two_names(spreadsheet: Path | None, page: Path | None, context: Context) -> None:
    """Refuse before anything is compared. Raises BadInput, Refused, NoAccess."""
    if spreadsheet is not None and page is not None and spreadsheet.absolute() == page.absolute():
        raise BadInput(Code.BAD_NAME, name=page.name)
    for path in (spreadsheet, page):
        if path is not None:
            saving.require_allowed(path, context.paths)
