"""Requests that nobody sends by accident: too large, too slow, too deep, under false names, and names that lead elsewhere.

Rows 91 to 94 of the faults that the project knows. The server is a real one, and most is said to it by a bare socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from starlette.requests import Request

from gharmitra_admin.api.guarded_route import BODY_LIMIT_BYTES, Guard
from gharmitra_admin.api.replies import Refusal
from gharmitra_admin.api.router import words_of_settings
from gharmitra_admin.engine.parts.tokens import Role
from tests.builders.host import PROTECT, Host, write_backend
from tests.builders.mounted import Asked, write_token
from tests.builders.society import Society

ROUTE = "/api/database"
MEBIBYTE = 1 << 20
GROWTH = 16 * MEBIBYTE  # what a server may need for itself while it is shouted at; each shout is far larger
ALLOWED_ORIGIN = "http://localhost:8081"
NAMES = {
    "way up": "../gharmitra.db",
    "far way up": "../../../../../../etc/passwd",
    "way up with a listed name": "../backups/{name}",
    "own folder": "./{name}",
    "absolute": "/etc/passwd",
    "absolute to a backup": "{folder}/backups/{name}",
    "windows way up": "..\\gharmitra.db",
    "windows absolute": "C:\\Windows\\win.ini",
    "windows drive": "C:win.ini",
    "another drive": "1:x.db",
    "windows share": "\\\\server\\share\\x.db",
    "windows device": "\\\\.\\C:",
    "NUL at the end": "{name}\0",
    "NUL before an end": "{name}\0.txt",
    "escaped NUL": "{name}\\x00",
    "escaped slash": "..\\x2fgharmitra.db",
    "encoded slash": "..%2Fgharmitra.db",
    "encoded backslash": "..%5Cgharmitra.db",
    "doubly encoded slash": "..%252Fgharmitra.db",
    "encoded dots": "%2e%2e",
    "fraction slash": "..\u2044gharmitra.db",
    "division slash": "..\u2215gharmitra.db",
    "full-width slash": "..\uff0fgharmitra.db",
    "full-width dots": "\uff0e\uff0e",
    "one-sign dots": "\u2025",
    "account of": "..\u2100x",
    "direction override": "\u202ebd.x",
    "invisible": "{name}\u200b",
    "line break": "{name}\n",
    "line break inside": "x\n{name}",
    "too long": "x" * 300,
    "far too long": "x" * 1000,
    "too long in bytes": "é" * 128,
    "empty": "",
    "dot": ".",
    "dots": "..",
    "many dots": "....",
    "blank": " ",
}


class Server:
    """A protected backend whose pages come from one other site, with a backup and a token."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.books = host.folder / "gharmitra.db"
        self.token = write_token(Society.of(self.books), Role.RESTORE)[0]
        self.name = host.post(f"{ROUTE}/backup", token=self.token).json["filename"]

    def head(self, line: str, *headers: str) -> bytes:
        return "\r\n".join([line, "Host: 127.0.0.1", f"Authorization: Bearer {self.token}", *headers, "", ""]).encode(
            "utf-8", "surrogateescape"
        )

    @contextlib.contextmanager
    def line(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.host.port), timeout=30) as connection:
            yield connection

    def say(self, *parts: bytes) -> int:
        """Say it all, and tell the status of the answer; 0 where the connection was closed without one."""
        with self.line() as connection:
            with contextlib.suppress(OSError):
                for part in parts:
                    connection.sendall(part)
            return status(connection)

    @property
    def rss(self) -> int:
        return psutil.Process(self.host.pid).memory_info().rss


def status(connection: socket.socket) -> int:
    said = b""
    with contextlib.suppress(OSError):
        while b"\r\n" not in said and (more := connection.recv(4096)):
            said += more
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", said)
    return int(found[1]) if found else 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile")
    write_backend(folder, last_lines=PROTECT)
    main = folder / "app" / "main.py"
    main.write_text(main.read_text("utf-8").replace('allow_origins=["*"]', f'allow_origins=["{ALLOWED_ORIGIN}"]'), "utf-8")
    with Host(folder) as host:
        yield Server(host)


@pytest.fixture(autouse=True)
def _still_well(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever was said to it, the server has made no mistake and still answers."""
    yield
    if "server" in request.fixturenames:
        server: Server = request.getfixturevalue("server")
        assert server.host.get(f"{ROUTE}/jobs", token=server.token).status == 200
        assert "Traceback" not in server.host.said
        assert "a fault of this program" not in server.host.said


class TestRow92Bodies:
    @pytest.mark.parametrize("path", ["/restore", "/backup", "/verify", "/undo", "/backup-on-logout", "/jobs/x/cancel"])
    def test_a_gigabyte_that_is_announced_is_refused_before_it_is_sent(self, server: Server, path: str) -> None:
        assert server.say(server.head(f"POST {ROUTE}{path} HTTP/1.1", f"Content-Length: {1 << 30}")) == 413

    def test_a_length_that_no_number_holds_is_refused(self, server: Server) -> None:
        assert server.say(server.head(f"POST {ROUTE}/restore HTTP/1.1", "Content-Length: " + "9" * 19)) in {400, 413}
        assert server.say(server.head(f"POST {ROUTE}/restore HTTP/1.1", "Content-Length: -1")) in {0, 400}
        assert server.say(server.head(f"POST {ROUTE}/restore HTTP/1.1", "Content-Length: 2", "Content-Length: 3")) in {0, 400}

    def test_chunks_without_end_are_cut_off_and_cost_no_memory(self, server: Server) -> None:
        chunk = b"10000\r\n" + b"[" * 65536 + b"\r\n"
        before = server.rss
        assert server.say(server.head(f"POST {ROUTE}/restore HTTP/1.1", "Transfer-Encoding: chunked"), *[chunk] * 1024) in {0, 413}
        assert server.rss - before < GROWTH

    def test_a_body_that_is_a_little_too_large_is_refused_and_one_that_just_fits_is_read(self, server: Server) -> None:
        for length, wanted in ((BODY_LIMIT_BYTES, 422), (BODY_LIMIT_BYTES + 1, 413)):
            assert server.say(server.head(f"POST {ROUTE}/restore HTTP/1.1", f"Content-Length: {length}"), b"[" * length) == wanted

    def test_a_body_is_not_read_for_who_may_not(self, server: Server) -> None:
        head = server.head(f"POST {ROUTE}/restore HTTP/1.1", "Transfer-Encoding: chunked").replace(server.token.encode(), b"garbage")
        assert server.say(head) == 401

    def test_a_body_that_comes_too_slowly_is_given_up(self) -> None:
        async def never() -> dict[str, Any]:
            await asyncio.sleep(3600)
            raise AssertionError

        async def read() -> None:
            guard = Guard(words_of_settings(), body_seconds=0.05)
            await guard.body(Request({"type": "http", "headers": [(b"content-length", b"10")], "method": "POST", "path": "/"}, never))

        with pytest.raises(Refusal) as refused:
            asyncio.run(read())
        assert refused.value.reply.status == 408

    @pytest.mark.full
    def test_a_body_that_drips_is_given_up_by_the_server(self, server: Server) -> None:
        with server.line() as connection:
            connection.sendall(server.head(f"POST {ROUTE}/restore HTTP/1.1", "Content-Length: 1000") + b"{")
            assert status(connection) in {0, 408}

    @pytest.mark.parametrize("body", [b"[" * 60_000, b'{"filename":' * 5000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000])
    def test_json_that_is_too_deep_is_not_understood(self, server: Server, body: bytes) -> None:
        assert server.say(server.head(f"POST {ROUTE}/restore HTTP/1.1", f"Content-Length: {len(body)}"), body) == 422

    @pytest.mark.parametrize(
        "body",
        [
            *(b"{", b"[]", b"null", b'"x"', b"1", b"NaN", b"\xff\xfe", b"\x00", b"filename=x.db", b'{"filename":"\xff"}'),
            *(b'{"filename":"\\ud800"}', b'{"filename":1}', b'{"filename":[]}', b'{"filename":{}}', b'{"filename":true}'),
            *(b'{"confirm":1}', b'{"filename":"x","confirm":[]}', b'{"filename":"x","confirm":"\\u0000"}'),
        ],
    )
    def test_a_body_of_another_kind_is_not_understood(self, server: Server, body: bytes) -> None:
        assert server.say(server.head(f"POST {ROUTE}/restore HTTP/1.1", f"Content-Length: {len(body)}"), body) == 422

    def test_no_name_at_all_is_refused(self, server: Server) -> None:
        for body in ({}, {"filename": None}, {"confirm": "x"}):
            assert server.host.post(f"{ROUTE}/restore", token=server.token, json=body).status == 400

    def test_two_names_that_differ_are_refused(self, server: Server) -> None:
        answer = server.host.post(f"{ROUTE}/restore", token=server.token, params={"filename": server.name}, json={"filename": "x.db"})
        assert answer.status == 422


class TestRow92Heads:
    def test_a_hundred_thousand_headers_are_refused(self, server: Server) -> None:
        before = server.rss
        many = [f"X-{number}: {number}" for number in range(100_000)]
        assert server.say(server.head(f"GET {ROUTE}/jobs HTTP/1.1", *many)) in {0, 400, 431}
        assert server.rss - before < GROWTH

    def test_a_header_without_end_is_refused(self, server: Server) -> None:
        before = server.rss
        assert server.say(server.head(f"GET {ROUTE}/jobs HTTP/1.1")[:-4], b"\r\nX: ", *[b"x" * MEBIBYTE] * 32) in {0, 400, 431}
        assert server.rss - before < GROWTH

    def test_an_address_without_end_is_refused(self, server: Server) -> None:
        assert server.say(server.head(f"GET {ROUTE}/backups/{'x' * MEBIBYTE} HTTP/1.1")) in {0, 400, 414, 431}
        assert server.say(server.head(f"GET {ROUTE}/plan?filename={'x' * 60_000} HTTP/1.1")) in {400, 422}

    def test_many_lines_that_say_nothing_hold_nobody_up(self, server: Server) -> None:
        with contextlib.ExitStack() as lines:
            for _ in range(200):
                lines.enter_context(server.line()).sendall(b"GET /api/database/jobs HTTP/1.1\r\nHost:")
            assert server.host.get(f"{ROUTE}/jobs", token=server.token).status == 200

    def test_no_job_and_no_question_came_of_all_this(self, server: Server) -> None:
        server.host.wait_until(lambda: server.host.children() == [], "nothing runs")
        before = len(server.host.get(f"{ROUTE}/jobs", token=server.token).json)
        for _ in range(20):
            server.say(server.head(f"POST {ROUTE}/backup HTTP/1.1", "Content-Length: 100"), b"[" * 100)
        assert len(server.host.get(f"{ROUTE}/jobs", token=server.token).json) == before
        assert server.host.children() == []


class TestRow94RebindingAndOtherSites:
    @pytest.mark.parametrize(
        "name",
        [
            *("evil.example.com", "127.0.0.1.evil.example.com", "localhost.evil.com", "evil.com:8000", "evil.com@127.0.0.1"),
            *("", "[", "[::1", "a b", "127.1", "0x7f.1", "127.0.0.1/", "127.0.0.1#evil.com"),
        ],
    )
    def test_a_name_that_is_not_this_servers_is_refused(self, server: Server, name: str) -> None:
        head = server.head(f"GET {ROUTE}/jobs HTTP/1.1").replace(b"Host: 127.0.0.1", f"Host: {name}".encode())
        assert server.say(head) == 400

    @pytest.mark.parametrize(
        "name", ["127.0.0.1", "127.0.0.1:8000", "localhost", "LOCALHOST:1", "localhost.", "[::1]", "[::1]:80", "192.0.2.7"]
    )
    def test_a_number_and_this_computers_names_are_known(self, server: Server, name: str) -> None:
        head = server.head(f"GET {ROUTE}/jobs HTTP/1.1").replace(b"Host: 127.0.0.1", f"Host: {name}".encode())
        assert server.say(head) == 200

    def test_a_name_is_checked_before_anything_else(self, server: Server) -> None:
        for line in (f"GET {ROUTE}/nothing", f"PUT {ROUTE}/backup", f"POST {ROUTE}/restore?filename=.."):
            assert server.say(server.head(f"{line} HTTP/1.1").replace(b"Host: 127.0.0.1", b"Host: evil.com")) == 400

    @pytest.mark.parametrize(
        "origin", ["https://evil.example.com", "http://127.0.0.1.evil.com", "null", "", "file://", "http://[", "http://localhost:80811"]
    )
    def test_a_page_of_another_site_is_refused(self, server: Server, origin: str) -> None:
        answer = server.host.post(f"{ROUTE}/backup", token=server.token, headers={"Origin": origin})
        assert (answer.status, answer.json["error"]["code"]) == (403, "origin_unknown")
        assert "access-control-allow-origin" not in answer.headers

    def test_the_pages_that_the_host_lets_ask_may_ask_and_read_refusals_too(self, server: Server) -> None:
        for path, wanted in (("/jobs", 200), ("/nothing", 404)):
            answer = server.host.get(ROUTE + path, token=server.token, headers={"Origin": ALLOWED_ORIGIN})
            assert (answer.status, answer.headers["access-control-allow-origin"]) == (wanted, ALLOWED_ORIGIN)
        own = f"http://127.0.0.1:{server.host.port}"
        assert server.host.get(f"{ROUTE}/jobs", token=server.token, headers={"Origin": own}).status == 200

    def test_the_hosts_own_routes_are_left_as_they_are(self, server: Server) -> None:
        assert server.host.get("/", headers={"Host": "anything.example.com", "Origin": "https://evil.example.com"}).status == 200


class TestRow93Names:
    @pytest.fixture(params=[pytest.param(text, id=name) for name, text in NAMES.items()])
    def text(self, request: pytest.FixtureRequest, server: Server) -> str:
        return str(request.param).replace("{name}", server.name).replace("{folder}", server.host.folder.as_posix())

    def test_in_a_question_or_a_body_it_is_refused_and_nothing_is_started(self, server: Server, text: str) -> None:
        host, token = server.host, server.token
        before = (server.books.read_bytes(), sorted(path.name for path in host.folder.rglob("*")))
        jobs = len(host.get(f"{ROUTE}/jobs", token=token).json)
        told = {
            "restore": host.post(f"{ROUTE}/restore", token=token, params={"filename": text}, json={"confirm": "x"}),
            "restore by body": host.post(f"{ROUTE}/restore", token=token, json={"filename": text, "confirm": "x"}),
            "plan": host.get(f"{ROUTE}/plan", token=token, params={"filename": text}),
            "compare": host.get(f"{ROUTE}/compare", token=token, params={"filename": text}),
            "compare with": host.get(f"{ROUTE}/compare", token=token, params={"filename": server.name, "with": text}),
            "verify": host.post(f"{ROUTE}/verify", token=token, json={"filenames": [server.name, text]}),
        }
        assert {what: answer.status for what, answer in told.items()} == dict.fromkeys(told, 400)
        assert {answer.json["error"]["code"] for answer in told.values()} <= {"bad_name", "no_name"}
        assert len(host.get(f"{ROUTE}/jobs", token=token).json) == jobs
        assert host.children() == []
        assert (server.books.read_bytes(), sorted(path.name for path in host.folder.rglob("*"))) == before

    def test_in_an_address_it_is_refused(self, server: Server, text: str) -> None:
        """Encoded once, as every client does, and twice."""
        once = "".join(f"%{byte:02X}" for byte in text.encode())
        twice = once.replace("%", "%25") if any(sign in text for sign in "/\\\0") else once
        for encoded in (once, twice):
            assert server.say(server.head(f"GET {ROUTE}/backups/{encoded} HTTP/1.1")) == 400, encoded

    def test_raw_dots_and_backslashes_in_an_address_reach_nothing(self, server: Server) -> None:
        for path in (
            "/backups/../gharmitra.db",
            "/backups/..",
            "/backups/.",
            "/backups//etc/passwd",
            "/backups/..\\gharmitra.db",
            "/backups/",
        ):
            assert server.say(server.head(f"GET {ROUTE}{path} HTTP/1.1")) == 400, path

    def test_no_line_break_in_an_address_leads_past_our_routes(self, server: Server) -> None:
        """To the host's own ones under our prefix: a pattern's dot does not match it."""
        for path in ("/x%0Ay", "/backups%0A", "/%0A", "/backup%0A/x"):
            answer = server.host.get(ROUTE + path, token=server.token)
            assert (answer.status, "error" in (answer.json or {})) == (400, True), path

    @pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: what a process opens cannot be seen here")
    def test_nothing_is_opened_or_even_looked_at(self, server: Server, tmp_path: Path) -> None:
        log = tmp_path / "trace"
        watch = [
            "strace",
            "-f",
            "-qq",
            "-s",
            "2000",
            "-o",
            str(log),
            "-e",
            "trace=open,openat,stat,lstat,newfstatat,statx,access,readlink,execve",
        ]
        tracer = subprocess.Popen([*watch, "-p", str(server.host.pid)], stderr=subprocess.PIPE)
        try:
            server.host.wait_until(lambda: int(_tracer_of(server.host.pid)) == tracer.pid, "it is watched")
            for text in NAMES.values():
                named = text.replace("{name}", server.name).replace("{folder}", server.host.folder.as_posix())
                for route in ("/restore", "/plan"):
                    how: dict[str, Any] = {"params": {"filename": named}, "token": server.token}
                    assert server.host.ask("POST" if route == "/restore" else "GET", ROUTE + route, **how).status == 400
        finally:
            tracer.terminate()
            tracer.communicate(timeout=30)
        touched = {match[1] for match in re.finditer(r'"((?:[^"\\]|\\.)*)"', log.read_text("utf-8", "replace"))}
        assert any(one.endswith("tokens.json") for one in touched), "the watch saw nothing"
        strange = {
            one
            for one in touched
            if "gharmitra_backup" in one or "passwd" in one or ".." in one or one.endswith(("x.db", "win.ini", "gharmitra.db"))
        }
        assert strange == set()
        assert not any(one.endswith(Path(sys.executable).name) for one in touched)


def _tracer_of(pid: int) -> str:
    return re.search(r"TracerPid:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]  # type: ignore[index]


class TestWhatIsHandedOnToTheCommand:
    """Words of a request become words of a command: none may break out of its place or break the command."""

    @pytest.fixture
    def asked(self, society: Society) -> Iterator[tuple[Asked, str]]:
        with Asked(society) as asked:
            yield asked, write_token(society, Role.RESTORE)[0]

    @pytest.mark.parametrize(
        "label", ["\0", "a\0b", "--kind=safety", "-", "\n\r\t", "\u202e", "\ud7ff" * 5000, "x" * 60_000, "$(id)", "\\x00"]
    )
    def test_a_label_is_a_label_or_refused(self, asked: tuple[Asked, str], label: str) -> None:
        routes, token = asked
        answer = routes.post("/backup", token=token, json={"label": label})
        assert answer.status_code in {200, 422}, answer.text
        if answer.status_code == 200:
            assert answer.json()["kind"] == "manual"

    @pytest.mark.parametrize("confirm", ["", "\0", "--yes", "-", "x" * 60_000, "\n"])
    def test_a_confirmation_is_the_plans_or_refused(self, asked: tuple[Asked, str], society: Society, confirm: str) -> None:
        routes, token = asked
        name = society.back_up().record.filename
        society.enter()
        before = society.paths.books.read_bytes()
        for path, body in (("/restore", {"filename": name, "confirm": confirm}), ("/undo", {"confirm": confirm})):
            answer = routes.post(path, token=token, json=body)
            assert answer.status_code in {400, 404, 409, 422}, answer.text
        assert society.paths.books.read_bytes() == before

    def test_a_user_of_the_host_with_a_strange_address_breaks_no_line_and_no_command(self, society: Society) -> None:
        strange = "a\0b\n{}--drained\u202e\ud800" + "x" * 300_000
        with Asked(society, admin=lambda: {"email": strange}) as routes:
            answer = routes.post("/backup", token="anybody")
            assert answer.status_code == 200, answer.text
            told = [event["who"] for event in routes.get("/audit", token="anybody").json() if event["action"] == "backup"]
        assert len(told) == 2
        assert told[0] == told[1]
        assert told[0].startswith("a b\\x0a{}--drained\\u202e?xxx")
        assert told[0].endswith("x (backend)")
        assert len(told[0]) < 200
