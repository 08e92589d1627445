"""The audit log of the made-up books: who changed what, as many rows as the wanted size has room for. Leaves rows only."""

from __future__ import annotations

import random

from gharmitra_admin.engine.operations.demo.days import Period, Told
from gharmitra_admin.engine.operations.demo.people import Society
from gharmitra_admin.engine.operations.demo.writer import SOCIETY_ID, Writer, moment, rupees

_ROW_BYTES = 560
_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
_AT_ONCE = 1000


def fill(writer: Writer, society: Society, period: Period, told: Told, rng: random.Random) -> int:
    """Add rows, in order of time over the whole period, until the file has the wanted size, and return it in bytes.

    Raises Cancelled, apsw.Error.
    """
    size, done = writer.step(), 0
    expected = max(1, (writer.wanted_bytes - size) // _ROW_BYTES)
    while size < writer.wanted_bytes:
        for _ in range(max(1, min(_AT_ONCE, (writer.wanted_bytes - size) // _ROW_BYTES))):
            _put(writer, society, told, rng, period, min(done / expected, 0.999999))
            done += 1
        size = writer.step()
    return size


def _when(period: Period, share: float) -> str:
    day, of_day = divmod(share * period.days, 1)
    return moment(period.first.fromordinal(period.first.toordinal() + int(day)), of_day)


def _put(writer: Writer, society: Society, told: Told, rng: random.Random, period: Period, share: float) -> None:
    entity, number, old, new = _change(society, told, rng, share)
    writer.put(
        "audit_logs",
        society_id=SOCIETY_ID,
        user_id=int(rng.random() * 5) + 1,
        action_type="update" if old != "null" else "create",
        entity_type=entity,
        entity_id=number,
        old_values=old,
        new_values=new,
        ip_address=f"192.168.1.{int(rng.random() * 40) + 10}",
        user_agent=_AGENT,
        created_at=_when(period, share),
    )


def _change(society: Society, told: Told, rng: random.Random, share: float) -> tuple[str, int, str, str]:
    """What was changed, its id, and its values before and after, as JSON; of bills and vouchers only those there by then."""
    draw, kind = rng.random(), rng.random()
    flat = society.flats[int(draw * len(society.flats))]
    if kind < 0.5 and told.bills:
        bill, number, paise = told.bills[int(draw * share * len(told.bills))]
        same = f'{{"bill_number": "{number}", "amount": {rupees(paise)}, "flat_number": "{number[-5:]}", "is_posted": true, "status": '
        return "maintenance_bills", bill, same + '"UNPAID"}', same + '"PAID"}'
    if kind < 0.8 and told.expenses:
        voucher = told.expenses[int(draw * share * len(told.expenses))]
        new = (
            f'{{"entry_number": "{voucher.number}", "date": "{voucher.day}", "description": "{voucher.narration}", '
            f'"total_debit": {rupees(voucher.paise)}, "total_credit": {rupees(voucher.paise)}, "voucher_type": "payment"}}'
        )
        return "journal_entries", voucher.id, "null", new
    same = f'{{"flat_number": "{flat.number}", "name": "{flat.owner}", "email": "{flat.email}", "total_occupants": '
    return "members", flat.id, f"{same}{flat.occupants}}}", f"{same}{flat.occupants + 1}}}"
