"""Moments, durations, sizes and numbers as a treasurer in India reads them. Leaves nothing on disk.

Babel is loaded at the first number or date, not before: a window paints earlier.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from gharmitra_admin.wording.language import Words


def time(words: Words, moment: datetime) -> str:
    """6:02 PM."""
    from babel.dates import format_time  # noqa: PLC0415 - see above

    return format_time(moment, "h:mm a", locale=words.locale).upper()


def day(words: Words, when: date) -> str:
    """18/11/2026."""
    from babel.dates import format_date  # noqa: PLC0415 - see above

    return format_date(when, "dd/MM/yyyy", locale=words.locale)


def month(words: Words, when: date) -> str:
    """Nov 2026."""
    from babel.dates import format_date  # noqa: PLC0415 - see above

    return format_date(when, "MMM yyyy", locale=words.locale)


def moment(words: Words, when: datetime, now: datetime) -> str:
    """Say "today, 6:02 PM", "yesterday, 6:02 PM", else "18/11/2026, 6:02 PM"; both times in the same zone."""
    when = when.astimezone(now.tzinfo)
    clock = time(words, when)
    if when.date() == now.date():
        return words.say("today, {time}", time=clock)
    if when.date() == now.date() - timedelta(days=1):
        return words.say("yesterday, {time}", time=clock)
    return words.say("{date}, {time}", date=day(words, when.date()), time=clock)


def size(words: Words, size_bytes: int) -> str:
    """9.8 MB: in steps of 1000, as Windows' makers of drives count, with one decimal below ten of a unit."""
    value, unit = float(size_bytes), 0
    units = ("bytes", "KB", "MB", "GB", "TB")
    while value >= 1000 and unit < len(units) - 1:
        value, unit = value / 1000, unit + 1
    decimals = 1 if unit >= 2 and value < 100 and value != round(value) else 0
    return f"{number(words, value, decimals=decimals)} {units[unit]}"


def number(words: Words, value: float | Decimal, *, decimals: int = 0) -> str:
    """12,34,567: lakh grouping."""
    from babel.numbers import format_decimal  # noqa: PLC0415 - see above

    pattern = "#,##,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, pattern, locale=words.locale)


def percent(words: Words, part: float, *, decimals: int = 0) -> str:
    """64 %."""
    return f"{number(words, part, decimals=decimals)} %"


def duration(words: Words, seconds: float) -> str:
    """About 5 seconds, about 3 minutes."""
    if seconds < 1.5:
        return words.say("about a second")
    if seconds < 90:
        return words.count("about {number} second", "about {number} seconds", round(seconds))
    return words.count("about {number} minute", "about {number} minutes", round(seconds / 60))


def month_name(words: Words, number: int) -> str:
    """Jan."""
    from babel.dates import get_month_names  # noqa: PLC0415 - see above

    # "Sept" of Indian English would be the only one of four letters.
    locale = "en" if words.locale.startswith("en") else words.locale
    return str(get_month_names("abbreviated", locale=locale)[number])


def weekday_letters(words: Words) -> tuple[str, ...]:
    """M, T, W, T, F, S, S, from Monday."""
    from babel.dates import get_day_names  # noqa: PLC0415 - see above

    names = get_day_names("narrow", locale=words.locale)
    return tuple(names[number] for number in range(7))


def rupees(words: Words, paise: int) -> str:
    """₹1,11,000.00, exact to the paisa."""
    return ("-" if paise < 0 else "") + "₹" + number(words, Decimal(abs(paise)) / 100, decimals=2)


def plain_rupees(paise: int | None) -> str | None:
    """37666.00, as programs read it."""
    return None if paise is None else str((Decimal(paise) / 100).quantize(Decimal("0.01")))
