"""``gharmitra-admin serve`` as a user starts, asks and stops it; row 95 of the catalogue of faults is here."""

from __future__ import annotations

import http.client
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from gharmitra_admin.engine.base import settings as settings_file
from gharmitra_admin.engine.base.settings import Settings, SocietyEntry
from gharmitra_admin.engine.parts.tokens import PREFIX
from tests.builders import society as societies
from tests.builders.command import gharmitra_admin
from tests.builders.host import ENVIRONMENTS, Host, python_of
from tests.builders.process import OtherProcess, ask
from tests.builders.serving import Serving, token, without_packages
from tests.builders.society import Society

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

ROUTES = ("backups", "backups/x.db", "compare", "plan", "health", "audit", "jobs", "jobs/1", "jobs/1/events", "", "nothing")
OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="no openssl to make a certificate with")
needs_ipv6 = pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")


@pytest.fixture
def server(society: Society, tmp_path: Path) -> Iterator[Serving]:
    with Serving(tmp_path, books=society.paths.books) as running:
        yield running


def certificate(folder: Path, name: str = "a", *, password: str | None = None) -> tuple[Path, Path]:
    assert OPENSSL is not None
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    locked = ["-passout", f"pass:{password}"] if password else ["-nodes"]
    made = ["req", "-x509", "-newkey", "rsa:2048", *locked, "-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([OPENSSL, *made, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return cert, key


def refused(society: Society, *words: str) -> tuple[int, str, str]:
    """A start that is refused: the exit code, the error's code, and the words. ``gharmitra_admin`` fails on a traceback."""
    answer = gharmitra_admin("serve", *words, "--json", books=society.paths.books)
    error = answer.json["error"]
    return answer.code, error["code"], f"{error['message']} {error['hint']}"


class TestOneSociety:
    def test_it_is_served_at_the_short_address(self, server: Serving, society: Society) -> None:
        assert server.serving["societies"] == [{"name": "society", "prefix": "/api/database"}]
        assert server.serving["address"] == f"http://127.0.0.1:{server.port}"
        key = token(society.paths.books)
        made = server.post("/api/database/backup", token=key)
        assert made.status == 200
        assert [one["filename"] for one in server.get("/api/database/backups", token=key).json] == [made.json["filename"]]
        assert server.get("/api/database/health", token=key).json["backup_count"] == 1
        assert server.get("/api/societies", token=key).json == server.serving["societies"]

    @pytest.mark.parametrize("given", [None, "garbage", f"{PREFIX}01234567_{'x' * 43}"])
    def test_everything_but_the_docs_needs_a_token(self, server: Serving, given: str | None) -> None:
        paths = ["/api/database/health", "/api/societies", "/"]
        if given is None:  # wrong ones are slowed down after the third
            paths += [*(f"/api/database/{name}" for name in ROUTES), "/api/database", "/favicon.ico", "/health"]
        for path in paths:
            answer = server.get(path, token=given)
            assert answer.status == 401, path
            assert answer.json.keys() == {"detail", "error"}
        for path in ("/docs", "/openapi.json"):
            assert server.get(path, token=given).status == 200

    def test_restoring_asks_for_the_value_of_the_plan(self, server: Serving, society: Society) -> None:
        key = token(society.paths.books)
        name = server.post("/api/database/backup", token=key).json["filename"]
        answer = server.post("/api/database/restore", token=key, params={"filename": name})
        assert (answer.status, answer.json["error"]["code"]) == (400, "not_confirmed")
        society.enter()
        confirm = server.get("/api/database/plan", token=key, params={"filename": name}).json["confirmation"]
        done = server.post("/api/database/restore", token=key, params={"filename": name}, json={"confirm": confirm})
        assert done.status == 200, done
        assert done.json["restored"] == name

    @pytest.mark.parametrize("environment", ENVIRONMENTS)
    def test_it_runs_on_the_versions_of_gharmitra_and_on_the_newest(self, society: Society, tmp_path: Path, environment: str) -> None:
        key = token(society.paths.books)
        words = ("--allow-origin", "https://pages.example.org")
        with Serving(tmp_path, *words, books=society.paths.books, python=python_of(environment)) as server:
            begun = server.post("/api/database/backup", token=key, params={"background": "true"})
            events = server.get(f"/api/database/jobs/{begun.json['job']}/events", token=key)
            assert b"event: end" in events.body
            for path, status in (("/api/database/backups", 200), ("/docs", 200), ("/openapi.json", 200), ("/nothing", 404)):
                assert server.get(path, token=key).status == status
            with socket.create_connection(("127.0.0.1", server.port)) as other:
                other.sendall(b"GARBAGE\r\n\r\n")
                assert other.recv(12) == b"HTTP/1.1 400"
            asked = {"Origin": "https://pages.example.org", "Access-Control-Request-Method": "GET"}
            assert server.ask("OPTIONS", "/api/database/backups", headers=asked).status == 200
            assert server.stop() == 0
            assert server.said == ""

    def test_the_first_line_is_for_people_too_and_a_token_is_asked_for(self, society: Society, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "gharmitra_admin", "--db", str(society.paths.books), "serve", "--port", "0"]
        with (tmp_path / "err").open("wb") as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process:
            assert process.stdout is not None
            line = process.stdout.readline().decode()
            address = re.findall(r"http://127\.0\.0\.1:\d+", line)
            assert address[1] == address[0]
            with socket.create_connection(("127.0.0.1", int(address[0].rpartition(":")[2]))):
                process.terminate()
            assert process.stdout.read().split() == ([] if sys.platform == "win32" else [b"Stopped."])
        said = (tmp_path / "err").read_text("utf-8")
        assert f'--db "{society.paths.books}" token create' in said
        token(society.paths.books)
        with Serving(tmp_path, books=society.paths.books) as server:
            assert server.get("/docs").status == 200
            assert server.said == ""


class TestSeveralSocieties:
    @pytest.fixture
    def three(self, tmp_path: Path) -> dict[str, Society]:
        names = ("Green Park", "शांति निकेतन", "green-park")
        made = {name: societies.make(tmp_path / str(number)) for number, name in enumerate(names)}
        entries = tuple(SocietyEntry(name, one.paths.books) for name, one in made.items())
        settings_file.save(settings_file.default_file(), Settings(societies=entries, current=names[1]))
        return made

    def test_each_has_its_own_address_and_its_own_tokens(self, three: dict[str, Society], tmp_path: Path) -> None:
        first, second, _ = three.values()
        with Serving(tmp_path, "--all") as server:
            told = server.serving["societies"]
            assert [one["name"] for one in told] == list(three)
            assert len({one["prefix"] for one in told}) == 3
            assert all(re.fullmatch(r"/api/societies/[a-z0-9-]+/database", one["prefix"]) for one in told)
            key, other = token(first.paths.books), token(second.paths.books, "read")
            assert server.get("/api/societies", token=key).json == told[:1]
            assert server.get("/api/societies", token=other).json == told[1:2]
            assert server.post(f"{told[0]['prefix']}/backup", token=key).status == 200
            assert server.post(f"{told[1]['prefix']}/backup", token=key).status == 401
            assert server.post(f"{told[1]['prefix']}/backup", token=other).status == 403
            assert server.get("/api/database/backups", token=key).status == 404
            assert first.vault().records()
            assert not second.vault().records()
            gharmitra_admin("token", "revoke", key, books=first.paths.books)
            answer = server.get("/api/societies", token=key)
            assert (answer.status, answer.json["error"]["code"]) == (401, "token_revoked")

    def test_named_ones_and_the_current_one(self, three: dict[str, Society], tmp_path: Path) -> None:
        with Serving(tmp_path, "--society", "Green Park", "--society", "शांति निकेतन") as server:
            assert [one["name"] for one in server.serving["societies"]] == list(three)[:2]
            assert server.serving["societies"][0]["prefix"] == "/api/societies/green-park/database"
        for server in (Serving(tmp_path), Serving(tmp_path, before=["--society", "शांति निकेतन"])):
            with server:
                assert server.serving["societies"] == [{"name": "शांति निकेतन", "prefix": "/api/database"}]

    def test_one_whose_drive_is_away_holds_the_others_up_only_when_it_was_named(self, three: dict[str, Society], tmp_path: Path) -> None:
        shutil.rmtree(three["Green Park"].paths.home)
        with Serving(tmp_path, "--all") as server:
            assert len(server.serving["societies"]) == 3
            assert "The books are not there" in server.said
        answer = gharmitra_admin("serve", "--society", "Green Park", "--json")
        assert (answer.code, answer.json["error"]["code"]) == (10, "books_not_found")

    @pytest.mark.parametrize("words", [("--all", "--society", "x"), ("--society", "nobody")])
    def test_what_does_not_go_together_or_is_not_there(self, three: dict[str, Society], words: tuple[str, ...]) -> None:
        assert gharmitra_admin("serve", *words).code == (2 if "--all" in words else 10)


class TestWhatIsSaid:
    def test_the_docs_load_nothing_and_list_every_route(self, server: Serving) -> None:
        page = server.get("/docs")
        text = page.body.decode()
        assert page.headers["Content-Type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert not re.search(r"<script|<link|<img|<iframe|url\(|@import|://", text)
        document = server.get("/openapi.json").json
        assert document["security"] == [{"token": []}]
        assert all(path in text for path in document["paths"])
        assert "/api/database/restore" in document["paths"]

    def test_failures_have_one_shape(self, server: Serving, society: Society) -> None:
        key = token(society.paths.books)
        asked = {
            ("GET", "/nothing"): (404, "no_such_route"),
            ("GET", "/api/database"): (404, "no_such_route"),
            ("GET", "/docs/"): (404, "no_such_route"),
            ("POST", "/docs"): (405, "no_such_method"),
            ("DELETE", "/api/societies"): (405, "no_such_method"),
            ("GET", "/api/database/restore"): (405, "no_such_method"),
            ("BREW", "/nothing"): (405, "no_such_method"),
            ("GET", "/api/database/health?full=x"): (422, "query_not_understood"),
        }
        for (method, path), (status, code) in asked.items():
            answer = server.ask(method, path, token=key)
            assert (answer.status, answer.json["error"]["code"]) == (status, code), path
            assert answer.json["detail"]
            assert ("Allow" in answer.headers) == (status == 405)

    def test_no_answer_names_a_program_and_no_log_holds_a_token(self, society: Society, tmp_path: Path) -> None:
        key = token(society.paths.books)
        unknown = f"{PREFIX}01234567_{'x' * 43}"
        with Serving(tmp_path, books=society.paths.books) as server:
            for path in ("/docs", "/nothing", "/api/database/health"):
                for one in (key, unknown):
                    answer = server.get(path, token=one, params={"token": one})
                    assert "Server" not in answer.headers
                    assert not re.search(r"uvicorn|starlette|fastapi", str(answer.headers), re.IGNORECASE)
            assert server.stop() == 0
            assert server.said == ""
        log = settings_file.default_file().with_name("app.log").read_text("utf-8")
        assert "refused GET /api/database/health: token_unknown" in log
        secrets = (key[-43:], unknown[-43:])
        files = [path for path in (*society.paths.home.rglob("*"), settings_file.default_file().with_name("app.log")) if path.is_file()]
        assert not [path for path in files if any(secret.encode() in path.read_bytes() for secret in secrets)]

    def test_it_is_asked_by_its_own_names_and_from_pages_that_were_allowed(self, society: Society, tmp_path: Path) -> None:
        key = token(society.paths.books)
        words = ("--allow-host", "Books.Example.org", "--allow-origin", "https://Pages.example.org/")
        with Serving(tmp_path, *words, books=society.paths.books) as server:
            for name, status in (("books.example.org", 200), ("localhost:1", 200), ("evil.example.org", 400)):
                assert server.get("/docs", headers={"Host": name}).status == status
            allowed, foreign = {"Origin": "https://pages.example.org"}, {"Origin": "https://evil.example.org"}
            answer = server.get("/api/database/backups", token=key, headers=allowed)
            assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, allowed["Origin"])
            assert server.get("/api/database/backups", token=key, headers=foreign).status == 403
            before = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
            assert server.ask("OPTIONS", "/api/database/backup", headers={**allowed, **before}).status == 200
            answer = server.ask("OPTIONS", "/api/database/backup", headers={**foreign, **before})
            assert (answer.status, answer.json["error"]["code"]) == (403, "origin_unknown")

    def test_who_asks_cannot_choose_where_he_comes_from(self, server: Serving) -> None:
        """Wrong tries of one source are slowed down, and turned away where too many wait; of as many sources none would be."""

        def status(number: int) -> int:
            return server.get("/api/societies", token="x", headers={"X-Forwarded-For": f"203.0.113.{number}"}).status

        with ThreadPoolExecutor(40) as askers:
            assert set(askers.map(status, range(40))) == {401, 429}

    @pytest.mark.parametrize("origin", ["pages.example.org", "https://", "ftp://x", "https://x/y"])
    def test_an_origin_that_no_browser_sends_is_refused(self, society: Society, origin: str) -> None:
        assert refused(society, "--allow-origin", origin)[:2] == (2, "usage")


class TestTheAddress:
    @pytest.mark.parametrize("host", ["0.0.0.0", pytest.param("::", marks=needs_ipv6), "0", "192.0.2.7"])
    def test_row_95_one_that_others_can_reach_is_refused_without_a_certificate(self, society: Society, host: str) -> None:
        code, error, said = refused(society, "--host", host, "--port", "0")
        assert (code, error) == (14, "address_needs_tls")
        assert host in said
        assert "--tls-cert FILE and --tls-key FILE" in said

    def test_row_95_nor_is_one_of_this_computers_own_addresses(self, society: Society) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            try:
                asking.connect(("192.0.2.7", 9))  # sends nothing: the system only chooses which address it would come from
            except OSError:
                pytest.skip("this computer has no other address")
            own = asking.getsockname()[0]
        assert refused(society, "--host", own, "--port", "0")[:2] == (14, "address_needs_tls")

    def test_row_95_a_port_that_is_taken_is_named_and_whoever_has_it_goes_on(self, server: Serving, society: Society) -> None:
        code, error, said = refused(society, "--port", str(server.port))
        assert (code, error) == (11, "port_taken")
        assert str(server.port) in said
        assert server.get("/docs").status == 200

    def test_row_95_a_port_that_is_only_bound_is_taken_too(self, society: Society) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            assert refused(society, "--port", str(other.getsockname()[1]))[:2] == (11, "port_taken")

    @pytest.mark.parametrize("host", ["no.such.host.invalid", "127.0.0.1.5", "", "a\x01b", "x" * 300])
    def test_one_that_is_none_of_this_computer_is_refused(self, society: Society, host: str) -> None:
        assert refused(society, "--host", host, "--port", "0")[:2] == (2, "address_unknown")

    @pytest.mark.parametrize("port", ["65536", "-1", "http"])
    def test_what_is_no_port_is_refused(self, society: Society, port: str) -> None:
        assert refused(society, "--port", port)[:2] == (2, "usage")

    @pytest.mark.parametrize("host", ["localhost", pytest.param("::1", marks=needs_ipv6)])
    def test_every_name_of_this_computer_alone_will_do(self, society: Society, tmp_path: Path, host: str) -> None:
        try:
            socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
        except OSError:
            pytest.skip(f"{host} is not there")
        with Serving(tmp_path, "--host", host, books=society.paths.books) as server:
            connection = http.client.HTTPConnection(host, server.port)
            connection.request("GET", "/docs")
            assert connection.getresponse().status == 200
            connection.close()


class TestTheCertificate:
    @needs_openssl
    def test_with_one_everybody_may_be_served(self, society: Society, tmp_path: Path) -> None:
        cert, key = certificate(tmp_path)
        words = ("--host", "0.0.0.0", "--tls-cert", str(cert), "--tls-key", str(key))
        with Serving(tmp_path, *words, books=society.paths.books) as server:
            assert server.serving["address"] == f"https://{socket.gethostname().lower()}:{server.port}"
            secure = http.client.HTTPSConnection("localhost", server.port, context=ssl.create_default_context(cafile=cert))
            secure.request("GET", "/api/societies", headers={"Authorization": f"Bearer {token(society.paths.books)}"})
            assert secure.getresponse().status == 200
            secure.close()
            with pytest.raises(OSError, match=r".+"):
                server.get("/docs")
            assert server.stop() == 0
            assert server.said.count("\n") == 1  # that there was no token yet

    def test_files_that_are_not_there_or_no_files_are_named(self, society: Society, tmp_path: Path) -> None:
        for wrong in (tmp_path / "none.pem", tmp_path):
            code, error, said = refused(society, "--tls-cert", str(wrong), "--tls-key", str(wrong))
            assert (code, error) == (15, "cannot_read")
            assert str(wrong) in said

    @needs_openssl
    @pytest.mark.parametrize("how", ["of another", "garbage", "with a password", "exchanged"])
    def test_files_that_do_not_belong_together_are_refused(self, society: Society, tmp_path: Path, how: str) -> None:
        cert, key = certificate(tmp_path, password="secret" if how == "with a password" else None)
        if how == "of another":
            key = certificate(tmp_path, "b")[1]
        elif how == "garbage":
            key.write_bytes(b"\x00\xff" * 99)
        elif how == "exchanged":
            cert, key = key, cert
        assert refused(society, "--tls-cert", str(cert), "--tls-key", str(key), "--port", "0")[:2] == (2, "tls_unusable")

    def test_half_of_one_is_refused(self, society: Society, tmp_path: Path) -> None:
        assert refused(society, "--tls-cert", str(tmp_path / "a.pem"))[:2] == (2, "usage")


class TestTheStop:
    """Books that another process holds keep a backup waiting for as long as a test needs it to run."""

    @pytest.fixture
    def held(self, tmp_path: Path) -> Iterator[Society]:
        made = societies.make(tmp_path / "held", journal="delete")
        with OtherProcess(made.paths.books) as other:
            other.run("BEGIN EXCLUSIVE")
            yield made

    @pytest.mark.parametrize("how", ["interrupt", "terminate"])
    def test_it_ends_whatever_goes_on(self, held: Society, tmp_path: Path, how: str) -> None:
        key = token(held.paths.books)
        with Serving(tmp_path, books=held.paths.books) as server:
            begun = server.post("/api/database/backup", token=key, params={"background": "true"})
            assert begun.status == 202
            watch = http.client.HTTPConnection("127.0.0.1", server.port)
            watch.request("GET", f"/api/database/jobs/{begun.json['job']}/events", headers={"Authorization": f"Bearer {key}"})
            events = watch.getresponse()
            assert events.readline().strip()
            waits = http.client.HTTPConnection("127.0.0.1", server.port)
            waits.request("POST", "/api/database/backup", headers={"Authorization": f"Bearer {key}"})
            with socket.create_connection(("127.0.0.1", server.port)) as hangs, socket.create_connection(("127.0.0.1", server.port)):
                hangs.sendall(b"GET / HTTP/1.1\r\nHo")
                server.wait_until(lambda: len(server.get("/api/database/jobs", token=key).json) == 2)
                server.interrupt() if how == "interrupt" or sys.platform == "win32" else server.process.terminate()
                *_, last = events.read().strip().split(b"\n\n")
                assert last.startswith(b"event: end\n")
                assert b'"state":"cancelled"' in last
                answer = waits.getresponse()
                assert answer.status == 409
                assert b"cancelled" in answer.read()
                assert server.process.wait(60) == 0
            watch.close()
            waits.close()
            assert server.children() == []
            assert server.said == ""
        assert not held.vault().records()
        assert sorted(one.name for one in held.paths.backups.rglob("*.db*")) == []

    def test_a_person_is_told_that_it_has_stopped_after_its_jobs_have_ended(self, held: Society, tmp_path: Path) -> None:
        key = token(held.paths.books)
        command = ["-m", "gharmitra_admin", "--db", str(held.paths.books), "serve", "--port", "{port}"]
        with (tmp_path / "said.txt").open("w+b") as said, Host(tmp_path, command=command, stdout=said) as server:
            assert server.post("/api/database/backup", token=key, params={"background": "true"}).status == 202
            server.wait_until(lambda: server.children() != [])
            assert server.stop() == 0
            assert server.children() == []
            assert server.said == ""
        lines = (tmp_path / "said.txt").read_text("utf-8").splitlines()
        assert lines[0].startswith("✔ Ready")
        assert lines[1:] == ["Stopped."]

    def test_a_second_signal_ends_it_at_once_and_leaves_nothing_half(self, held: Society, tmp_path: Path) -> None:
        key = token(held.paths.books)
        with Serving(tmp_path, books=held.paths.books) as server:
            assert server.post("/api/database/backup", token=key, params={"background": "true"}).status == 202
            jobs = _suspended(server)
            server.interrupt()
            server.wait_until(lambda: not _is_listening(server.port), "it takes nobody any more")
            assert server.is_running
            server.interrupt()
            assert server.process.wait(60) == 130
            for one in jobs:
                one.resume()
                one.wait(60)
            assert "Traceback" not in server.said
        assert not held.vault().records()
        assert sorted(one.name for one in held.paths.backups.rglob("*.db*")) == []

    def test_who_comes_on_an_open_connection_while_it_stops_is_told(self, held: Society, tmp_path: Path) -> None:
        key = token(held.paths.books)
        with Serving(tmp_path, books=held.paths.books) as server:
            assert server.post("/api/database/backup", token=key, params={"background": "true"}).status == 202
            jobs = _suspended(server)
            open_connection = http.client.HTTPConnection("127.0.0.1", server.port)
            open_connection.connect()
            server.interrupt()
            server.wait_until(lambda: not _is_listening(server.port), "it takes nobody any more")
            open_connection.request("GET", "/api/database/backups", headers={"Authorization": f"Bearer {key}"})
            answer = open_connection.getresponse()
            assert (answer.status, answer.headers["Connection"]) == (503, "close")
            assert answer.headers["Retry-After"]
            assert b'"stopping"' in answer.read()
            open_connection.close()
            for one in jobs:
                one.resume()
            assert server.process.wait(60) == 0

    def test_a_start_with_signals_ignored_hears_them_all_the_same(self, society: Society, tmp_path: Path) -> None:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            server = Serving(tmp_path, books=society.paths.books).start()
        finally:
            signal.signal(signal.SIGINT, before)
        with server:
            assert server.stop() == 0

    def test_a_restore_that_runs_is_finished_or_never_was(self, society: Society, tmp_path: Path) -> None:
        key = token(society.paths.books)
        name = society.back_up().record.filename
        society.enter()
        with Serving(tmp_path, books=society.paths.books) as server:
            confirm = server.get("/api/database/plan", token=key, params={"filename": name}).json["confirmation"]
            body = {"confirm": confirm, "filename": name}
            assert server.post("/api/database/restore", token=key, json=body, params={"background": "true"}).status == 202
            assert server.stop() == 0
        societies.assert_whole(society.paths.books)
        assert ask(society.paths.books, "SELECT count(*) FROM ledger") in ([["200"]], [["202"]])
        assert name in {record.filename for record in society.vault().records()}

    def test_who_does_not_take_an_answer_does_not_hold_it_up(self, society: Society, tmp_path: Path) -> None:
        with OtherProcess(society.paths.books) as other:
            other.run("UPDATE ledger SET narration = hex(randomblob(10000000)) WHERE id = 1")  # more than the system takes in between
        key, name = token(society.paths.books), society.back_up().record.filename
        with Serving(tmp_path, books=society.paths.books) as server, socket.create_connection(("127.0.0.1", server.port)) as hangs:
            asked = f"GET /api/database/backups/{name} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n"
            hangs.sendall(asked.encode())
            assert hangs.recv(15) == b"HTTP/1.1 200 OK"
            assert server.stop() == 0
            assert server.said == ""


def _is_listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=10).close()
    except OSError:
        return False
    return True


class TestWithoutTheExtra:
    @pytest.mark.parametrize("missing", [("fastapi",), ("uvicorn",), ("fastapi", "uvicorn", "starlette")])
    def test_it_says_how_to_install_what_is_missing(self, society: Society, tmp_path: Path, missing: tuple[str, ...]) -> None:
        environment = without_packages(tmp_path, *missing)
        answer = gharmitra_admin("--json", "serve", books=society.paths.books, environment=environment)
        error = answer.json["error"]
        assert (answer.code, error["code"]) == (14, "server_not_installed")
        assert missing[0] in error["message"]
        assert 'pip install "gharmitra-admin[server]"' in error["hint"]
        assert gharmitra_admin("--json", "list", books=society.paths.books, environment=environment).code == 0


def test_help_tells_the_exit_codes() -> None:
    answer = gharmitra_admin("serve", "--help")
    assert (answer.code, answer.err) == (0, "")
    assert "Exit codes: 0 done" in answer.out


def test_books_that_are_not_there_are_not_served(tmp_path: Path) -> None:
    answer = gharmitra_admin("--json", "serve", books=tmp_path / "none" / "gharmitra.db")
    assert (answer.code, answer.json["error"]["code"]) == (10, "books_not_found")


def test_a_broken_list_of_tokens_is_told_at_the_start(society: Society, tmp_path: Path) -> None:
    token(society.paths.books)
    society.paths.tokens.write_bytes(b"{")
    with Serving(tmp_path, books=society.paths.books) as server:
        assert server.get("/api/societies", token="x").status == 503
        server.wait_until(lambda: str(society.paths.tokens) in server.said)


def _suspended(server: Serving) -> list[psutil.Process]:
    """The commands that work for it, stopped where they are: they cannot hear that they are cancelled, and the server has to wait for them.

    Not before each is a program of its own: until then it holds up the very server that starts it.
    """
    server.wait_until(lambda: any("--supervised" in one.cmdline() for one in server.children()), "a command works for it")
    found = server.children()
    for one in found:
        one.suspend()
    return found
