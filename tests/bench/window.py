"""The window: first paint against a bare one, press to checked, the longest gap in painting."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.recipe import books_of
from tests.bench.table import Line, bounded, seconds

ROUNDS = 11
FIRST_PAINT, PRESS_SECONDS, GAP_MS, AGAIN_SECONDS = 2.0, 2.0, 50.0, 1.5
ROOT = Path(__file__).parents[2]

_BARE = """
import sys, time
from PySide6.QtWidgets import QApplication, QMainWindow, QTabWidget, QWidget
class Painted(QWidget):
    def paintEvent(self, event):
        print(time.clock_gettime(time.CLOCK_MONOTONIC), flush=True)
        import os; os._exit(0)
app = QApplication([])
window, tabs = QMainWindow(), QTabWidget()
for name in ("Backups", "Restore", "Health"):
    tabs.addTab(Painted(), name)
window.setCentralWidget(tabs)
window.show()
app.exec()
"""

_OURS = """
import sys, time, os
from gharmitra_admin.gui.widgets.labels import MarkLabel
def painted(self, event):
    print(time.clock_gettime(time.CLOCK_MONOTONIC), flush=True)
    os._exit(0)
MarkLabel.paintEvent = painted
from gharmitra_admin.gui.app import run
run(["--db", sys.argv[1]])
"""

_JOB = """
import asyncio, sys, time
from PySide6.QtCore import QTimer
from gharmitra_admin.gui import program
from gharmitra_admin.gui.app import run

gaps, last = [], [None]
async def live(self):
    task = asyncio.get_running_loop().create_task(plain(self))
    await asyncio.sleep(0)
    while self.desk.report is None:
        await asyncio.sleep(0.02)
    bar = self.window
    beat = QTimer(self); beat.setInterval(5)
    def tick():
        now = time.perf_counter()
        if last[0] is not None:
            gaps.append(now - last[0])
        last[0] = now
        bar.repaint()
    beat.timeout.connect(tick); beat.start()
    done = asyncio.Event()
    self.desk.backed_up.connect(lambda *_: done.set())
    began = time.perf_counter()
    self.window.findChild(program.QObject, "createBackupButton").click()
    await done.wait()
    took = time.perf_counter() - began
    beat.stop()
    print(took, max(gaps), flush=True)
    self.leaving.quit()
    await task
plain = program.Program.live
program.Program.live = live
run(["--db", sys.argv[1]])
"""


def _child(code: str, *words: str, folder: Path) -> str:
    # As installed: compiled once and kept, which a shell that forbids it would charge to every start.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        "QT_QPA_PLATFORM": "offscreen",
        "GHARMITRA_ADMIN_SETTINGS": str(folder / "settings.toml"),
    }
    done = subprocess.run([sys.executable, "-c", code, *words], check=True, capture_output=True, text=True, env=environment)
    return done.stdout


def first_paint_seconds(code: str, *words: str, folder: Path) -> float:
    import time

    began = time.clock_gettime(time.CLOCK_MONOTONIC)
    return float(_child(code, *words, folder=folder)) - began


def _again(folder: Path) -> Line:
    """``run.py`` when everything is set up: its own look around, and the start of the command."""
    environment = os.environ | {"GHARMITRA_ADMIN_SETTINGS": str(folder / "settings.toml")}
    command = [sys.executable, str(ROOT / "run.py"), "--version"]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    took = seconds(lambda: subprocess.run(command, check=True, capture_output=True, env=environment))
    return bounded("second start through run.py", took, AGAIN_SECONDS, " s")


def lines(folder: Path) -> Iterator[Line]:
    yield _again(folder)
    books = books_of(folder, 10)
    first_paint_seconds(_OURS, str(books), folder=folder)
    first_paint_seconds(_BARE, folder=folder)
    pairs = []
    for _ in range(ROUNDS):
        mine = first_paint_seconds(_OURS, str(books), folder=folder)
        pairs.append((mine, first_paint_seconds(_BARE, folder=folder)))
    mine, bare = (statistics.median(pair[place] for pair in pairs) for place in (0, 1))
    told = f" ({mine * 1000:.0f} ms : {bare * 1000:.0f} ms)"
    yield bounded("start of the window to first paint, against a bare Qt window", mine / bare, FIRST_PAINT, "", extra=told)
    took, _ = map(float, _child(_JOB, str(books), folder=folder).split())
    yield bounded("10 MB, from press to checked in the window", took, PRESS_SECONDS, " s")
    took, gap = map(float, _child(_JOB, str(books_of(folder, 300)), folder=folder).split())
    yield bounded("longest gap in painting during a 300 MB backup", gap * 1000, GAP_MS, " ms", extra=f" (backup {took:.1f} s)")
