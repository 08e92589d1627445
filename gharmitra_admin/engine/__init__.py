"""The engine: no window, no event loop, no web, no sentences. Faces take what they need from here.

Names are found when they are first used, so that a face pays only for the parts it needs: the window paints before SQLite is
loaded.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gharmitra_admin.engine.base.clock import Clock, SystemClock
    from gharmitra_admin.engine.base.errors import (
        BadInput,
        Busy,
        Cancelled,
        Code,
        Damaged,
        EngineError,
        NoAccess,
        NoSpace,
        NotFound,
        Refused,
        Unreachable,
    )
    from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
    from gharmitra_admin.engine.base.notices import Notice, NoticeCode
    from gharmitra_admin.engine.base.paths import Paths
    from gharmitra_admin.engine.base.settings import Settings, SocietyEntry
    from gharmitra_admin.engine.operations.backup import BackupResult
    from gharmitra_admin.engine.operations.check import VerifyResult
    from gharmitra_admin.engine.operations.copies import CopyResult
    from gharmitra_admin.engine.operations.demo import DemoSociety, make_demo
    from gharmitra_admin.engine.operations.health import Alert, AlertCode, Day, DayState, HealthReport, Severity
    from gharmitra_admin.engine.operations.look_inside import Contents, Inside
    from gharmitra_admin.engine.parts.audit import AuditProblem, AuditProblemCode, AuditReport, Event, Head, Outcome
    from gharmitra_admin.engine.parts.books import Figures
    from gharmitra_admin.engine.parts.catalogue import BackupRecord, Status
    from gharmitra_admin.engine.parts.finder import Found, books_in, find_societies, look_at
    from gharmitra_admin.engine.parts.lock import Holder
    from gharmitra_admin.engine.parts.manifest import Kind, Origin
    from gharmitra_admin.engine.parts.problem import Problem
    from gharmitra_admin.engine.parts.retention import Reason, Verdict
    from gharmitra_admin.engine.vault import SocietyState, Vault

__all__ = [
    "NEVER",
    "Alert",
    "AlertCode",
    "AuditProblem",
    "AuditProblemCode",
    "AuditReport",
    "BackupRecord",
    "BackupResult",
    "BadInput",
    "Busy",
    "CancelToken",
    "Cancelled",
    "Clock",
    "Code",
    "Contents",
    "CopyResult",
    "Damaged",
    "Day",
    "DayState",
    "DemoSociety",
    "EngineError",
    "Event",
    "Figures",
    "Found",
    "Head",
    "HealthReport",
    "Holder",
    "Inside",
    "Kind",
    "NoAccess",
    "NoSpace",
    "NotFound",
    "Notice",
    "NoticeCode",
    "Origin",
    "Outcome",
    "Paths",
    "Problem",
    "Progress",
    "Reason",
    "Refused",
    "Report",
    "Settings",
    "Severity",
    "SocietyEntry",
    "SocietyState",
    "Stage",
    "Status",
    "SystemClock",
    "Unreachable",
    "Vault",
    "Verdict",
    "VerifyResult",
    "books_in",
    "find_societies",
    "ignore",
    "look_at",
    "make_demo",
]

_HOMES = {
    "base.clock": ("Clock", "SystemClock"),
    "base.errors": (
        "BadInput",
        "Busy",
        "Cancelled",
        "Code",
        "Damaged",
        "EngineError",
        "NoAccess",
        "NoSpace",
        "NotFound",
        "Refused",
        "Unreachable",
    ),
    "base.job": ("CancelToken", "NEVER", "Progress", "Report", "Stage", "ignore"),
    "base.notices": ("Notice", "NoticeCode"),
    "base.paths": ("Paths",),
    "base.settings": ("Settings", "SocietyEntry"),
    "operations.backup": ("BackupResult",),
    "operations.check": ("VerifyResult",),
    "operations.copies": ("CopyResult",),
    "operations.demo": ("DemoSociety", "make_demo"),
    "operations.look_inside": ("Contents", "Inside"),
    "operations.health": ("Alert", "AlertCode", "Day", "DayState", "HealthReport", "Severity"),
    "parts.audit": ("AuditProblem", "AuditProblemCode", "AuditReport", "Event", "Head", "Outcome"),
    "parts.books": ("Figures",),
    "parts.catalogue": ("BackupRecord", "Status"),
    "parts.finder": ("Found", "books_in", "find_societies", "look_at"),
    "parts.lock": ("Holder",),
    "parts.manifest": ("Kind", "Origin"),
    "parts.problem": ("Problem",),
    "parts.retention": ("Reason", "Verdict"),
    "vault": ("SocietyState", "Vault"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
