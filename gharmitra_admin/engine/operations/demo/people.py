"""The made-up society itself: its name, flats, members, users, vendors and settings. Leaves rows only.

Every name is put together by chance, every address is under example.com, and no password opens any user.
"""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from datetime import date

from gharmitra_admin.engine.operations.demo.chart import ACCOUNTS, BANK, EXPENSES
from gharmitra_admin.engine.operations.demo.writer import ADMIN_ID, SOCIETY_ID, Writer, moment

SOCIETY = "Sahyadri Heights CHS (made-up)"
_WINGS, _FLOORS, _PER_FLOOR = "ABC", 5, 4
_SIZES = ((2, 1, 620), (2, 2, 850), (3, 2, 1050), (4, 3, 1340))  # occupants at least, bedrooms, square feet
_FIRST = (
    "Aarti", "Abdul", "Ajay", "Amrita", "Anand", "Arjun", "Asha", "Bharati", "Chitra", "Deepak", "Farida", "Ganesh", "Gurpreet",
    "Harish", "Indira", "Jayant", "Joseph", "Kavita", "Kiran", "Lakshmi", "Mahesh", "Manisha", "Meera", "Mohan", "Nandini",
    "Nikhil", "Padma", "Prakash", "Radha", "Rajesh", "Rekha", "Rohan", "Sadhana", "Sanjay", "Savita", "Shabana", "Suresh",
    "Sushma", "Tanvi", "Uday", "Usha", "Vandana", "Vijay", "Vinod", "Yashoda", "Zubin",
)  # fmt: skip
_LAST = (
    "Apte", "Banerjee", "Bhosale", "Chavan", "D'Souza", "Deshpande", "Fernandes", "Gaikwad", "Gokhale", "Gupta", "Iyer", "Jadhav",
    "Joshi", "Kadam", "Kaur", "Khan", "Kulkarni", "Mehta", "Menon", "Mistry", "More", "Naik", "Nair", "Pandit", "Patel", "Patil",
    "Pawar", "Rane", "Rao", "Sawant", "Shah", "Shaikh", "Sharma", "Shetty", "Shinde", "Singh", "Tambe", "Thakur", "Wagle",
)  # fmt: skip
_OFFICE = (("ADMIN", "admin"), ("CHAIRMAN", "chairman"), ("SECRETARY", "secretary"), ("TREASURER", "treasurer"), ("AUDITOR", "auditor"))
_OWNERS_WITH_A_LOGIN = 24


@dataclass(frozen=True, slots=True)
class Flat:
    """A flat and how its owner pays: ``delay_days`` at least and at most after the bill, by this mode."""

    id: int
    number: str
    owner: str
    email: str
    phone: str
    area_sqft: int
    occupants: int
    delay_days: tuple[int, int]
    mode: str


@dataclass(frozen=True, slots=True)
class Society:
    """Who lives there and who is paid."""

    flats: tuple[Flat, ...]
    vendors: dict[str, int]
    users: int


def settle(writer: Writer, rng: random.Random, first: date, years: tuple[tuple[date, date], ...]) -> Society:
    """Found the society on the day its books begin."""
    at = moment(first, 0)
    _society(writer, at, years[-1])
    flats = tuple(_flat(writer, rng, number, at, first) for number in _numbers())
    users = _users(writer, rng, flats, at)
    vendors = {
        expense.vendor: writer.put(
            "vendors",
            society_id=SOCIETY_ID,
            name=f"{expense.vendor} (made-up)",
            category=expense.narration,
            phone_number=_phone(rng),
            opening_balance=0,
            current_balance=0,
            created_at=at,
            updated_at=at,
        )
        for expense in EXPENSES
    }
    _years(writer, years, at)
    return Society(flats, vendors, users)


def _numbers() -> list[str]:
    return [f"{wing}-{floor}{door:02d}" for wing in _WINGS for floor in range(1, _FLOORS + 1) for door in range(1, _PER_FLOOR + 1)]


def _name(rng: random.Random) -> str:
    return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"


def _phone(rng: random.Random) -> str:
    return f"90000{rng.randrange(100_000):05d}"


def _society(writer: Writer, at: str, year: tuple[date, date]) -> None:
    writer.put(
        "societies",
        name=SOCIETY,
        total_flats=len(_numbers()),
        address="12 Kelkar Road, Pune (made-up)",
        registration_no="PNA/HSG/TC/00000/2011",
        pin_code="411000",
        city="Pune",
        state="Maharashtra",
        email="office@example.com",
        gst_registration_applicable=0,
        financial_year_start=str(year[0]),
        financial_year_end=str(year[1]),
        accounting_type="CASH",
        bank_name="A Co-operative Bank (made-up)",
        subscription_plan="free",
        created_at=at,
        updated_at=at,
    )
    switches = (
        "interest_on_overdue", "gst_enabled", "tds_enabled", "payment_gateway_enabled", "upi_enabled", "vendor_approval_required",
        "auto_generate_bills", "member_approval_required", "transaction_date_lock_months",
    )  # fmt: skip
    writer.put(
        "society_settings",
        society_id=SOCIETY_ID,
        bank_accounts='[{"account_name": "Main", "bank_name": "A Co-operative Bank (made-up)", "account_code": "%s"}]' % BANK,  # noqa: UP031 - braces
        audit_trail_enabled=1,
        billing_cycle="monthly",
        maintenance_calculation_logic="mixed",
        bill_to_bill_tracking=1,
        transaction_date_lock_enabled=1,
        created_at=at,
        updated_at=at,
        **dict.fromkeys(switches, 0),
    )


def _flat(writer: Writer, rng: random.Random, number: str, at: str, first: date) -> Flat:
    least, bedrooms, area = rng.choice(_SIZES)
    habits = ((3, 9),) * 8 + ((6, 24),) * 9 + ((25, 70),) * 2 + ((80, 200),)
    modes = ("UPI",) * 6 + ("BANK_TRANSFER",) * 5 + ("ONLINE",) * 4 + ("CHEQUE",) * 3 + ("CASH",)
    owner, email, phone = _name(rng), f"{number.replace('-', '').lower()}@example.com", _phone(rng)
    occupants = least + rng.randrange(3)
    tenant = rng.random() < 0.2
    flat = writer.put(
        "flats",
        society_id=SOCIETY_ID,
        flat_number=number,
        area_sqft=area,
        bedrooms=bedrooms,
        owner_name=owner,
        owner_phone=phone,
        owner_email=email,
        occupants=occupants,
        occupancy_status="TENANT_OCCUPIED" if tenant else "OWNER_OCCUPIED",
        created_at=at,
        updated_at=at,
    )
    writer.put(
        "members",
        society_id=SOCIETY_ID,
        flat_id=flat,
        name=owner,
        phone_number=phone,
        email=email,
        member_type="OWNER",
        is_mobile_public=0,
        is_primary=1,
        move_in_date=str(first),
        status="active",
        total_occupants=occupants,
        created_at=at,
        updated_at=at,
    )
    return Flat(flat, number, owner, email, phone, area, occupants, rng.choice(habits), rng.choice(modes))


def _users(writer: Writer, rng: random.Random, flats: tuple[Flat, ...], at: str) -> int:
    office = [(f"{name}@example.com", _name(rng), "OFFICE", role) for role, name in _OFFICE]
    owners = [(flat.email, flat.owner, flat.number, "RESIDENT") for flat in flats[:_OWNERS_WITH_A_LOGIN]]
    for email, name, where, role in office + owners:
        writer.put(
            "users",
            society_id=SOCIETY_ID,
            email=email,
            password_hash="$2b$12$" + "".join(rng.choices(string.ascii_letters + string.digits, k=53)),
            name=name,
            apartment_number=where,
            role=role,
            terms_accepted=1,
            privacy_accepted=1,
            consent_version="1.0",
            created_at=at,
            updated_at=at,
        )
    return len(office) + len(owners)


def _years(writer: Writer, years: tuple[tuple[date, date], ...], at: str) -> None:
    for begin, end in years:
        active = begin == years[-1][0]
        year = writer.put(
            "financial_years",
            society_id=SOCIETY_ID,
            year_name=f"FY {begin.year}-{end.year % 100:02d}",
            start_date=str(begin),
            end_date=str(end),
            status="OPEN" if active else "PROVISIONAL_CLOSE",
            opening_balances_status="PROVISIONAL",
            is_active=int(active),
            is_closed=0,
            created_at=at,
            updated_at=at,
        )
        if active:
            continue
        for number, account in enumerate(ACCOUNTS, 1):
            if account.opening:
                writer.put(
                    "opening_balances",
                    society_id=SOCIETY_ID,
                    financial_year_id=year,
                    account_head_id=number,
                    account_name=account.name,
                    opening_balance=account.opening,
                    balance_type="DEBIT" if account.type == "ASSET" else "CREDIT",
                    status="PROVISIONAL",
                    calculated_from_previous_year=0,
                    manual_entry=1,
                    created_at=at,
                    created_by=ADMIN_ID,
                )
