"""What the server itself says to those who ask over HTTP. Leaves nothing on disk."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from gharmitra_admin.engine.parts.tokens import Role
from gharmitra_admin.wording.errors import Message
from gharmitra_admin.wording.language import Words, mark


class Refused(enum.Enum):
    """Why the server refuses a request, or could not do what it asks; the value is the code in its answer."""

    NO_TOKEN = "no_token"  # noqa: S105 - a code
    TOKEN_UNKNOWN = "token_unknown"  # noqa: S105 - a code
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a code
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a code
    ROLE_TOO_LOW = "role_too_low"
    TOO_MANY_TRIES = "too_many_tries"
    HOST_UNKNOWN = "host_unknown"
    ORIGIN_UNKNOWN = "origin_unknown"
    BODY_TOO_LARGE = "body_too_large"
    BODY_TOO_SLOW = "body_too_slow"
    REQUEST_NOT_UNDERSTOOD = "request_not_understood"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    BODY_NOT_UNDERSTOOD = "body_not_understood"
    QUERY_NOT_UNDERSTOOD = "query_not_understood"
    BAD_NAME = "bad_name"
    NO_NAME = "no_name"
    TWO_NAMES = "two_names"
    NOT_CONFIRMED = "not_confirmed"
    NO_SUCH_ROUTE = "no_such_route"
    SEVERAL_SOCIETIES = "several_societies"
    NO_SUCH_METHOD = "no_such_method"
    NO_SUCH_JOB = "no_such_job"
    BACKUP_NOT_WHOLE = "backup_not_whole"
    RANGE = "range_not_there"
    RESTORING = "restoring"
    STOPPING = "stopping"
    ACCESS_CHECK_FAILED = "access_check_failed"
    NOT_AT_REST = "not_at_rest"
    RESTORE_RUNS = "restore_runs"
    ENGINE_DIED = "engine_died"
    ENGINE_NOT_STARTED = "engine_not_started"
    FAULT = "bug"


_TOKEN = mark("Make a token in the terminal: gharmitra-admin token create --role {role}")
_WINDOW = mark("Use the GharMitra Admin window: it can stop GharMitra, restore, and start it again.")

_SENTENCES: dict[Refused, tuple[str, str]] = {
    Refused.NO_TOKEN: (mark("This needs a token."), _TOKEN),
    Refused.TOKEN_UNKNOWN: (mark("This token is not known here."), _TOKEN),
    Refused.TOKEN_EXPIRED: (mark("This token has expired."), _TOKEN),
    Refused.TOKEN_REVOKED: (mark("This token was revoked."), _TOKEN),
    Refused.ROLE_TOO_LOW: (mark("Not allowed: this needs the role {role}."), _TOKEN),
    Refused.TOO_MANY_TRIES: (mark("Too many wrong tries from this computer."), mark("Wait {seconds} seconds, then try again.")),
    Refused.HOST_UNKNOWN: (
        mark("The server is not known by that name."),
        mark("Use its number, such as 127.0.0.1, or allow the name when the server is started."),
    ),
    Refused.ORIGIN_UNKNOWN: (
        mark("A page of another site may not ask this."),
        mark("Open the page from this server, or allow the other one when the server is started."),
    ),
    Refused.BODY_TOO_LARGE: (mark("What was sent is too large."), mark("At most {limit} bytes are read.")),
    Refused.BODY_TOO_SLOW: (mark("What was sent came too slowly."), mark("Send it again in one go.")),
    Refused.REQUEST_NOT_UNDERSTOOD: (mark("The request was not understood."), mark("Ask as the page /docs describes it.")),
    Refused.TOO_MANY_CONNECTIONS: (
        mark("Too many connections are open, all of them or those from this computer."),
        mark("Wait {seconds} seconds, then try again."),
    ),
    Refused.BODY_NOT_UNDERSTOOD: (
        mark("What was sent was not understood: {reason}"),
        mark("Send JSON with the fields that the page /docs names."),
    ),
    Refused.QUERY_NOT_UNDERSTOOD: (mark("The address was not understood: {name}."), mark("Ask as the page /docs describes it.")),
    Refused.BAD_NAME: (mark("That is not the name of a backup."), mark("Use a name exactly as the list of backups gives it.")),
    Refused.NO_NAME: (mark("No backup was named."), mark("Give its name, exactly as the list of backups has it, as filename.")),
    Refused.TWO_NAMES: (mark("Two different backups were named."), mark("Give the name once: in the address or in what is sent.")),
    Refused.NOT_CONFIRMED: (
        mark("Nothing was restored: the restore was not confirmed."),
        mark("Ask for the plan, show what would change, and send its confirmation value as confirm."),
    ),
    Refused.NO_SUCH_ROUTE: (mark("There is nothing at this address."), mark("The page /docs lists what there is.")),
    Refused.SEVERAL_SOCIETIES: (
        mark("There is nothing at this address: several societies are served, each at addresses of its own."),
        mark("GET /api/societies tells the addresses of those that your token is for."),
    ),
    Refused.NO_SUCH_METHOD: (mark("This cannot be done at this address."), mark("The page /docs lists what there is.")),
    Refused.NO_SUCH_JOB: (
        mark("There is no such job."),
        mark("It may be older than the last restart. The activity record tells how it ended."),
    ),
    Refused.BACKUP_NOT_WHOLE: (
        mark("This backup is not known to be whole, so it is not handed out."),
        mark("Check it first, or take another one."),
    ),
    Refused.RANGE: (mark("The file has no such part."), mark("It has {size} bytes.")),
    Refused.RESTORING: (mark("The society's books are being put back to a backup just now."), mark("Try again in {seconds} seconds.")),
    Refused.STOPPING: (mark("The server is stopping."), mark("Try again when it has been started.")),
    Refused.ACCESS_CHECK_FAILED: (
        mark("Whether you may do this cannot be found out now: GharMitra could not look you up."),
        mark("Its books may be damaged. A token works without them: gharmitra-admin token create"),
    ),
    Refused.NOT_AT_REST: (mark("Nothing was restored: GharMitra did not come to rest, {count} requests still run."), _WINDOW),
    Refused.RESTORE_RUNS: (mark("A restore is running already."), mark("Wait for its end; its job tells how far it is.")),
    Refused.ENGINE_DIED: (
        mark("The work ended without an answer. Whether it was done is not certain."),
        mark("Look at the list and at the activity record, then try again."),
    ),
    Refused.ENGINE_NOT_STARTED: (mark("The work could not be started: {reason}."), mark("Restart the server, then try again.")),
    Refused.FAULT: (
        mark("GharMitra Admin made a mistake of its own. Nothing more was done."),
        mark("Please send logs/app.log to support."),
    ),
}


def refused(words: Words, why: Refused, **values: object) -> Message:
    """What happened, and what to do."""
    message, hint = _SENTENCES[why]
    return Message(words.say(message, **values), words.say(hint, **values))


def backup_done(words: Words) -> str:
    """GharMitra's own pages show this sentence."""
    return words.say("Backup created successfully")


def logout_backup(words: Words, *, minutes: int | None) -> str:
    """What a logout is told: triggered, or that one was made just before."""
    if minutes is None:
        return words.say("Backup triggered")
    if minutes == 0:
        return words.say("A backup at logout was made just now; no other one is needed yet.")
    return words.count(
        "A backup at logout was made {number} minute ago; no other one is needed yet.",
        "A backup at logout was made {number} minutes ago; no other one is needed yet.",
        minutes,
    )


def start_backup_failed(words: Words, reason: str) -> Message:
    """The alarm when the backup at start was not made."""
    said = words.say("The backup at GharMitra's last start was not made: {reason}", reason=reason)
    return Message(said, words.say("Open GharMitra Admin, press Create Backup, and do what it says."))


@dataclass(frozen=True, slots=True)
class DocsWords:
    """The words of the page that tells what can be asked."""

    every: str
    society: str
    machine: str
    sends: str
    answers: str


def no_backend(words: Words, folder: str) -> str:
    """What ends the start of a backend that is not there."""
    return words.say(
        "GharMitra's backend was looked for in {folder}, as app in app/main.py, and is not there: "
        "start this in the folder of GharMitra's backend, the one that holds the folder app.",
        folder=folder,
    )


def role_needed(words: Words, route: str, role: Role) -> str:
    """Which role a route needs, for the page that tells what can be asked."""
    if route == "backup_on_logout":
        return words.say("Needs the role “{role}”, or anybody who is logged in to GharMitra.", role=role.value)
    if route == "job_cancel":
        return words.say("Needs the role “{role}”; for a restore or an undo “{more}”.", role=role.value, more=Role.RESTORE.value)
    return words.say("Needs the role “{role}”.", role=role.value)


def any_role_needed(words: Words) -> str:
    """The same where every token will do."""
    return words.say("Needs a token of any role.")


def docs_words(words: Words) -> DocsWords:
    """What the page /docs says beside the routes."""
    return DocsWords(
        every=words.say(
            "Everything here needs a token, sent as the header “Authorization: Bearer …”. "
            "Make one in the terminal: gharmitra-admin token create --role backup"
        ),
        society=words.say(
            "What stands for {society}: GET /api/societies tells it, of the societies that your token is for.", society="{society}"
        ),
        machine=words.say("The same for programs (OpenAPI)"),
        sends=words.say("What may be sent"),
        answers=words.say("What is answered"),
    )
