"""A page to print: plain, whole in itself, with the foot that every page of this program has. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from gharmitra_admin.wording.language import Words, mark

FOOT = mark(
    "This page states what the program recorded on this PC. It is not a certificate under any Act, nor an audit. How long to keep it, and"
    " which rules apply to the society: please ask your CA."
)
_STYLE = """
body { font: 11pt/1.45 "Noto Sans", "Segoe UI", "Nirmala UI", sans-serif; color: #000; background: #fff; margin: 1.5cm; }
h1 { font-size: 16pt; margin: 0 0 .3em; } h2 { font-size: 12pt; margin: 1.2em 0 .3em; } p { margin: .2em 0; }
table { border-collapse: collapse; width: 100%; margin: .5em 0; } thead { display: table-header-group; } tr { break-inside: avoid; }
th, td { border-bottom: 1px solid #999; padding: .15em .5em; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.right { text-align: right; white-space: nowrap; }
footer { margin-top: 2em; border-top: 1px solid #000; padding-top: .5em; font-size: 9pt; }
.sign { display: flex; justify-content: space-between; margin-top: 2.5em; } .sign span { border-top: 1px solid #000; min-width: 28%; }
@page { size: A4; margin: 1.2cm; } @media print { body { margin: 0; } }
"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table on the page. ``right``: the columns that hold numbers."""

    title: str
    heading: Sequence[str]
    rows: Iterable[Sequence[str]]
    right: frozenset[int] = frozenset()


def page(words: Words, title: str, lines: Sequence[str], sheets: Sequence[Sheet]) -> str:
    """Make the page: title, lines of text, tables, foot with the places to sign."""
    body = [f"<h1>{escape(title)}</h1>", *(f"<p>{escape(line)}</p>" for line in lines)]
    for sheet in sheets:
        body += _sheet(sheet)
    signs = "".join(f"<span>{escape(words.say(who))}</span>" for who in (mark("Treasurer"), mark("Secretary"), mark("Date")))
    body.append(f'<div class="sign">{signs}</div><footer>{escape(words.say(FOOT))}</footer>')
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    language = words.locale.replace("_", "-")
    return f'<!DOCTYPE html>\n<html lang="{language}"><head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"


def _sheet(sheet: Sheet) -> list[str]:
    heading = _row("th", sheet.heading, sheet.right)
    rows = [_row("td", row, sheet.right) for row in sheet.rows]
    return [f"<h2>{escape(sheet.title)}</h2>", f"<table><thead>{heading}</thead><tbody>", *rows, "</tbody></table>"]


def _row(tag: str, cells: Sequence[str], right: frozenset[int]) -> str:
    classes = (' class="right"' if place in right else "" for place in range(len(cells)))
    return "<tr>" + "".join(f"<{tag}{told}>{escape(cell)}</{tag}>" for told, cell in zip(classes, cells, strict=True)) + "</tr>"
