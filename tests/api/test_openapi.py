"""The OpenAPI document tells what is answered: a program made of it finds no answer that is not listed, and no fault."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gharmitra_admin.api.routes import ROUTES
from gharmitra_admin.engine.parts.tokens import Role
from tests.builders import ledger
from tests.builders.host import PROTECT, Host, write_backend
from tests.builders.mounted import write_token
from tests.builders.society import Society, assert_whole

pytest.importorskip("schemathesis", reason="schemathesis is not installed: no program is made of the document here")

ROUTE = "/api/database"
APPLICATION = """
from fastapi import FastAPI

from gharmitra_admin.api import router

app = FastAPI()
app.include_router(router("gharmitra.db"), prefix="/api/database")
"""
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance"
_ENVIRONMENT = {**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"}
NAMED = "a token for everything, and a name that is there"
SECONDS = {"a token for everything": (12, 180), NAMED: (6, 90), "nobody": (4, 60)}  # short and long form


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """Our routes in an application that has nothing else, for a society with two backups."""
    society = Society.of(ledger.make(tmp_path / "gharmitra.db"))
    society.back_up()
    society.enter()
    society.back_up()
    (tmp_path / "application.py").write_text(APPLICATION, "utf-8")
    with Host(tmp_path, app="application:app") as host:
        yield host


@pytest.mark.parametrize("who", list(SECONDS))
def test_no_answer_is_a_fault_or_not_listed(host: Host, request: pytest.FixtureRequest, who: str) -> None:
    society = Society.of(host.folder / "gharmitra.db")
    seconds = SECONDS[who][1 if request.config.getoption("--full") else 0]
    seed = request.config.getoption("--seed") or 20_261_126
    header = [] if who == "nobody" else ["-H", f"Authorization: Bearer {write_token(society, Role.RESTORE)[0]}"]
    named = 'parameters = { "query.filename" = "NAME", "path.filename" = "NAME" }\n' if who == NAMED else ""
    (host.folder / "schemathesis.toml").write_text(named.replace("NAME", society.vault().records()[-1].filename), "utf-8")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml"),
        *("run", f"http://127.0.0.1:{host.port}/openapi.json", *header, "--checks", CHECKS, "--max-time", str(seconds)),
        *("--seed", str(seed), "--request-timeout", "60", "--warnings", "off", "--continue-on-failure"),
        *("--suppress-health-check", "all", *(("--include-path-regex", "plan|compare|restore|filename") if who == NAMED else ())),
    ]
    done = subprocess.run(
        command, check=False, capture_output=True, encoding="utf-8", cwd=host.folder, env=_ENVIRONMENT, timeout=3 * seconds + 120
    )
    print(done.stdout[-6000:])
    assert done.returncode == 0, f"seed {seed}: {done.stdout[-6000:]}{done.stderr[-2000:]}"
    assert "No issues found" in done.stdout
    assert "Traceback" not in host.said
    assert "a fault of this program" not in host.said
    host.stop()
    assert_whole(society.paths.books)


def test_inside_the_backend_the_document_tells_of_our_routes_and_the_hosts_other_ones(tmp_path: Path) -> None:
    """The host has routes of the same names, which are never reached."""
    write_backend(tmp_path, last_lines=PROTECT)
    with Host(tmp_path) as host:
        told = host.get("/openapi.json").json["paths"]
        assert host.get("/docs").status == 200
    ours = {(method.lower(), ROUTE + path.replace(":path", "")) for method, path, *_ in ROUTES}
    found = {(method, path) for path, methods in told.items() for method in methods if path.startswith(ROUTE)}
    assert found == ours
    assert all("GharMitra Admin" in told[path][method]["tags"] for method, path in ours)
    assert {"/", "/health", "/api/receipts", "/api/me"} <= set(told)
