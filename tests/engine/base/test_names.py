"""Names: dates in them, a printable form that leads back to the real one, and nothing that leads out of a folder."""

from __future__ import annotations

import os
import unicodedata
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gharmitra_admin.engine.base import names
from gharmitra_admin.engine.base.errors import BadInput, Code
from tests.builders.clock import KOLKATA

# What os.listdir may return: any character that a disk takes, and the surrogates that stand for bytes that are no UTF-8.
CHARACTERS = st.characters(blacklist_categories=("Cs",), blacklist_characters="/\0") | st.integers(0xDC80, 0xDCFF).map(chr)
NAMES = st.text(CHARACTERS, min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("gharmitra_backup_20261123_180000.db", "gharmitra_backup_20261123_180000.db"),
        ("गरमित्र é.db", "गरमित्र é.db"),
        ("a\nb", "a\\x0ab"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\\b", "a\\\\b"),
        ("\udcff\udc80", "\\xff\\x80"),
        ("a\u202eb", "a\\u202eb"),
        ("\U000e0041", "\\U000e0041"),
        ("\x85", "\\u0085"),
    ],
)
def test_a_name_is_shown_so_that_it_cannot_mislead(name, shown):
    assert names.shown(name) == shown
    assert names.from_shown(shown) == name


@given(NAMES)
def test_what_is_shown_is_printable_and_leads_back(name):
    """The wide and narrow spaces of other scripts stand as they are: they are spaces."""
    shown = names.shown(name)
    assert all(character.isprintable() or unicodedata.category(character) == "Zs" for character in shown)
    shown.encode("utf-8")
    assert names.from_shown(shown) == name


@given(NAMES, NAMES)
def test_two_names_are_never_shown_alike(one, other):
    assert (names.shown(one) == names.shown(other)) == (one == other)


@given(st.text(max_size=30))
def test_what_was_never_shown_breaks_nothing(text):
    assert isinstance(names.from_shown(text), str)


def test_an_escape_beyond_all_characters_is_left_as_it_is():
    assert names.from_shown("\\Uffffffff") == "\\Uffffffff"


def test_the_time_in_a_name_is_local():
    moment = datetime(2026, 11, 23, 18, 0, 5, tzinfo=KOLKATA)
    assert names.stamp(moment) == "20261123_180005"
    for name in ("gharmitra_backup_20261123_180005.db", "gharmitra_backup_20261123_180005_2.db", "pre_restore_safety_20261123_180005.db"):
        assert names.stamped_time(name, KOLKATA) == moment


@pytest.mark.parametrize(
    "name",
    [
        "gharmitra.db",
        "gharmitra_backup_20261323_180005.db",
        "gharmitra_backup_20261123_250005.db",
        "gharmitra_backup_00010101_000000.db",
        "gharmitra_backup_99991231_235959.db",
        "gharmitra_backup_20261123_180005.db.part",
        "x_gharmitra_backup_20261123_180005.db",
        "gharmitra_backup_２０２６1123_180005.db",
    ],
)
def test_a_name_without_a_possible_time_has_none(name):
    found = names.stamped_time(name, KOLKATA)
    assert found is None or found.year == 2026, "digits of another script are digits too"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a", "../a", "a\0b", "C:a", "c:\\a"])
def test_what_leads_elsewhere_is_no_name(name):
    with pytest.raises(BadInput) as caught:
        names.require_plain(name)
    assert caught.value.code is Code.BAD_NAME
    assert caught.value.values["name"] == names.shown(name)


@pytest.mark.parametrize(("name", "is_good"), [("x" * 255, True), ("x" * 256, False), ("é" * 127, True), ("é" * 128, False)])
def test_a_name_has_at_most_255_bytes(name, is_good):
    if is_good:
        assert names.require_plain(name) == name
        return
    with pytest.raises(BadInput) as caught:
        names.require_plain(name)
    assert (caught.value.code, caught.value.values["limit"]) == (Code.NAME_TOO_LONG, 255)


@pytest.mark.parametrize("name", ["-rf.db", ";$(id).db", "...", "a b", "a\nb", "\udcff.db"])
def test_an_odd_name_is_a_name(name):
    assert names.require_plain(name) == name


@pytest.mark.parametrize("text", ["", "a\0b", "/tmp/\0"])
def test_what_no_disk_takes_is_no_path(text):
    with pytest.raises(BadInput) as caught:
        names.require_path(text)
    assert caught.value.code is Code.BAD_NAME


@pytest.mark.skipif(os.name == "nt", reason="Windows' names are not bytes")
def test_what_cannot_be_bytes_is_no_path():
    with pytest.raises(BadInput):
        names.require_path("./\ud800.db")
    assert names.require_path("./\udcff.db") == "./\udcff.db"
