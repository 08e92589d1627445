"""Money that members paid online: the payment company has it, whatever the books say. Leaves nothing on disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from gharmitra_admin.engine.parts.books.meaning import paise

TABLE = "online_payments"
_IDS = ("razorpay_payment_id", "gateway_payment_id", "gateway_transaction_id")
_NOT_PAID = frozenset({"FAILED", "CANCELLED", "CANCELED", "EXPIRED", "REFUNDED", "INITIATED", "CREATED", "PENDING", "PROCESSING"})
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OnlineGone:
    """Online payments of one company that the books would know no more, or not as paid."""

    gateway: str
    count: int
    paise: int


class Online:
    """Takes the rows of online payments that differ, and keeps which payments only the books know as paid."""

    def __init__(self) -> None:
        self._now: dict[tuple[str, object], int] = {}
        self._then: set[tuple[str, object]] = set()

    def add(self, now: Row | None, then: Row | None) -> None:
        if now is not None and (key := _paid(now)) is not None:
            self._now[key] = paise(now.get("total_amount")) or paise(now.get("amount")) or 0
        if then is not None and (key := _paid(then)) is not None:
            self._then.add(key)

    def gone(self) -> tuple[OnlineGone, ...]:
        """Tell them by company, the greatest number first."""
        by_gateway: dict[str, list[int]] = defaultdict(list)
        for key, amount in self._now.items():
            if key not in self._then:
                by_gateway[key[0]].append(amount)
        found = [OnlineGone(gateway, len(amounts), sum(amounts)) for gateway, amounts in by_gateway.items()]
        return tuple(sorted(found, key=lambda one: (-one.count, one.gateway)))


def _paid(row: Row) -> tuple[str, object] | None:
    """The company and its number of a payment that went through; None for one that did not, or was paid back whole."""
    number = next((row[name] for name in _IDS if row.get(name)), None)
    if number is None or str(row.get("status")).upper() in _NOT_PAID:
        return None
    back = paise(row.get("refund_amount")) or 0
    if row.get("is_refunded") and back >= (paise(row.get("total_amount")) or paise(row.get("amount")) or 0):
        return None
    return str(row.get("gateway") or "").lower(), number
