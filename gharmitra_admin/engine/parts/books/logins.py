"""Who may log in to GharMitra, in which role, and what going back would make of it. Leaves nothing on disk.

Passwords are compared as GharMitra keeps them, scrambled; none is kept or told.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from dataclasses import dataclass

import apsw

from gharmitra_admin.engine.parts.books.ledger import STRANGE, text

TABLES = frozenset({"users", "user_role_assignments", "custom_roles"})
_ASSIGNED = """
    SELECT a.user_id, CAST(r.role_name AS BLOB) FROM user_role_assignments AS a JOIN custom_roles AS r ON r.id = a.role_id
    WHERE a.is_active AND r.is_active ORDER BY a.user_id, r.id
"""
_GREAT = frozenset({"super_admin", "admin", "treasurer", "accountant", "secretary", "chairman"})
Key = tuple[object, str]  # society and e-mail address


class LoginWhat(enum.Enum):
    """What would become of a login."""

    WORKS_AGAIN = "works_again"
    OTHER_ROLE = "other_role"
    WORKS_NO_MORE = "works_no_more"


@dataclass(frozen=True, slots=True)
class LoginChange:
    """One login. A role is None on the side where it does not work."""

    what: LoginWhat
    email: str
    name: str
    role_now: str | None
    role_then: str | None


@dataclass(frozen=True, slots=True)
class _Login:
    email: str
    name: str
    role: str
    password: object


def changed(now: apsw.Connection, then: apsw.Connection) -> tuple[tuple[LoginChange, ...], int]:
    """Tell the logins that would work again, no more or in another role, and how many get back an older password."""
    mine, yours = _read(now), _read(then)
    found = [one for key in {*mine, *yours} if (one := _change(mine.get(key), yours.get(key))) is not None]
    order = list(LoginWhat)
    found.sort(key=lambda one: (order.index(one.what), (one.role_then or one.role_now) not in _GREAT, one.email))
    return tuple(found), sum(mine[key].password != yours[key].password for key in mine if key in yours)


def _change(now: _Login | None, then: _Login | None) -> LoginChange | None:
    if now is None and then is not None:
        return LoginChange(LoginWhat.WORKS_AGAIN, then.email, then.name, None, then.role)
    if then is None and now is not None:
        return LoginChange(LoginWhat.WORKS_NO_MORE, now.email, now.name, now.role, None)
    if now is not None and then is not None and now.role != then.role:
        return LoginChange(LoginWhat.OTHER_ROLE, then.email, then.name, now.role, then.role)
    return None


def _read(connection: apsw.Connection) -> dict[Key, _Login]:
    """Every login that works; none where the database is not GharMitra's."""
    try:
        columns = {name for (name,) in connection.execute("SELECT name FROM pragma_table_xinfo('users')")}
        more = [name if name in columns else default for name, default in (("is_active", "1"), ("society_id", "NULL"), ("name", "''"))]
        rows = connection.execute(
            f"SELECT id, CAST(email AS BLOB), CAST(role AS BLOB), CAST(password_hash AS BLOB), {', '.join(more)} FROM main.users"  # noqa: S608 - names of ours
        ).fetchall()
        roles = _assigned(connection)
    except STRANGE:
        return {}
    found = {}
    for number, email, role, password, is_active, society, name in rows:
        if is_active or is_active is None:
            all_roles = ", ".join([text(role).lower(), *roles[number]])
            found[society, text(email).casefold()] = _Login(text(email), str(name), all_roles, password)
    return found


def _assigned(connection: apsw.Connection) -> dict[object, list[str]]:
    """The roles that a society made itself, by the login's number."""
    found: dict[object, list[str]] = defaultdict(list)
    try:
        for number, name in connection.execute(_ASSIGNED):
            found[number].append(text(name))
    except STRANGE:
        return defaultdict(list)
    return found
