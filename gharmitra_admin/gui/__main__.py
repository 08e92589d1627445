"""``python -m gharmitra_admin.gui``: the window."""

from __future__ import annotations

import sys

from gharmitra_admin.gui.app import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
