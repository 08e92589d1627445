"""Backups at logout: anybody who is logged in may ask, so they are rare and never cost another backup its place.

Leaves what a backup of the kind logout leaves. Only the latest one counts, whoever asked for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from gharmitra_admin.answers.http import LogoutTold
from gharmitra_admin.api.access import Caller
from gharmitra_admin.api.jobs import Job, Jobs
from gharmitra_admin.api.replies import Reply
from gharmitra_admin.wording import http
from gharmitra_admin.wording.language import Words

ACTION = "backup-on-logout"
SECONDS_BETWEEN = 300.0
_LOG = logging.getLogger("gharmitra_admin.api")


class Logouts:
    """At most one backup at a logout in ``SECONDS_BETWEEN``, failed ones not counted."""

    def __init__(self, jobs: Jobs, words: Words, monotonic: Callable[[], float], *, seconds_between: float = SECONDS_BETWEEN) -> None:
        self._jobs, self._words, self._monotonic, self._between = jobs, words, monotonic, seconds_between
        self._last: float | None = None

    def ask(self, caller: Caller) -> Reply:
        """Begin one, or say how long ago the last one was. Answers at once either way."""
        now = self._monotonic()
        if self._last is not None and now - self._last < self._between:
            told = LogoutTold(http.logout_backup(self._words, minutes=int((now - self._last) // 60)), triggered=False, job=None)
        else:
            self._last = now
            job = self._jobs.start(ACTION, lambda job: self._back_up(job, caller), caller=caller)
            told = LogoutTold(http.logout_backup(self._words, minutes=None), triggered=True, job=job.id)
        return Reply(200, {"message": told.message, "triggered": told.triggered, "job": told.job})

    async def _back_up(self, job: Job, caller: Caller) -> Reply:
        process = self._jobs.society.begin("backup", "--kind", "logout", acting_for=caller.who)
        reply = await self._jobs.run(job, process)
        if reply.status != 200:
            self._last = None
            _LOG.error("the backup at a logout was not made: %s", reply.document["detail"])
        return reply
