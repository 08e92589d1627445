"""One line of the table: what was measured, the figure, its bound."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """``bound`` None: only told. ``is_kept`` says whether the figure is within it."""

    what: str
    figure: str
    bound: str = ""
    is_kept: bool = True


def bounded(what: str, value: float, limit: float, unit: str, *, extra: str = "") -> Line:
    return Line(what, f"{value:.2f}{unit}{extra}", f"at most {limit:g}{unit}", value <= limit)


def seconds(job: Callable[[], object]) -> float:
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def ratio(one: Callable[[], object], other: Callable[[], object], *, rounds: int) -> tuple[float, float, float]:
    """Run both in turns; the ratio of their medians, and the medians."""
    pairs = [(seconds(one), seconds(other)) for _ in range(rounds)]
    mine = statistics.median(pair[0] for pair in pairs)
    theirs = statistics.median(pair[1] for pair in pairs)
    return mine / theirs, mine, theirs


def told(lines: list[Line]) -> str:
    width = max(len(line.what) for line in lines)
    figures = max(len(line.figure) for line in lines)
    rows = [f"{'' if line.is_kept else '!! '}{line.what:<{width}}  {line.figure:>{figures}}  {line.bound}".rstrip() for line in lines]
    return "\n".join(rows)
