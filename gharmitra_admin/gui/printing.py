"""Pages on paper: the system's own print dialog, and a page of ours in it. Leaves nothing on disk."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget


def print_page(parent: QWidget, html: str, title: str) -> QPrintDialog:
    """Ask for the printer without holding up anything else, and print when it is chosen; returns the dialog."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    dialog = QPrintDialog(printer, parent)
    dialog.setObjectName("printDialog")
    dialog.setWindowTitle(title)
    dialog.accepted.connect(lambda: put_on(printer, html))
    QDialog.open(dialog)
    return dialog


def put_on(printer: QPrinter, html: str) -> None:
    """Lay the page out for this printer, or for the file it prints to."""
    document = QTextDocument()
    document.setHtml(html)
    document.print_(printer)
