"""One check of every backup in a process of its own: prints one line of JSON, the status and the problem of each.

``python -m tests.faults.run_verify BOOKS``; exit code 0 where every one is good, else 1.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gharmitra_admin.engine import Paths, Settings, Status, SystemClock, Vault


def main() -> int:
    vault = Vault.open(Paths.of(Path(sys.argv[1])), settings=Settings(), clock=SystemClock(), who="treasurer", face="terminal")
    results = vault.verify()
    is_good = all(result.status in {Status.CHECKED, Status.PROVEN} for result in results)
    found = {result.filename: [result.status.value, result.problem.value if result.problem else None] for result in results}
    print(json.dumps({"ok": is_good, "found": found}))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
