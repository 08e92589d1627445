"""Slows down who tries tokens: per source, so that nobody else waits. Leaves nothing on disk; time is handed in, memory is bounded."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE_TRIES = 3
FIRST_SECONDS, LONGEST_SECONDS = 0.1, 2.0
FORGIVEN_AFTER_SECONDS = 60.0
AT_ONCE = 8  # so many of one source may be waiting; more are sent away unread
SOURCES = 10_000


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    last: float = 0.0
    waiting: int = 0


class Throttle:
    """Wrong tries of each source. A right token is never made to wait, except behind ``AT_ONCE`` wrong ones of the same source."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def is_shut(self, address: str) -> bool:
        """Whether so many wrong tries of this source wait that another one is not even looked at."""
        tries = self._tries.get(source(address))
        return tries is not None and tries.waiting >= AT_ONCE

    def wrong(self, address: str) -> float:
        """Note a wrong try, and tell how many seconds its answer has to wait; ``waited`` must follow."""
        key, now = source(address), self._clock()
        tries = self._tries.setdefault(key, _Tries())
        if now - tries.last > FORGIVEN_AFTER_SECONDS:
            tries.wrong = 0
        tries.wrong, tries.last, tries.waiting = tries.wrong + 1, now, tries.waiting + 1
        self._tries.move_to_end(key)
        while len(self._tries) > SOURCES:
            self._tries.popitem(last=False)
        beyond = tries.wrong - FREE_TRIES
        return 0.0 if beyond <= 0 else min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** min(beyond - 1, 10))

    def waited(self, address: str) -> None:
        """Note that the answer of a wrong try is on its way."""
        if tries := self._tries.get(source(address)):
            tries.waiting = max(0, tries.waiting - 1)


def source(address: str) -> str:
    """One computer: an IPv4 address, or the network of an IPv6 one, of which each computer has as many as it likes."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
