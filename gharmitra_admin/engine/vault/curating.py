"""The flows of what a person says about backups: keep, label, acknowledge, delete, prune, copy.

Leaves the change itself and its lines in the activity record.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from gharmitra_admin.engine.base import names
from gharmitra_admin.engine.base.errors import Code, EngineError, NotFound
from gharmitra_admin.engine.base.job import CancelToken, Report
from gharmitra_admin.engine.base.notices import NoticeCode, notice
from gharmitra_admin.engine.base.resources import resource
from gharmitra_admin.engine.operations import copies, curate, rotate
from gharmitra_admin.engine.operations.copies import HOW_TO_RESTORE, CopyResult
from gharmitra_admin.engine.operations.health import accounts, books
from gharmitra_admin.engine.parts import holding, vanished
from gharmitra_admin.engine.parts.audit import Outcome
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Listing
from gharmitra_admin.engine.vault import backing_up
from gharmitra_admin.engine.vault.session import Context, audited, turn

_WAIT_SECONDS = 10.0


def keep(context: Context, name: str, kept: bool) -> BackupRecord:
    with turn(context, "keep", wait_seconds=_WAIT_SECONDS) as current:
        record = current.listing().find(name)
        with audited(current, "keep", required=False, filename=record.filename, kept=kept):
            curate.keep(context.paths, record, kept=kept)
        holding.refresh(context.paths, current.listing())
        return current.listing().find(name)


def label(context: Context, name: str, text: str) -> BackupRecord:
    with turn(context, "label", wait_seconds=_WAIT_SECONDS) as current:
        record = current.listing().find(name)
        with audited(current, "label", required=False, filename=record.filename, label=text):
            curate.note_label(context.paths, record, text)
            if curate.clean_label(text):
                curate.keep(context.paths, record, kept=True)
        return current.listing().find(name)


def acknowledge(context: Context, name: str) -> tuple[str, ...]:
    with turn(context, "acknowledge", wait_seconds=_WAIT_SECONDS) as current:
        record = current.listing().find(name)
        if record.shrunk:
            with audited(current, "acknowledge", required=True, filename=record.filename, tables=list(record.shrunk)):
                curate.note_acknowledged(context.paths, record)
        return record.shrunk


def acknowledge_vanished(context: Context) -> tuple[str, ...]:
    with turn(context, "acknowledge", wait_seconds=_WAIT_SECONDS) as current:
        gone = current.listing().vanished
        known = tuple(manifest.filename for manifest in gone)
        if gone:
            with audited(current, "acknowledge", required=True, vanished=list(known)):
                vanished.note_known(context.paths, gone)
        return known


def acknowledge_accounts(context: Context) -> tuple[str, ...]:
    paths = context.paths
    with turn(context, "acknowledge", wait_seconds=_WAIT_SECONDS) as current:
        now = books.look_at(paths, clock=context.clock, wait_seconds=_WAIT_SECONDS).accounts
        if now is None:
            return ()
        earlier, events = accounts.at_closing(paths, current.listing()), context.audit.read()
        portions = accounts.unknown_keys(now, earlier, events, books=paths.books.name)
        for portion in portions:
            with audited(current, accounts.KNOWN, required=True, accounts=portion) as end:
                end(accounts=portion)
        return tuple(key for portion in portions for key in portion)


def delete(context: Context, name: str) -> str:
    with turn(context, "delete", wait_seconds=_WAIT_SECONDS) as current:
        listing = current.listing()
        record = listing.find(name)
        curate.require_deletable(listing, record)
        rotate.remove(context.paths, [record], context.audit, job=secrets.token_hex(4), why="delete")
        holding.refresh(context.paths, current.listing())
        return record.filename


def prune(context: Context) -> list[str]:
    with turn(context, "prune", wait_seconds=_WAIT_SECONDS) as current:
        removed, _ = backing_up.rotate_now(current)
        holding.refresh(context.paths, current.listing())
        return list(removed)


def copy(context: Context, name: str | None, to: Path, report: Report, cancel: CancelToken) -> CopyResult:
    """Carry a copy. Reading the backup needs no lock: rotation cannot take what is open, and the hash would tell."""
    listing = context.listing()
    record = listing.find(name) if name is not None else listing.newest_good()
    if record is None:
        raise NotFound(Code.NO_BACKUP_YET)
    words = resource(HOW_TO_RESTORE).read_bytes()
    try:
        result = copies.carry(context.paths, record, to, words, expected_place=_place_of(listing, to), report=report, cancel=cancel)
    except EngineError as error:
        _record(context, Outcome.FAILED, record, to, code=error.code.value, reason=str(error))
        raise
    told = list(result.warnings)
    if unrecorded := _record(context, Outcome.FINISHED, record, to, sha256=result.sha256):
        told.append(notice(NoticeCode.AUDIT_END_UNWRITABLE, path=context.paths.audit, error=unrecorded))
    try:
        with turn(context, "copy", wait_seconds=_WAIT_SECONDS) as current:
            noted = current.listing().find(record.filename)
            curate.note_copy(context.paths, noted, str(to), same_drive=result.same_drive, place=result.place, clock=context.clock)
    except EngineError as error:
        told.append(notice(NoticeCode.COPY_NOT_NOTED, path=error.path or context.paths.manifests, error=error))
    return replace(result, warnings=tuple(told))


def _place_of(listing: Listing, to: Path) -> str:
    """The number of the drive that the last copies to this folder lie on; empty where there are none."""
    notes = [note for record in listing.records for note in record.copies if note.to == names.shown(str(to)) and note.place]
    return max(notes, key=lambda note: datetime.fromisoformat(note.at)).place if notes else ""


def _record(context: Context, outcome: Outcome, record: BackupRecord, to: Path, **details: str) -> EngineError | None:
    """Record the end of a copy, and tell what kept it from being recorded.

    It has no "started": it runs without the lock, and the next opening would call it interrupted.
    """
    try:
        context.audit.append("copy", outcome, job=secrets.token_hex(4), filename=record.filename, to=str(to), **details)
    except EngineError as error:
        return error
    return None
