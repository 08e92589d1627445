"""The backup at the start of the backend, before its books are first touched. Leaves what a backup of the kind automatic leaves.

A start waits for it only so long, and a failure stops nothing: it is told in the server's log and in health until a backup is made.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from typing import Any

from gharmitra_admin.api.access import Caller
from gharmitra_admin.api.jobs import Job, Jobs
from gharmitra_admin.api.replies import Reply
from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.wording import http
from gharmitra_admin.wording.language import Words

ACTION = "backup-at-start"
WAIT_SECONDS = 20.0
_SELF = Caller("GharMitra", "", is_host=False)
_LOG = logging.getLogger("gharmitra_admin.api")


class Startup:
    """The automatic backups of one backend: at its start, and whenever its own code asks for one."""

    def __init__(self, jobs: Jobs, words: Words, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._jobs, self._words, self._wait = jobs, words, wait_seconds
        self._alarm: dict[str, Any] | None = None
        self._failed: Job | None = None
        self._is_fresh = False

    @property
    def alarm(self) -> dict[str, Any] | None:
        """The alert for health; None where a backup was made since one that was not."""
        later = itertools.takewhile(lambda job: job is not self._failed, self._jobs.all())
        if any(job.action.startswith("backup") and job.reply is not None and job.reply.status == 200 for job in later):
            self._alarm = None
        return self._alarm

    async def before_first_touch(self) -> None:
        """Back up, and return when it is done or when the start can wait no longer; then the backup goes on beside it. Raises nothing."""
        if self._is_nothing_there():
            _LOG.info("no books yet: nothing to back up")
            return
        job = self._jobs.start(ACTION, self._back_up, caller=_SELF)
        try:
            await asyncio.wait_for(job.ended(), self._wait)
        except TimeoutError:
            _LOG.error("the backup at the start takes longer than %s seconds; GharMitra starts while it goes on", self._wait)
        self._is_fresh = True

    def _is_nothing_there(self) -> bool:
        """Where that cannot even be seen, the backup is tried, and its failure is told."""
        paths = self._jobs.society.paths
        try:
            return files.identity(paths.books) is None and not paths.backups.is_dir()
        except (EngineError, OSError):
            return False

    async def again(self) -> None:
        """Stands in for the host's own automatic backup: its first call comes right after ours at the start. Raises nothing."""
        if self._is_fresh:
            self._is_fresh = False
            return
        await self._jobs.start(ACTION, self._back_up, caller=_SELF).ended()

    async def _back_up(self, job: Job) -> Reply:
        reply = await self._jobs.run(job, self._jobs.society.begin("backup", "--kind", "automatic", acting_for=_SELF.who))
        if reply.status == 200:
            return reply
        self._failed = job
        said = http.start_backup_failed(self._words, reply.document["detail"])
        self._alarm = {"code": "start_backup_failed", "severity": "critical", "message": said.message, "hint": said.hint}
        _LOG.critical("%s %s", said.message, said.hint)
        return reply
