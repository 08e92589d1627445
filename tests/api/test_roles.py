"""Who may what: every route, for everybody there is; who is refused leaves no trace but a line in the server's log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import HTTPException, Request

from gharmitra_admin.api.routes import ROUTES
from gharmitra_admin.engine.parts.tokens import Role
from tests.builders import society as societies
from tests.builders.mounted import ADMIN, PREFIX, RESIDENT, Asked, write_token
from tests.builders.process import OtherProcess
from tests.builders.society import Society

NOBODY = ("nobody", "garbage", "expired", "revoked")
TOKENS = ("read", "backup", "restore")
CALLERS = (*NOBODY, *TOKENS, "host admin", "host resident")
JOB = "0" * 32
# The least role of each route; "any user": whoever is logged in at the host, too.
NEEDED = {
    "backups": "read",
    "download": "backup",
    "backup": "backup",
    "backup_on_logout": "backup or any user",
    "verify": "backup",
    "acknowledge": "restore",
    "compare": "read",
    "plan": "read",
    "restore": "restore",
    "undo": "restore",
    "health": "read",
    "audit": "read",
    "jobs": "read",
    "job": "read",
    "job_events": "read",
    "job_cancel": "backup",
}
# What a request of the table is answered where it passes the door: no restore of it is confirmed, nothing named is known, and its job is
# nobody's.
PASSED = {"acknowledge": 422, "restore": 400, "undo": 400, "job": 404, "job_events": 404, "job_cancel": 404}
ROWS = [(method, path, name) for method, path, name, *_ in ROUTES]


class Table:
    """One society, everybody's credentials, and the routes."""

    def __init__(self, society: Society) -> None:
        self.society, self.backup = society, society.back_up().record.filename
        self.tokens: dict[str, str | None] = {"nobody": None, "garbage": "garbage", "host admin": ADMIN, "host resident": RESIDENT}
        self.tokens["expired"] = write_token(society, Role.RESTORE, expired=True)[0]
        self.tokens["revoked"] = write_token(society, Role.RESTORE, is_revoked=True)[0]
        self.tokens |= {role: write_token(society, Role(role))[0] for role in TOKENS}
        self.asked = Asked(society)

    def request(self, method: str, path: str, caller: str) -> tuple[str, str, dict[str, Any]]:
        path = path.replace("{filename:path}", self.backup).replace("{job}", JOB)
        how = {"params": {"filename": self.backup}} if path in {"/restore", "/plan", "/compare"} else {}
        return method, path, {"token": self.tokens[caller], **how}

    def traces(self) -> tuple[object, ...]:
        """All that a request could have left behind, the books' own bytes and times included."""
        stat = self.society.paths.books.stat()
        jobs = [job.id for job in self.asked.mounted.jobs.all()]
        return self.society.everything(), jobs, (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    society = societies.make(tmp_path_factory.mktemp("roles") / "society")
    made = Table(society)
    with made.asked:
        yield made


def may(caller: str, needed: str) -> bool:
    if caller in TOKENS:
        return Role(caller).may(Role(needed.split()[0]))
    return caller == "host admin" or (caller == "host resident" and needed.endswith("any user"))


def test_the_table_has_every_route() -> None:
    assert {name for *_, name in ROWS} == set(NEEDED)
    assert len(ROWS) == len(NEEDED)
    assert {name: role.value for *_, name, _, _, role in ROUTES} == {name: needed.split()[0] for name, needed in NEEDED.items()}


def test_the_document_says_of_every_route_which_role_it_needs(table: Table) -> None:
    paths = table.asked.app.openapi()["paths"]
    for method, path, name in ROWS:
        told = paths[PREFIX + path.replace(":path", "")][method.lower()]["description"]
        assert f"“{NEEDED[name].split()[0]}”" in told, path
        assert ("logged in" in told) == NEEDED[name].endswith("any user")


REFUSED = [
    pytest.param(method, path, caller, id=f"{method} {path} by {caller}")
    for method, path, name in [*ROWS, ("GET", "/nothing/here", ""), ("DELETE", "/nothing", "")]
    for caller in CALLERS
    if not may(caller, NEEDED.get(name, "read"))
]


@pytest.mark.parametrize(("method", "path", "caller"), REFUSED)
def test_who_may_not_is_refused_and_nothing_has_happened(
    table: Table, caplog: pytest.LogCaptureFixture, method: str, path: str, caller: str
) -> None:
    before = table.traces()
    caplog.set_level(logging.INFO, "gharmitra_admin.api")
    (answer,) = table.asked.ask_all([table.request(method, path, caller)])
    assert answer.status_code == (401 if caller in NOBODY else 403)
    assert set(answer.json()) == {"detail", "error"}
    assert answer.headers.get("www-authenticate", "").startswith("Bearer") == (caller in NOBODY)
    assert table.traces() == before
    (line,) = [record.getMessage() for record in caplog.records if record.name == "gharmitra_admin.api"]
    assert line.startswith("refused ")
    assert "gma_" not in line


def test_an_expired_and_a_revoked_token_are_told_apart_only_for_who_has_them(table: Table) -> None:
    said = {caller: table.asked.get("/backups", token=table.tokens[caller]).json()["error"]["code"] for caller in NOBODY[2:]}
    assert said == {"expired": "token_expired", "revoked": "token_revoked"}
    for caller in NOBODY[2:]:
        text = table.tokens[caller]
        assert text is not None
        other = text[:-1] + ("A" if text[-1] != "A" else "B")
        assert table.asked.get("/backups", token=other).json()["error"]["code"] == "token_unknown"


@pytest.mark.parametrize(("method", "path", "name"), [row for row in ROWS if row[2] not in {"backup", "verify", "backup_on_logout"}])
def test_who_may_passes_the_door(table: Table, method: str, path: str, name: str) -> None:
    """All at once, so that a question that is asked by several is looked up once."""
    callers = [caller for caller in CALLERS if may(caller, NEEDED[name])]
    answers = table.asked.ask_all([table.request(method, path, caller) for caller in callers])
    assert {caller: answer.status_code for caller, answer in zip(callers, answers, strict=True)} == dict.fromkeys(
        callers, PASSED.get(name, 200)
    )


def test_a_wrong_method_tells_the_right_one_and_does_nothing(table: Table) -> None:
    before = table.traces()
    for method, path in [("PUT", "/backup"), ("GET", "/restore"), ("DELETE", "/backups/x.db"), ("POST", "/health"), ("PATCH", "/undo")]:
        answers = table.asked.ask_all([table.request(method, path, caller) for caller in CALLERS])
        assert {answer.status_code for answer in answers} == {405}
        assert {answer.headers["allow"] for answer in answers} <= {"GET", "POST", "GET, HEAD"}
    assert table.traces() == before


def test_an_unknown_path_is_not_there_for_who_may_read(table: Table) -> None:
    callers = [caller for caller in CALLERS if may(caller, "read")]
    for path in ("/nothing/here", "/restore/all", "/jobs/x/y/z"):
        assert {answer.status_code for answer in table.asked.ask_all([table.request("GET", path, one) for one in callers])} == {404}


class TestWhatIsDoneByWhoMay:
    """Each of these has a society of its own."""

    @pytest.fixture
    def own(self, society: Society) -> Iterator[Table]:
        table = Table(society)
        with table.asked:
            yield table

    def test_a_backup_token_backs_up_checks_and_takes_a_backup_away(self, own: Table) -> None:
        token = own.tokens["backup"]
        made = own.asked.post("/backup", token=token, json={"label": "Before the audit"})
        assert (made.status_code, made.json()["label"]) == (200, "Before the audit")
        assert own.asked.post("/verify", token=token, json={"filenames": [made.json()["filename"]]}).status_code == 200
        taken = own.asked.get(f"/backups/{made.json()['filename']}", token=token)
        assert (taken.status_code, len(taken.content)) == (200, made.json()["size_bytes"])
        (job,) = [one["job"] for one in own.asked.get("/jobs", token=own.tokens["read"]).json() if one["action"] == "backup"]
        assert own.asked.post(f"/jobs/{job}/cancel", token=token).json()["state"] == "done"

    def test_a_restore_token_puts_the_books_back_with_the_plans_value_only(self, own: Table) -> None:
        name = own.backup
        own.society.enter()
        plan = own.asked.get("/plan", token=own.tokens["read"], params={"filename": name}).json()
        books = own.society.paths.books.read_bytes()
        wrong = own.asked.post("/restore", token=own.tokens["restore"], json={"filename": name, "confirm": "not the value"})
        assert (wrong.status_code, own.society.paths.books.read_bytes() == books) == (400, True)
        done = own.asked.post("/restore", token=own.tokens["restore"], json={"filename": name, "confirm": plan["confirmation"]})
        assert (done.status_code, done.json()["restored"]) == (200, name)

    def test_a_restore_token_says_that_the_entries_gone_were_meant_and_rotation_goes_on(self, own: Table) -> None:
        with OtherProcess(own.society.paths.books) as other:
            other.run("CREATE TABLE notes (x)", *["INSERT INTO notes VALUES (1)"] * 30)
        own.society.back_up()
        with OtherProcess(own.society.paths.books) as other:
            other.run("DROP TABLE notes")
        made = own.asked.post("/backup", token=own.tokens["backup"]).json()
        assert {"books_shrunk", "rotation_frozen"} <= {one["code"] for one in made["warnings"]}
        listed = {one["filename"]: one["shrunk"] for one in own.asked.get("/backups", token=own.tokens["read"]).json()}
        assert listed[made["filename"]] == ["notes"]
        asked = {"filename": made["filename"]}
        assert own.asked.post("/acknowledge", token=own.tokens["backup"], json=asked).status_code == 403
        noted = own.asked.post("/acknowledge", token=own.tokens["restore"], json=asked)
        assert (noted.status_code, noted.json()) == (200, {"acknowledged": ["notes"]})
        listed = {one["filename"]: one["shrunk"] for one in own.asked.get("/backups", token=own.tokens["read"]).json()}
        assert listed[made["filename"]] == []
        own.society.enter()
        assert own.asked.post("/backup", token=own.tokens["backup"]).json()["warnings"] == []
        assert own.asked.post("/acknowledge", token=own.tokens["restore"], json=asked).json() == {"acknowledged": []}
        both = own.asked.post("/acknowledge", token=own.tokens["restore"], json={**asked, "vanished": True})
        assert (both.status_code, both.json()["error"]["code"]) == (422, "nothing_named")

    def test_a_backup_that_a_plan_finds_damaged_is_handed_to_nobody(self, own: Table) -> None:
        record = own.society.vault().records()[0]
        data = bytearray(record.path.read_bytes())
        data[data.rindex(b"dues")] ^= 1
        record.path.write_bytes(data)
        token = own.tokens["backup"]
        plan = own.asked.get("/plan", token=token, params={"filename": record.filename}).json()
        assert "backup_damaged" in {one["code"] for one in plan["findings"]}
        (listed,) = own.asked.get("/backups", token=token).json()
        assert listed["status"] == "damaged"
        assert own.asked.get(f"/backups/{record.filename}", token=token).status_code == 422

    def test_a_resident_backs_up_at_logout_and_learns_no_more(self, own: Table) -> None:
        answer = own.asked.post("/backup-on-logout", token=RESIDENT)
        assert (answer.status_code, answer.json()["triggered"]) == (200, True)
        own.asked.at_rest()
        assert own.asked.get(f"/jobs/{answer.json()['job']}", token=RESIDENT).status_code == 403
        assert own.asked.get(f"/jobs/{answer.json()['job']}/events", token=RESIDENT).status_code == 403
        told = [one["who"] for one in own.asked.get("/audit", token=ADMIN).json() if one["action"] == "backup"]
        assert told[-2:] == ["host-resident@example.com (backend)"] * 2


class TestAHostWhoseUsersComeWithACookie:
    """Nothing in such a request is in the header that our tokens come in."""

    @pytest.fixture
    def asked(self, society: Society) -> Iterator[Asked]:
        with Asked(society, admin=_user_of_cookie, user=_user_of_cookie) as asked:
            yield asked

    def test_nobody_else_follows_the_job_of_its_user(self, asked: Asked) -> None:
        """A host that cannot look its users up, as while books are put back, lets only the very user who asked follow a restore."""
        answer = asked.post(
            "/restore", params={"background": "true"}, json={"filename": "x.db", "confirm": "y"}, headers={"Cookie": "session=admin"}
        )
        asked.at_rest()
        path = f"/jobs/{answer.json()['job']}"
        assert asked.get(path).status_code == 401
        assert asked.get(path, headers={"Cookie": "session=other"}).status_code == 401
        assert asked.get(path, headers={"Cookie": "session=admin"}).status_code == 200

    def test_a_user_whom_only_a_header_of_the_hosts_own_names_is_looked_up_each_time(self, society: Society) -> None:
        with Asked(society, admin=_user_of_header) as asked:
            how = {"params": {"background": "true"}, "json": {"filename": "x.db", "confirm": "y"}}
            answer = asked.post("/restore", headers={"X-Key": "admin"}, **how)
            asked.at_rest()
            assert asked.get(f"/jobs/{answer.json()['job']}").status_code == 401
            assert asked.get(f"/jobs/{answer.json()['job']}", headers={"X-Key": "admin"}).status_code == 200


def _user_of_cookie(request: Request) -> str:
    if request.headers.get("cookie") != "session=admin":
        raise HTTPException(401, "Log in")
    return "admin"


def _user_of_header(request: Request) -> str:
    if request.headers.get("x-key") != "admin":
        raise HTTPException(401, "Log in")
    return "admin"
