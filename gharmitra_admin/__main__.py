"""No command: the window; a command: the terminal. The window is loaded only where it is opened."""

from __future__ import annotations

import sys

_OPENS_WITH = ("--db", "--society")


def is_for_window(arguments: list[str]) -> bool:
    """Whether these words name at most a society, and no command."""
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, has_value, _ = word.partition("=")
        if name not in _OPENS_WITH:
            return False
        if not has_value:
            if not rest:
                return False
            rest.pop(0)
    return True


def main() -> None:
    """The command ``gharmitra-admin``."""
    arguments = sys.argv[1:]
    if is_for_window(arguments):
        window()
    try:
        from gharmitra_admin.cli.main import run  # noqa: PLC0415 - the window need not load the terminal

        code = run(arguments)
    except KeyboardInterrupt:
        # Before the first step, or at a question: nothing has begun.
        sys.stderr.write("\nCancelled. Nothing was changed.\n")
        if "--json" in arguments:
            sys.stdout.write('{"error":{"code":"cancelled","message":"Cancelled. Nothing was changed.","hint":""}}\n')
        code = 130
    sys.exit(code)


def window() -> None:
    """The command ``gharmitra-admin-gui``."""
    from gharmitra_admin.gui.app import run  # noqa: PLC0415 - the terminal need not load the window

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
