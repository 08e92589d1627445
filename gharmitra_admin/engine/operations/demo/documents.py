"""Made-up vendors' bills, one page each, that vouchers name. Leaves PDF files in the folder it is given, and a row for each."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import sorted_os_errors
from gharmitra_admin.engine.operations.demo.ledger import Voucher
from gharmitra_admin.engine.operations.demo.writer import ADMIN_ID, SOCIETY_ID, Writer

FOLDER = "uploads"
_VOUCHERS = "vouchers"
_DOCUMENTS = 12


def attach(writer: Writer, uploads: Path, expenses: Sequence[Voucher], rng: random.Random) -> int:
    """Attach a bill to some vouchers, spread over the whole time, and return how many. Raises NoSpace, NoAccess."""
    folder = uploads / _VOUCHERS
    with sorted_os_errors(folder, writing=True):
        folder.mkdir(parents=True)
    chosen = expenses[:: max(1, len(expenses) // _DOCUMENTS)][:_DOCUMENTS]
    for voucher in chosen:
        name, page = f"{uuid.UUID(int=rng.getrandbits(128), version=4)}.pdf", _page(voucher)
        files.write_new(folder / name, page)
        writer.put(
            "voucher_attachments",
            society_id=SOCIETY_ID,
            journal_entry_id=voucher.id,
            file_name=f"bill_{voucher.number}.pdf",
            file_url=f"{FOLDER}/{_VOUCHERS}/{name}",
            file_size=len(page),
            mime_type="application/pdf",
            uploaded_by=ADMIN_ID,
            created_at=writer.now(voucher.day),
        )
    return len(chosen)


def _page(voucher: Voucher) -> bytes:
    """One page with a few lines on it (ISO 32000-1, section 7.5: header, objects, cross-reference table, trailer)."""
    amount = f"Rs. {voucher.paise // 100}.{voucher.paise % 100:02d}"
    lines = ("BILL (made-up)", voucher.narration, f"Voucher {voucher.number} of {voucher.day}", amount)
    escaped = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines]
    drawn = "BT /F1 12 Tf 60 760 Td 20 TL " + " ".join(f"({line}) Tj T*" for line in escaped) + " ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    text, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(text)}\n%%EOF\n"
    return (f"{text}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}").encode("ascii")
