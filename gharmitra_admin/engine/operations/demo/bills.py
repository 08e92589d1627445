"""Monthly bills of the made-up society, and how each flat pays them. Leaves rows only."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from datetime import date, timedelta

from gharmitra_admin.engine.operations.demo.chart import BANK, CASH, DUES, MAINTENANCE, NAMES
from gharmitra_admin.engine.operations.demo.ledger import JOURNAL, RECEIPT, Ledger, Line, Voucher
from gharmitra_admin.engine.operations.demo.people import Flat, Society
from gharmitra_admin.engine.operations.demo.writer import ADMIN_ID, SOCIETY_ID, Writer, moment, month_name, rupees

_PER_SQUARE_FOOT, _PER_OCCUPANT, _SINKING, _REPAIR = 225, 12_000, 25_000, 15_000  # paise a month
_ONE_RUPEE = 100


class Bills:
    """Raises the bills of a month and enters the receipts on the days when they come."""

    def __init__(self, writer: Writer, ledger: Ledger, society: Society, rng: random.Random, *, until: date) -> None:
        self.raised: list[tuple[int, str, int]] = []
        self.receipts = 0
        self._writer, self._ledger, self._society, self._rng, self._until = writer, ledger, society, rng, until
        self._coming: defaultdict[date, list[tuple[Flat, int, int, str]]] = defaultdict(list)
        self._unpaid: Counter[int] = Counter()

    def raise_all(self, month: date, day: date) -> None:
        """Bill every flat for ``month`` on ``day``, and post the bills as one journal voucher."""
        name = month_name(month)
        fixed = self._rng.randrange(140_000, 150_000)
        lines: list[Line] = []
        for flat in self._society.flats:
            paise = self._raise(flat, month, day, fixed)
            text = f"Maintenance bill generated for {name} - Flat: {flat.number}"
            lines.append(Line(DUES, paise, NAMES[DUES], flat.id, text, month_name(month, ", ")))
        lines.append(Line(MAINTENANCE, -sum(line.paise for line in lines), "Maintenance Charges"))
        self._ledger.enter(JOURNAL, day, f"Maintenance charges for the month {name} (Posted)", lines)

    def receive(self, day: date) -> None:
        """Enter what comes in on this day."""
        for flat, bill, paise, month in self._coming.pop(day, ()):
            self._receive(flat, bill, paise, month, day)

    def _raise(self, flat: Flat, month: date, day: date, fixed: int) -> int:
        maintenance, water = flat.area_sqft * _PER_SQUARE_FOOT, flat.occupants * _PER_OCCUPANT
        exact = maintenance + water + fixed + _SINKING + _REPAIR
        paise = -(-exact // _ONE_RUPEE) * _ONE_RUPEE
        arrears = self._unpaid[flat.id]
        paid = day + timedelta(days=self._rng.randint(*flat.delay_days) - 1)
        is_paid = paid <= self._until
        number, at = f"BILL-{month:%Y%m}-{flat.number}", self._writer.now(day)
        bill = self._writer.put(
            "maintenance_bills",
            society_id=SOCIETY_ID,
            flat_id=flat.id,
            flat_number=flat.number,
            bill_number=number,
            month=month.month,
            year=month.year,
            amount=rupees(paise),
            maintenance_amount=rupees(maintenance),
            water_amount=rupees(water),
            fixed_amount=rupees(fixed),
            sinking_fund_amount=rupees(_SINKING),
            repair_fund_amount=rupees(_REPAIR),
            corpus_fund_amount=0,
            arrears_amount=rupees(arrears),
            late_fee_amount=0,
            total_amount=rupees(paise + arrears),
            breakdown=_breakdown(flat, maintenance, water, fixed, arrears),
            status="PAID" if is_paid else "UNPAID",
            paid_date=str(paid) if is_paid else None,
            is_posted=1,
            posted_at=at,
            created_at=at,
            updated_at=moment(paid, 0.99) if is_paid else at,
        )
        self.raised.append((bill, number, paise))
        self._unpaid[flat.id] += paise
        self._coming[paid].append((flat, bill, paise, month_name(month, ", ")))
        return paise

    def _receive(self, flat: Flat, bill: int, paise: int, month: str, day: date) -> None:
        reference = f"{flat.mode[:3]}{self._rng.randrange(10**9):09d}"
        text = f"Maintenance receipt {flat.number} {month.replace(',', '')} (Ref: {reference})"
        into, method = (CASH, "cash") if flat.mode == "CASH" else (BANK, "bank")
        voucher = self._ledger.enter(
            RECEIPT,
            day,
            text,
            [Line(into, paise, "Receipt", flat.id), Line(DUES, -paise, "Receipt", flat.id, f"{text} (Flat: {flat.id})", month)],
            expense_month=month,
            received_from=flat.owner,
            method=method,
        )
        self._unpaid[flat.id] -= paise
        payment = self._payment(flat, bill, voucher, reference)
        self.receipts += 1
        if flat.mode == "ONLINE":
            self._online(flat, bill, payment, voucher)

    def _payment(self, flat: Flat, bill: int, voucher: Voucher, reference: str) -> int:
        at = self._writer.now(voucher.day)
        return self._writer.put(
            "payments",
            society_id=SOCIETY_ID,
            bill_id=bill,
            flat_id=flat.id,
            member_id=ADMIN_ID,
            receipt_number=voucher.number,
            payment_date=str(voucher.day),
            payment_mode=flat.mode,
            amount=rupees(voucher.paise),
            transaction_reference=reference,
            remarks=f"Auto-allocated from Receipt Voucher {voucher.number}",
            status="COMPLETED",
            transaction_id=voucher.last_line,
            receipt_generated=0,
            late_fee_charged=0,
            is_partial_payment=0,
            created_at=at,
            created_by=ADMIN_ID,
            recorded_by=ADMIN_ID,
            updated_at=at,
        )

    def _online(self, flat: Flat, bill: int, payment: int, voucher: Voucher) -> None:
        at = self._writer.now(voucher.day)
        order, made = (f"{kind}_{self._rng.getrandbits(64):016x}" for kind in ("order", "pay"))
        self._writer.put(
            "online_payments",
            society_id=SOCIETY_ID,
            bill_id=bill,
            flat_id=flat.id,
            member_id=ADMIN_ID,
            gateway="RAZORPAY",
            razorpay_order_id=order,
            razorpay_payment_id=made,
            gateway_order_id=order,
            gateway_payment_id=made,
            amount=rupees(voucher.paise),
            currency="INR",
            convenience_fee=0,
            total_amount=rupees(voucher.paise),
            status="SUCCESS",
            payment_method="UPI",
            customer_name=flat.owner,
            customer_email=flat.email,
            customer_phone=flat.phone,
            is_refunded=0,
            payment_id=payment,
            created_at=at,
            payment_initiated_at=at,
            payment_completed_at=at,
            webhook_received=1,
            webhook_received_at=at,
        )


def _breakdown(flat: Flat, maintenance: int, water: int, fixed: int, arrears: int) -> str:
    return json.dumps(
        {
            "maintenance_sqft": rupees(maintenance),
            "maintenance_rate": rupees(_PER_SQUARE_FOOT),
            "water_charges": rupees(water),
            "fixed_expenses": rupees(fixed),
            "sinking_fund": rupees(_SINKING),
            "repair_fund": rupees(_REPAIR),
            "arrears": rupees(arrears),
            "occupants": flat.occupants,
            "area_sqft": flat.area_sqft,
        },
        separators=(",", ":"),
    )
