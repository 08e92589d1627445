"""How the tests are shared out among processes (pytest-xdist): what a file makes once is made once, and one screen is driven at a time."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.scheduler.protocol import Scheduling

# The longest work first, so that no process is left alone with it at the end.
_FIRST = ("on_screen", "tests/faults/", "tests/api/", "tests/gui/")


def longest_first(items: list[pytest.Item]) -> None:
    """Put the files that take long before the others; the tests of a file keep their order."""
    items.sort(key=lambda item: _place(item.nodeid))


def _place(test: str) -> int:
    return next((place for place, part in enumerate(_FIRST) if part in _file(test)), len(_FIRST))


def _file(test: str) -> str:
    return test.split("::", 1)[0]


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """One file after another to whoever is free, in the order of the collection; the files on a screen are one."""

    def _split_scope(self, nodeid: str) -> str:
        file = _file(nodeid)
        return "on_screen" if PurePosixPath(file).stem.endswith("on_screen") else file


def by_file(config: pytest.Config, log: object) -> Scheduling:
    config.option.loadscopereorder = False
    return ByFile(config, log)
