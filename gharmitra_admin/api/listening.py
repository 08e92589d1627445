"""Where the server listens: on this computer alone, or with a certificate. Leaves nothing on disk; the first look takes the port."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

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

    socket: socket.socket
    tls: ssl.SSLContext | None
    address: str


def listen(where: Where) -> Listening:
    """Take the port. Raises Refused for an address that others can reach and no certificate, Busy, NoAccess, BadInput."""
    family, place = _chosen(where)
    tls = _certificate(where.certificate, where.key) if where.certificate and where.key else None
    taken = _taken(family, place, where)
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


def _taken(family: int, place: tuple[str, int], where: Where) -> socket.socket:
    """Bind and listen at once: two programs that have only bound a port do not see each other."""
    taken = socket.socket(family, socket.SOCK_STREAM)
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
