"""The PC's power: what is said of its battery, and the system's own program that keeps it awake."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from gharmitra_admin.engine.base import power
from gharmitra_admin.engine.base.power import Power
from gharmitra_admin.engine.operations.restore import plan
from gharmitra_admin.engine.operations.restore.plan import FindingCode, Weight


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, None),
        (SimpleNamespace(percent=41.6, power_plugged=False), Power(42, False)),
        (SimpleNamespace(percent=100, power_plugged=True), Power(100, True)),
    ],
)
def test_the_battery_is_told_as_the_system_tells_it(monkeypatch: pytest.MonkeyPatch, found: object, expected: Power | None) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: found, raising=False)
    assert power.power() == expected


def test_a_system_that_cannot_tell_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OSError

    monkeypatch.setattr(psutil, "sensors_battery", fails, raising=False)
    assert power.power() is None


@pytest.mark.parametrize(
    ("found", "codes"),
    [
        (None, []),
        (Power(80, None), []),
        (Power(80, True), [(FindingCode.PLUGGED_IN, Weight.FINE)]),
        (Power(80, False), [(FindingCode.ON_BATTERY, Weight.WARNING)]),
    ],
)
def test_only_a_laptop_on_its_battery_is_warned(found: Power | None, codes: list[tuple[FindingCode, Weight]]) -> None:
    assert [(one.code, one.weight) for one in plan.of_power(found)] == codes


@pytest.mark.skipif(sys.platform == "win32", reason="Windows is asked through a call of its own, not through a program")
def test_the_systems_own_program_runs_as_long_as_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "caffeinate"
    program.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(600)\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with power.kept_awake("a test"):
        holders = [child for child in psutil.Process().children() if str(program) in child.cmdline()]
        assert len(holders) == 1
    assert not holders[0].is_running()


def test_without_such_a_program_the_work_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with power.kept_awake("a test"):
        done = True
    assert done
