"""``python -m tests.bench [--check] [PART ...]``: measure and print one table; with ``--check`` fail where a bound is broken."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench import comparing, http, listing, recipe, restoring, window, writers
from tests.bench.table import Line, told

PARTS = {
    "recipe": recipe.lines,
    "window": window.lines,
    "list": listing.lines,
    "writers": writers.lines,
    "restore": restoring.lines,
    "compare": comparing.lines,
    "http": http.lines,
}


def main(words: list[str]) -> int:
    """Measure the named parts, all where none is named."""
    is_checked = "--check" in words
    names = [word for word in words if not word.startswith("-")] or list(PARTS)
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    found: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="gharmitra-admin-bench-") as folder:
        for name in names:
            for line in PARTS[name](Path(folder)):
                print(f"  {line.what}: {line.figure}", file=sys.stderr, flush=True)
                found.append(line)
    print(told(found))
    broken = [line for line in found if not line.is_kept]
    if broken:
        print(f"{len(broken)} of {len(found)} lines break their bound (marked !!)")
    return 1 if is_checked and broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
