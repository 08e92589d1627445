"""The few of GharMitra's tables that this host reads and writes, with the columns that must have a value."""

import enum
from datetime import UTC, datetime

from sqlalchemy import Enum, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UserRole(enum.Enum):
    SUPER_ADMIN = "super_admin"
    ADMIN = "admin"
    ACCOUNTANT = "accountant"
    RESIDENT = "resident"
    CHAIRMAN = "chairman"
    SECRETARY = "secretary"
    TREASURER = "treasurer"
    AUDITOR = "auditor"
    SECURITY = "security"


def utc_naive() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class Base(DeclarativeBase):
    created_at: Mapped[datetime] = mapped_column(default=utc_naive)
    updated_at: Mapped[datetime] = mapped_column(default=utc_naive)


class Society(Base):
    __tablename__ = "societies"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    total_flats: Mapped[int] = mapped_column(default=0)
    gst_registration_applicable: Mapped[bool] = mapped_column(default=False)
    accounting_type: Mapped[str] = mapped_column(String(7), default="CASH")


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    society_id: Mapped[int] = mapped_column(default=1)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255), default="none")
    name: Mapped[str] = mapped_column(String(100))
    apartment_number: Mapped[str] = mapped_column(String(50), default="Office")
    role: Mapped[UserRole] = mapped_column(Enum(UserRole, length=11))
    terms_accepted: Mapped[bool] = mapped_column(default=True)
    privacy_accepted: Mapped[bool] = mapped_column(default=True)


class Complaint(Base):
    __tablename__ = "complaints"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    society_id: Mapped[int] = mapped_column(default=1)
    user_id: Mapped[int] = mapped_column(default=1)
    type: Mapped[str] = mapped_column(String(10), default="OTHER")
    scope: Mapped[str] = mapped_column(String(11), default="INDIVIDUAL")
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="Entered by the host of the tests")
    status: Mapped[str] = mapped_column(String(11), default="OPEN")
    priority: Mapped[str] = mapped_column(String(6), default="MEDIUM")
