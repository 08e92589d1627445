"""Health over HTTP is a report in every state, for whoever may still be looked up in it."""

from __future__ import annotations

import shutil

import pytest

from gharmitra_admin.engine.parts.tokens import Role
from tests.builders.mounted import ADMIN, Asked, write_token
from tests.builders.society import Society


def test_books_that_are_gone_are_reported_to_a_token(society: Society) -> None:
    society.back_up()
    token, _ = write_token(society, Role.READ)
    for path in society.paths.home.glob("gharmitra.db*"):
        path.unlink()
    with Asked(society) as asked:
        answer = asked.get("/health", token=token)
    assert (answer.status_code, answer.json()["status"]) == (200, "critical")
    assert "books_gone" in {one["code"] for one in answer.json()["alerts"]}


@pytest.mark.parametrize("what", ["a file", "gone with the books"])
def test_a_folder_that_is_none_is_reported_to_the_hosts_administrator(society: Society, what: str) -> None:
    society.back_up()
    shutil.rmtree(society.paths.backups)
    if what == "a file":
        society.paths.backups.write_bytes(b"not a folder")
    else:
        shutil.rmtree(society.paths.home)
    with Asked(society) as asked:
        answer = asked.get("/health", token=ADMIN)
    assert (answer.status_code, answer.json()["status"]) == (200, "critical")
    assert {"backups_not_a_folder", "books_gone"} & {one["code"] for one in answer.json()["alerts"]}
