"""The routes under ``/api/database``: GharMitra's own five in their own shapes, and ours. Leaves what the commands behind them leave.

A route decides who may and which command it is; what it answers is what the terminal answers.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from gharmitra_admin.answers import http as told
from gharmitra_admin.answers.backups import Acknowledged, AllVerified, Listed
from gharmitra_admin.answers.comparison import ComparedTold
from gharmitra_admin.answers.going_back import PlanTold, Restored
from gharmitra_admin.answers.health import HealthTold
from gharmitra_admin.api import events
from gharmitra_admin.api.access import Access, Caller, key_of
from gharmitra_admin.api.asked import AcknowledgeAsked, BackupAsked, RestoreAsked, UndoAsked, VerifyAsked
from gharmitra_admin.api.backup_names import is_name
from gharmitra_admin.api.downloads import download
from gharmitra_admin.api.guarded_route import Guard
from gharmitra_admin.api.jobs import Job, Jobs
from gharmitra_admin.api.logouts import Logouts
from gharmitra_admin.api.replies import Refusal, Reply
from gharmitra_admin.api.restoring import RESTORE, UNDO, Restorer, command
from gharmitra_admin.engine.base.errors import Code, NotFound
from gharmitra_admin.engine.parts.tokens import Role
from gharmitra_admin.wording import errors, http
from gharmitra_admin.wording.http import Refused
from gharmitra_admin.wording.language import Words

BACKUP, VERIFY, ACKNOWLEDGE = "backup", "verify", "acknowledge"
Filename = Annotated[str | None, Query(description="The backup's name, as the list gives it.", max_length=1024)]
Background = Annotated[bool, Query(description="Answer at once with a job instead of waiting for its end.")]


@dataclass(frozen=True)
class Face:
    """All that the routes of one society work with. ``alarm``: what went wrong at the start, for health."""

    jobs: Jobs
    access: Access
    guard: Guard
    restorer: Restorer
    logouts: Logouts
    words: Words
    alarm: Callable[[], dict[str, Any] | None]
    on_fault: Callable[[BaseException], None]


class Routes:
    """The handlers of one society."""

    def __init__(self, face: Face) -> None:
        self._face = face
        self._society = face.jobs.society

    async def backups(self, request: Request) -> Response:
        """The backups, newest first."""
        caller = await self._require(request, Role.READ)
        _, body = await self._listed(caller)
        headers = {"Cache-Control": "no-store", "Content-Length": str(len(body))}
        return Response(None if request.method == "HEAD" else body, 200, headers, "application/json")

    async def download(self, request: Request, filename: str) -> Response:
        """A whole backup, or a part of it (one range of bytes)."""
        caller = await self._require(request, Role.BACKUP)
        name = self._named(filename)
        records, _ = await self._listed(caller)
        record = next((one for one in records if one["filename"] == name), None)
        if record is None:
            said = errors.message(self._face.words, NotFound(Code.BACKUP_NOT_FOUND, name=name))
            raise Refusal(Reply.worded(404, Code.BACKUP_NOT_FOUND.value, said))
        return await download(request, self._society.paths, record, self._face.words)

    async def backup(self, request: Request, background: Background = False) -> Response:
        """Make a checked backup. A failure is a failure: then no new backup is on the list."""
        caller = await self._require(request, Role.BACKUP)
        asked = await self._face.guard.asked(request, BackupAsked)
        words = () if not asked.label else (f"--label={asked.label}",)
        process = self._society.begin(BACKUP, *words, acting_for=caller.who)

        async def work(job: Job) -> Reply:
            reply = await self._face.jobs.run(job, process)
            if reply.status != 200:
                return reply
            return Reply(200, {"message": http.backup_done(self._face.words), **reply.document})

        return await self._done(self._face.jobs.start(BACKUP, work, caller=caller), background)

    async def backup_on_logout(self, request: Request) -> Response:
        """Begin a backup where the last one at a logout is not recent, and answer at once."""
        caller = await self._require(request, Role.BACKUP, any_user=True)
        return self._face.logouts.ask(caller).response()

    async def verify(self, request: Request, background: Background = False) -> Response:
        """Read backups again and say whether they are whole."""
        caller = await self._require(request, Role.BACKUP)
        asked = await self._face.guard.asked(request, VerifyAsked)
        names = [self._named(name) for name in asked.filenames]
        process = self._society.begin(VERIFY, "--only-listed", "--", *names, acting_for=caller.who)
        job = self._face.jobs.start(VERIFY, lambda job: self._face.jobs.run(job, process), caller=caller)
        return await self._done(job, background)

    async def acknowledge(self, request: Request) -> Response:
        """Say that one thing that health tells of is known and was meant. After a backup's name, rotation removes old ones again."""
        caller = await self._require(request, Role.RESTORE)
        asked = await self._face.guard.asked(request, AcknowledgeAsked)
        names = () if asked.filename is None else ("--", self._named(asked.filename))
        flags = [flag for flag, is_meant in (("--vanished", asked.vanished), ("--accounts", asked.accounts)) if is_meant]
        process = self._society.begin(ACKNOWLEDGE, "--only-listed", *flags, *names, acting_for=caller.who)
        job = self._face.jobs.start(ACKNOWLEDGE, lambda job: self._face.jobs.run(job, process), caller=caller)
        return await self._done(job, background=False)

    async def compare(
        self, request: Request, filename: Filename = None, with_: Annotated[str | None, Query(alias="with", max_length=1024)] = None
    ) -> Response:
        """What going back to a backup would change, against the books or, in their place, another backup."""
        caller = await self._require(request, Role.READ)
        other = () if with_ is None else (f"--with={self._named(with_)}",)
        return await self._answer(("compare", "--only-listed", *other, "--", self._named(filename)), caller)

    async def plan(self, request: Request, filename: Filename = None) -> Response:
        """What speaks for and against going back to a backup now, and the value that confirms it.

        Without a name: of undoing the last restore.
        """
        caller = await self._require(request, Role.READ)
        words = command(None if filename is None else self._named(filename), "--dry-run")
        return (await self._look(*words, caller=caller, drained=self._face.restorer.server)).response()

    async def restore(self, request: Request, filename: Filename = None, background: Background = False) -> Response:
        """Put the books back to a backup, after a checked safety backup of what they are."""
        caller = await self._require(request, Role.RESTORE)
        asked = await self._face.guard.asked(request, RestoreAsked)
        if filename is not None and asked.filename not in {None, filename}:
            raise Refusal(Reply.refused(self._face.words, Refused.TWO_NAMES))
        return await self._go_back(RESTORE, self._named(filename or asked.filename), asked.confirm, caller, background)

    async def undo(self, request: Request, background: Background = False) -> Response:
        """Undo the last restore: the books go back to just before it."""
        caller = await self._require(request, Role.RESTORE)
        asked = await self._face.guard.asked(request, UndoAsked)
        return await self._go_back(UNDO, None, asked.confirm, caller, background)

    async def health(
        self, request: Request, full: Annotated[bool, Query(description="Check every page of the books too.")] = False
    ) -> Response:
        """How books, backups and disk are."""
        caller = await self._require(request, Role.READ)
        reply = await self._look("health", *(("--full",) if full else ()), caller=caller)
        if reply.status == 200 and (alarm := self._face.alarm()) is not None:
            alerts = [alarm, *reply.document["alerts"]]
            reply = Reply(200, {**reply.document, "status": "critical", "alerts": alerts})
        return reply.response()

    async def audit(
        self, request: Request, verify: Annotated[bool, Query(description="Check the chain instead of telling it.")] = False
    ) -> Response:
        """The activity record, oldest first."""
        caller = await self._require(request, Role.READ)
        return await self._answer(("audit", *(("--verify",) if verify else ())), caller)

    async def jobs(self, request: Request) -> Response:
        """The jobs since the server was started, newest first."""
        await self._require(request, Role.READ)
        body = msgspec.json.encode([job.told() for job in self._face.jobs.all()])
        return Response(body, 200, {"Cache-Control": "no-store"}, "application/json")

    async def job(self, request: Request, job: str) -> Response:
        """How far a job is, and how it ended."""
        found = await self._followed(request, job)
        return Response(msgspec.json.encode(found.told()), 200, {"Cache-Control": "no-store"}, "application/json")

    async def job_events(self, request: Request, job: str) -> Response:
        """A job's progress as it comes, as server-sent events: progress, and at last end."""
        return events.stream(await self._followed(request, job), self._face.jobs)

    async def job_cancel(self, request: Request, job: str) -> Response:
        """Ask a job to stop. Past its commit point it finishes all the same: its end tells."""
        found = self._face.jobs.find(job)
        found = await self._followed(request, job, Role.RESTORE if found is not None and found.action in {RESTORE, UNDO} else Role.BACKUP)
        found.cancel()
        return Response(msgspec.json.encode(found.told()), 200, {"Cache-Control": "no-store"}, "application/json")

    async def nothing_here(self, request: Request, rest: str) -> Response:
        """Whatever else is asked: no other route of the host's under this prefix is ever reached."""
        known = [*((method, path) for method, path, *_ in ROUTES), *((method, path) for method, path, _ in headed())]
        if allowed := sorted(method for method, path in known if _pattern(path).fullmatch(f"/{rest}")):
            return Reply.refused(self._face.words, Refused.NO_SUCH_METHOD, headers={"Allow": ", ".join(allowed)}).response()
        await self._require(request, Role.READ)
        return Reply.refused(self._face.words, Refused.NO_SUCH_ROUTE).response()

    async def _go_back(self, action: str, name: str | None, confirm: str | None, caller: Caller, background: bool) -> Response:
        face = self._face
        if confirm is None and face.restorer.needs_confirmation(caller):
            raise Refusal(Reply.refused(face.words, Refused.NOT_CONFIRMED))
        if face.jobs.running(RESTORE, UNDO) is not None:
            raise Refusal(Reply.refused(face.words, Refused.RESTORE_RUNS))
        work: Callable[[Job], Awaitable[Reply]] = lambda job: face.restorer.restore(job, name, confirm, caller)  # noqa: E731 - typed
        return await self._done(face.jobs.start(action, work, caller=caller), background)

    async def _done(self, job: Job, background: bool) -> Response:
        if not background:
            return (await job.ended()).response()
        accepted = told.Accepted(self._face.words.say("Begun."), job.id)
        return Response(msgspec.json.encode(accepted), 202, {"Cache-Control": "no-store"}, "application/json")

    async def _followed(self, request: Request, job: str, role: Role = Role.READ) -> Job:
        """The job, for who may and, if it is a restore, for the host's user who asked for it: meanwhile no user can be looked up."""
        found, key = self._face.jobs.find(job), key_of(request)
        is_askers = found is not None and found.is_of_host and found.action in {RESTORE, UNDO} and found.asker == key != ""
        if not is_askers:
            await self._require(request, role)
        if found is None:
            raise Refusal(Reply.refused(self._face.words, Refused.NO_SUCH_JOB))
        return found

    async def _require(self, request: Request, role: Role, *, any_user: bool = False) -> Caller:
        return await self._face.access.require(request, role, any_user=any_user)

    async def _answer(self, words: tuple[str, ...], caller: Caller) -> Response:
        return (await self._look(*words, caller=caller)).response()

    async def _look(self, *words: str, caller: Caller, drained: int | None = None) -> Reply:
        try:
            return Reply.of(self._face.words, await self._society.look(*words, acting_for=caller.who, drained=drained))
        except OSError as error:
            return Reply.not_started(self._face.words, error)

    async def _listed(self, caller: Caller) -> tuple[Sequence[Mapping[str, Any]], bytes]:
        """The list, and the bytes it is answered with. Raises Refusal."""
        try:
            ended, body = await self._society.listed(acting_for=caller.who)
        except OSError as error:
            raise Refusal(Reply.not_started(self._face.words, error)) from error
        if not body:
            raise Refusal(Reply.of(self._face.words, ended))
        return ended.document, body

    def _named(self, name: str | None) -> str:
        if name is None or not is_name(name):
            raise Refusal(Reply.refused(self._face.words, Refused.NO_NAME if name is None else Refused.BAD_NAME))
        return name


# Method, path, handler, what it answers, what it reads, the least role of a token that may ask it.
ROUTES: tuple[tuple[str, str, str, Any, Any, Role], ...] = (
    ("GET", "/backups", "backups", list[Listed], None, Role.READ),
    ("GET", "/backups/{filename:path}", "download", None, None, Role.BACKUP),
    ("POST", "/backup", "backup", told.BackedUp, BackupAsked, Role.BACKUP),
    ("POST", "/backup-on-logout", "backup_on_logout", told.LogoutTold, None, Role.BACKUP),
    ("POST", "/verify", "verify", AllVerified, VerifyAsked, Role.BACKUP),
    ("POST", "/acknowledge", "acknowledge", Acknowledged, AcknowledgeAsked, Role.RESTORE),
    ("GET", "/compare", "compare", ComparedTold, None, Role.READ),
    ("GET", "/plan", "plan", PlanTold, None, Role.READ),
    ("POST", "/restore", "restore", Restored, RestoreAsked, Role.RESTORE),
    ("POST", "/undo", "undo", Restored, UndoAsked, Role.RESTORE),
    ("GET", "/health", "health", HealthTold, None, Role.READ),
    ("GET", "/audit", "audit", Any, None, Role.READ),
    ("GET", "/jobs", "jobs", list[told.JobTold], None, Role.READ),
    ("GET", "/jobs/{job}", "job", told.JobTold, None, Role.READ),
    ("GET", "/jobs/{job}/events", "job_events", None, None, Role.READ),
    ("POST", "/jobs/{job}/cancel", "job_cancel", told.JobTold, None, Role.BACKUP),
)


def headed() -> Iterator[tuple[str, str, str]]:
    """The routes that answer HEAD too: a download is asked so for its size and whether it can be gone on with."""
    return (("HEAD", path, name) for _, path, name, *_ in ROUTES if name in {"backups", "download"})


def _pattern(path: str) -> re.Pattern[str]:
    """A path of the table as an expression."""
    return re.compile(re.sub(r"\\\{\w+(:path)?\\\}", lambda found: ".+" if found[1] else "[^/]+", re.escape(path)))
