"""Where the server listens: on this computer alone, or with a certificate. Leaves nothing on disk; the first look takes the port."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import ssl
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gharmitra_admin.api.throttle import source
from gharmitra_admin.engine.base.errors import BadInput, Busy, Code, EngineError, NoAccess, Refused

WAITING = 128  # connections that the system holds until they are taken


@dataclass(frozen=True, slots=True)
class Where:
    """What was asked for; port 0 is any free one."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Listening:
    """The open port, its certificate, and the address to ask it at."""

    socket: Door
    tls: ssl.SSLContext | None
    address: str


class Door(socket.socket):
    """Takes so many connections, those of one source at most half of them; more are hung up on before anything is spent on them.

    It counts from the first byte: the handshake of a certificate may take a minute, and no other count sees it. (On Windows connections
    are taken in another way, and are only bounded once they are through.)
    """

    most: int
    _taken: weakref.WeakSet[socket.socket]

    def bound(self, most: int, *, of_one_source: int) -> None:
        """Set the bounds, before the first connection."""
        self.most, self.of_one_source, self._taken = most, of_one_source, weakref.WeakSet()

    def accept(self) -> tuple[socket.socket, Any]:
        taken, place = super().accept()
        known = [one for one in self._taken if one.fileno() != -1]
        same = source(place[0])
        if len(known) >= self.most or sum(1 for one in known if _from(one) == same) >= self.of_one_source:
            taken.close()
            raise ConnectionAbortedError(errno.ECONNABORTED, os.strerror(errno.ECONNABORTED))
        self._taken.add(taken)
        return taken, place


def _from(taken: socket.socket) -> str | None:
    try:
        return source(taken.getpeername()[0])
    except OSError:
        return None


def listen(where: Where, *, at_once: int) -> Listening:
    """Take the port. Raises Refused for an address that others can reach and no certificate, Busy, NoAccess, BadInput."""
    family, place = _chosen(where)
    tls = _certificate(where.certificate, where.key) if where.certificate and where.key else None
    taken = _taken(family, place, where)
    # Without a certificate there is only one source: this computer.
    taken.bound(at_once, of_one_source=at_once // 2 if tls else at_once)
    name, port = _asked_at(where, place[0]), taken.getsockname()[1]
    return Listening(taken, tls, f"{'https' if tls else 'http'}://{name}:{port}")


def _chosen(where: Where) -> tuple[int, tuple[str, int]]:
    """The address to listen at; a name is looked up once, here, so that what is checked is what is taken."""
    try:
        found = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, ValueError) as error:
        raise BadInput(Code.ADDRESS_UNKNOWN, name=where.host) from error
    places = [(int(family), place) for family, _, _, _, place in found]
    if not places:
        raise BadInput(Code.ADDRESS_UNKNOWN, name=where.host)
    if not (where.certificate and where.key) and not all(_is_own(str(place[0])) for _, place in places):
        raise Refused(Code.ADDRESS_NEEDS_TLS, name=where.host)
    # Of a name with both, such as localhost, the one that every program tries.
    family, place = next((one for one in places if one[0] == socket.AF_INET), places[0])
    return family, place  # type: ignore[return-value]  # of an IPv6 address it has two more numbers


def _is_own(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def _certificate(certificate: Path, key: Path) -> ssl.SSLContext:
    for file in (certificate, key):
        try:
            with file.open("rb") as opened:
                opened.read(1)
        except (OSError, ValueError) as error:
            reason = error if isinstance(error, OSError) else OSError(errno.ENOENT, os.strerror(errno.ENOENT))
            raise NoAccess(Code.CANNOT_READ, path=file, reason=reason) from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # A key with a password would ask for it on the terminal, and wait.
        context.load_cert_chain(certificate, key, password=str)
    except (OSError, ValueError) as error:
        raise BadInput(Code.TLS_UNUSABLE, path=certificate) from error
    return context


def _taken(family: int, place: tuple[str, int], where: Where) -> Door:
    """Bind and listen at once: two programs that have only bound a port do not see each other."""
    taken = Door(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)  # type: ignore[attr-defined,unused-ignore]  # Windows
        taken.bind(place)
        taken.listen(WAITING)
    except OSError as error:
        taken.close()
        raise _named(error, where) from error
    return taken


def _named(error: OSError, where: Where) -> EngineError:
    if error.errno in {errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", None)}:
        return Busy(Code.PORT_TAKEN, name=str(where.port))
    if error.errno in {errno.EADDRNOTAVAIL, getattr(errno, "WSAEADDRNOTAVAIL", None)}:
        return BadInput(Code.ADDRESS_UNKNOWN, name=where.host)
    return NoAccess(Code.CANNOT_LISTEN, name=f"{where.host}:{where.port}", reason=error)


def _asked_at(where: Where, taken: str) -> str:
    """What stands in an address: for "every address of this computer", its name."""
    if ipaddress.ip_address(taken.partition("%")[0]).is_unspecified:
        return socket.gethostname().lower()
    return f"[{where.host}]" if ":" in where.host else where.host
