"""The lines of "What changes", word for word, and only those that apply."""

from __future__ import annotations

from datetime import date

from gharmitra_admin.engine.parts.books.attached import Attached
from gharmitra_admin.engine.parts.books.consequences import Consequences
from gharmitra_admin.engine.parts.books.dues_change import DuesChange
from gharmitra_admin.engine.parts.books.logins import LoginChange, LoginWhat
from gharmitra_admin.engine.parts.books.numbers import NumbersAgain
from gharmitra_admin.engine.parts.books.online import OnlineGone
from gharmitra_admin.wording import comparisons
from gharmitra_admin.wording.language import Words

AGAIN = "will be given again."
MADE, TODAY = date(2026, 11, 22), date(2026, 11, 26)


def said(found: Consequences, made: date = MADE) -> list[str]:
    return [line.message for line in comparisons.consequences(Words(), found, made, TODAY)]


def again(first: str, last: str, count: int, *, on_receipts: bool = True) -> NumbersAgain:
    return NumbersAgain(1, first, last, count, on_receipts)


def test_each_line_is_the_one_of_the_wizards_second_page() -> None:
    found = Consequences(
        dues=tuple(DuesChange(f"A-{number}", 1, 0, 300000) for number in range(34)),
        numbers=(again("RV-3513", "RV-3549", 37),),
        online=(OnlineGone("razorpay", 2, 600000),),
        logins=(LoginChange(LoginWhat.WORKS_AGAIN, "r.kulkarni@example.com", "R. Kulkarni", None, "admin"),),
        passwords=1,
    )
    assert said(found) == [
        "Dues: 34 flats will show more due.",
        "Numbers: RV-3513 to RV-3549 will be given again. They are on members' receipts.",
        "Online: 2 payments, ₹6,000.00, are with Razorpay but will not be in the books.",
        "Logins: r.kulkarni (admin) will work again. Passwords go back to those of 22/11.",
    ]


def test_a_line_appears_only_when_it_applies() -> None:
    assert said(Consequences(societies=("Shanti Niketan CHS",))) == []
    assert said(Consequences(passwords=2), date(2025, 3, 31)) == ["Logins: Passwords go back to those of 31/03/2025."]


def test_one_of_each_and_the_rest() -> None:
    found = Consequences(
        societies=("One", "Two", "Three"),
        dues=(DuesChange("A", 1, 0, 5), DuesChange("B", 1, 5, None)),
        numbers=(*(again(f"RV-{one}", f"RV-{one}", 1) for one in (1, 3, 5, 7, 9)), again("PV-1", "PV-2", 2, on_receipts=False)),
        online=(OnlineGone("", 1, 100),),
        logins=(
            LoginChange(LoginWhat.OTHER_ROLE, "s.rao@x", "S", "admin", "resident, Cashier"),
            LoginChange(LoginWhat.WORKS_NO_MORE, "n@x", "N", "resident", None),
        ),
        documents_without_row=(Attached("uploads/a", "a.pdf"),),
        documents_without_file=tuple(Attached(f"uploads/{name}", name) for name in "bcdef"),
    )
    assert said(found) == [
        "This file holds 3 societies. All 3 go back: One, Two, Three.",
        "Dues: 1 flat will show more due. 1 flat will show less due.",
        f"Numbers: RV-1, RV-3, RV-5 and 2 more {AGAIN} They are on members' receipts. PV-1 to PV-2 {AGAIN} They are on vouchers.",
        "Online: 1 payment, ₹1.00, is with the payment company but will not be in the books.",
        "Logins: n (resident) will not work any more. Roles go back: s.rao (resident, Cashier, now admin).",
        "Documents: 1 will not be in the books any more; its file stays (a.pdf).",
        "Documents: 5 come back, but their files are not there (b, c, d and 2 more).",
    ]
    assert said(Consequences(societies=("One", "Two"))) == ["This file holds 2 societies. Both go back: One, Two."]
