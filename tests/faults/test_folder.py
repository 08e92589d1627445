"""Hostile guests in the backup folder: passed over or named safely, never followed, never opened, never in the way."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import stat
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gharmitra_admin.engine import BadInput, Code, EngineError, NotFound, NoticeCode, Paths, Refused, Status, Vault
from gharmitra_admin.engine.base import app_log
from gharmitra_admin.engine.parts import leftovers
from gharmitra_admin.engine.parts.audit import Audit, Outcome
from gharmitra_admin.engine.parts.problem import Problem
from tests.builders import society as societies
from tests.builders.society import Society, assert_whole
from tests.faults import hostile
from tests.faults.endure import endure, mark

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(os.name == "nt", reason="FIFOs, sockets, links without rights and such names exist on POSIX only"),
]


@pytest.fixture
def backups(society: Society) -> Path:
    """The backup folder with one good backup in it."""
    society.back_up()
    return society.paths.backups


def folders(society: Society) -> tuple[Path, ...]:
    """Every folder in which a guest may be met."""
    for folder in (society.paths.kept, society.paths.set_apart, society.paths.manifests, society.paths.held):
        folder.mkdir(mode=0o700, exist_ok=True)
    return (*society.paths.folders_of_backups, society.paths.manifests, society.paths.held)


def said(error: EngineError) -> tuple[Code, Path | None]:
    return error.code, error.path


# ---- 33: names too long


def test_row_33_a_name_that_no_disk_holds_is_refused_early(society, backups):
    for ask in (Vault.delete, Vault.keep, lambda vault, name: vault.verify([name]), lambda vault, name: vault.label(name, "x")):
        with pytest.raises(BadInput) as caught:
            ask(society.vault(), "x" * 253 + ".db")
        assert caught.value.code is Code.NAME_TOO_LONG
        assert caught.value.values["limit"] == 255


@pytest.mark.parametrize("path", ["/" + "x" * 300 + ".db", "/x" * 2500 + ".db"], ids=["part over 255", "path over 4096"])
def test_row_33_a_path_that_no_disk_holds_is_an_answer(society, backups, path):
    with pytest.raises(EngineError) as caught:
        society.vault().verify([path])
    assert said(caught.value) == (Code.NAME_TOO_LONG, Path(path))
    with pytest.raises(EngineError) as caught:
        society.vault().copy(None, Path(path))
    assert said(caught.value) == (Code.PLACE_UNREACHABLE, Path(path))


def test_row_33_a_name_with_no_room_for_its_manifest_hides_nothing_and_stops_nothing(society, backups, tmp_path):
    long, short = backups / ("x" * 252 + ".db"), backups / "y.db"
    long_and_bad = backups / ("b" * 252 + ".db")
    hostile.whole(short)
    long.write_bytes(short.read_bytes())
    hostile.text(long_and_bad)
    told = endure(society, [long, short, long_and_bad], tmp_path / "stick")
    assert told.verified[long.name].status is Status.CHECKED
    assert told.after[short.name].status is Status.CHECKED, "one long name must not keep the others from being adopted"
    assert told.adopted[long.name].problem is Problem.NAME_TOO_LONG
    assert told.after[long.name].status is Status.UNCHECKED
    assert told.adopted[long_and_bad.name].problem is Problem.NOT_A_DATABASE
    assert society.vault().delete(long.name) == long.name
    assert not long.exists()
    assert society.vault().audit_events()[-1].outcome == Outcome.FINISHED.value


# ---- 34: FIFO


def test_row_34_a_fifo_is_skipped_at_once(society, backups, tmp_path):
    guests = [folder / "gharmitra_backup_20261122_180000.db" for folder in folders(society)]
    for guest in guests:
        os.mkfifo(guest)
    told = endure(society, guests, tmp_path / "stick")
    assert not any(guest.name in told.listed for guest in guests)


def test_row_34_a_fifo_in_the_place_of_a_manifest_or_of_notes_costs_that_backup_only(society, backups, tmp_path):
    victim = hostile.whole(backups / "victim.db")
    guests = [society.paths.manifests / f"{victim.name}.json", society.paths.manifests / f"{victim.name}.notes.json"]
    for guest in guests:
        os.mkfifo(guest)
    listed = {record.filename: record for record in society.vault().records()}
    assert listed[victim.name].status is Status.UNCHECKED
    assert listed[victim.name].problem is Problem.MANIFEST_DAMAGED
    assert [record.status for record in society.vault().records() if record.is_made] == [Status.CHECKED]
    assert {result.filename: result.status for result in society.vault().verify()}[victim.name] is Status.CHECKED
    assert society.back_up().record.status is Status.CHECKED


def test_row_34_a_fifo_in_the_place_of_the_words_of_help_stops_no_backup(society, backups):
    society.paths.how_to_restore.unlink()
    os.mkfifo(society.paths.how_to_restore)
    assert society.back_up().record.status is Status.CHECKED
    assert society.paths.how_to_restore.is_file()


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: Path(path).symlink_to(Path(path).with_name("audit.log"))], ids=["fifo", "link"])
def test_row_34_the_log_for_support_is_written_to_no_fifo_and_through_no_link(society, backups, make):
    make(society.paths.app_log)
    was = mark(society.paths.app_log), society.paths.audit.read_bytes()
    with app_log.written_to(society.paths.app_log) as log:
        log.info("started")
    assert (mark(society.paths.app_log), society.paths.audit.read_bytes()) == was


def test_row_34_a_fifo_for_the_activity_record_stops_removal_and_no_backup(society, backups):
    society.paths.audit.unlink()
    os.mkfifo(society.paths.audit)
    made = society.back_up()
    assert made.record.status is Status.CHECKED
    assert [notice.code.value for notice in made.warnings].count("audit_unwritable") >= 1
    with pytest.raises(Refused) as caught:
        society.vault().delete(society.vault().records()[-1].filename)
    assert said(caught.value) == (Code.AUDIT_UNWRITABLE, society.paths.audit)


def test_row_34_a_fifo_given_by_path_is_refused_by_its_name(society, backups, tmp_path):
    fifo = tmp_path / "elsewhere.db"
    os.mkfifo(fifo)
    with pytest.raises(Refused) as caught:
        society.vault().verify([str(fifo)])
    assert said(caught.value) == (Code.NOT_A_REGULAR_FILE, fifo)


def test_row_34_a_fifo_where_a_copy_is_to_go_is_left_alone(society, backups, tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    os.mkfifo(stick / society.vault().records()[0].filename)
    with pytest.raises(Refused) as caught:
        society.vault().copy(None, stick)
    assert caught.value.code is Code.OTHER_COPY_THERE
    assert [path.name for path in stick.iterdir()] == [society.vault().records()[0].filename]


# ---- 35: symbolic links


def test_row_35_links_are_not_followed_listed_or_removed(society, backups, tmp_path):
    outside = hostile.whole(tmp_path / "outside.db")
    (tmp_path / "loop.db").symlink_to(tmp_path / "loop.db")
    targets = {"to_file.db": outside, "dangling.db": tmp_path / "none.db", "to_passwd.db": Path("/etc/passwd"), "loop.db": Path("loop.db")}
    targets |= {"to_books.db": society.paths.books, "to_folder.db": tmp_path}
    guests = []
    for folder in folders(society):
        for name, target in targets.items():
            (folder / name).symlink_to(target)
            guests.append(folder / name)
    was = mark(outside)
    told = endure(society, guests, tmp_path / "stick")
    assert not set(targets) & set(told.listed)
    assert mark(outside) == was
    for name in targets:
        with pytest.raises(NotFound):
            society.vault().delete(name)


def test_row_35_a_link_given_by_path_is_refused_by_its_name(society, backups, tmp_path):
    link = tmp_path / "link.db"
    link.symlink_to(hostile.whole(tmp_path / "outside.db"))
    with pytest.raises(Refused) as caught:
        society.vault().verify([str(link)])
    assert said(caught.value) == (Code.NOT_A_REGULAR_FILE, link)


@pytest.mark.parametrize("which", ["kept", "set_apart", "held", "manifests", "scratch"])
def test_row_35_nothing_is_deleted_through_a_folder_that_is_a_link(society, tmp_path, which):
    private = tmp_path / "private"
    private.mkdir()
    precious = [private / name for name in (".download.part", ".books.db.json.part", "precious.db", "precious.db.json", "letter.txt")]
    for path in precious:
        path.write_bytes(b"precious" * 100)
    society.paths.backups.mkdir(mode=0o700)
    getattr(society.paths, which).symlink_to(private)
    was = [mark(path) for path in precious]
    try:
        society.back_up()
        society.back_up()
    except EngineError as error:
        assert said(error) == (Code.UNSAFE_FOLDER, getattr(society.paths, which))  # noqa: PT017 - a refusal is as good as a backup
    vault = society.vault()
    assert "precious.db" not in [record.filename for record in vault.records()]
    vault.prune()
    with pytest.raises(NotFound):
        vault.delete("precious.db")
    vault.health()
    assert [mark(path) for path in precious] == was


def test_row_35_a_manifest_that_is_a_link_is_not_read_through(society, backups, tmp_path):
    record = society.vault().records()[0]
    listed = society.paths.manifests / f"{record.filename}.json"
    moved = tmp_path / "moved.json"
    moved.write_bytes(listed.read_bytes())
    listed.unlink()
    listed.symlink_to(moved)
    found = society.vault().records()[0]
    assert (found.status, found.problem) == (Status.UNCHECKED, Problem.MANIFEST_DAMAGED)
    was = mark(moved)
    assert society.vault().adopt_unchecked()[0].status is Status.CHECKED
    assert society.vault().records()[0].status is Status.CHECKED
    assert mark(moved) == was


# ---- 36: hard links to the live books


def test_row_36_a_hard_link_to_the_books_is_no_backup_and_is_left_alone(society, backups, tmp_path):
    guests = [folder / "gharmitra_backup_20200101_000000.db" for folder in folders(society)]
    for guest in guests:
        os.link(society.paths.books, guest)
    told = endure(society, guests, tmp_path / "stick")
    assert guests[0].name not in told.listed
    with pytest.raises(NotFound):
        society.vault().delete(guests[0].name)
    with pytest.raises(Refused) as caught:
        society.vault().verify([str(guests[0])])
    assert said(caught.value) == (Code.IS_THE_BOOKS, guests[0])
    assert_whole(society.paths.books)


def test_row_36_a_held_name_that_is_the_books_is_never_brought_back(society, backups):
    society.enter()
    gone = society.vault().records()[0]
    held = society.paths.held / gone.filename
    held.unlink()
    os.link(society.paths.books, held)
    size = society.paths.books.stat().st_size
    listed = society.paths.manifests / f"{gone.filename}.json"
    manifest = msgspec.json.decode(listed.read_bytes())
    listed.write_bytes(msgspec.json.encode({**manifest, "size_bytes": size}))
    gone.path.unlink()
    vault = society.vault()
    assert not gone.path.exists()
    assert [result.problem for result in vault.verify() if result.filename == gone.filename] == [Problem.MISSING]
    assert_whole(society.paths.books)


# ---- 37: folders, sockets, devices


@pytest.fixture
def bound_socket(backups: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(backups)  # the path of a socket may have about 100 bytes only
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.db")
        yield backups / "socket.db"


def test_row_37_folders_and_sockets_are_skipped(society, backups, bound_socket, tmp_path):
    guests = [bound_socket]
    for folder in folders(society):
        (folder / "folder.db").mkdir()
        (folder / "folder.db" / "inner.db").write_bytes(b"x")
        (folder / ".folder.db.part").mkdir()
        guests += [folder / "folder.db", folder / ".folder.db.part"]
    told = endure(society, guests, tmp_path / "stick")
    assert not {"folder.db", "inner.db", "socket.db"} & set(told.listed)


def test_row_37_a_device_is_skipped(society, backups, tmp_path):
    guests = [backups / "zero.db", backups / ".zero.db.part", society.paths.manifests / "zero.db.json"]
    try:
        for guest in guests:
            os.mknod(guest, 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root may make a device")
    told = endure(society, guests, tmp_path / "stick")
    assert "zero.db" not in told.listed
    with pytest.raises(Refused) as caught:
        society.vault().verify(["/dev/zero"])
    assert said(caught.value) == (Code.NOT_A_REGULAR_FILE, Path("/dev/zero"))


@pytest.mark.parametrize("suffix", [".json", ".notes.json"])
def test_row_37_a_folder_in_the_place_of_what_is_written_about_a_backup_costs_that_backup_only(society, backups, suffix):
    guest = hostile.whole(backups / "guest.db")
    (society.paths.manifests / f"guest.db{suffix}").mkdir()
    vault = society.vault()
    assert guest.name in [record.filename for record in vault.records()]
    assert Status.CHECKED in [result.status for result in vault.verify()]
    vault.adopt_unchecked()
    assert society.back_up().record.status is Status.CHECKED


# ---- 38: names that mislead


NAMES = (
    "new\nline.db",
    "gharmitra\u202egnp.bd.db",
    "-rf.db",
    ";$(touch pwned) `id`.db",
    "invalid_\udcff\udc80.db",
    unicodedata.normalize("NFC", "caf\u00e9.db"),
    unicodedata.normalize("NFD", "caf\u00e9.db"),
    "\x1b[31mred\x1b[0m.db",
    "back\\slash.db",
    "a\\x0ab.db",
    "a\nb.db",
    "per%cent?and#hash.db",
    "  spaces .DB",
    "quote'\".db",
    "\u0917\u0930\u092e\u093f\u0924\u094d\u0930.db",
)


@pytest.fixture
def named(backups: Path, tmp_path: Path) -> dict[str, Path]:
    """A whole database, another in each, under every name that the disk takes."""
    made = {}
    for number, name in enumerate(NAMES):
        source = hostile.whole(tmp_path / "sources" / f"{number}.db", entries=10 + number)
        try:
            (backups / name).write_bytes(source.read_bytes())
        except OSError as error:
            print(f"this disk does not take {name!r}: {error}")
            continue
        made[name] = backups / name
    return made


def test_row_38_misleading_names_are_listed_escaped_and_all_work(society, named, tmp_path):
    told = endure(society, list(named.values()), tmp_path / "stick")
    shown = {record.filename: record for record in told.after.values() if not record.is_made}
    assert {record.path for record in shown.values()} == set(named.values())
    for filename, record in shown.items():
        assert filename.isprintable()
        filename.encode("utf-8")
        assert record.status is Status.CHECKED
        assert told.verified[filename].status is told.adopted[filename].status is Status.CHECKED
    assert msgspec.json.decode(msgspec.json.encode(sorted(shown))) == sorted(shown)


def test_row_38_what_is_shown_is_what_is_meant(society, named):
    """``a\\x0ab.db`` is the name of one file and what is shown of another: the one that is shown so is meant."""
    before = {record.filename: record.path for record in society.vault().records()}
    for filename, path in before.items():
        result = society.vault().verify([filename])
        assert [one.filename for one in result] == [filename]
        if path in named.values():
            society.vault().delete(filename)
            assert not path.exists()
            before_others = {other for other in before.values() if other != path and other.exists()}
            assert before_others == {record.path for record in society.vault().records()}


def test_row_38_the_real_name_of_an_odd_file_finds_it_too(society, named):
    for name, path in named.items():
        if name == "a\\x0ab.db":
            continue  # this is what is shown of another file
        assert [result.status for result in society.vault().verify([name])] == [Status.CHECKED], name
        assert society.vault()._context.listing().find(name).path == path


def test_row_38_odd_names_are_kept_labelled_and_carried(society, named, tmp_path):
    society.vault().adopt_unchecked()
    stick = tmp_path / "stick"
    stick.mkdir()
    for filename in [record.filename for record in society.vault().records() if not record.is_made]:
        record = society.vault().label(filename, "odd\nlabel \udcff")
        assert record.label == "odd label"
        carried = society.vault().copy(filename, stick)
        assert carried.path.read_bytes() == record.path.read_bytes()
        assert (carried.filename, carried.path.name) == (filename, record.path.name)
        assert society.vault().verify([str(carried.path)])[0].status is Status.CHECKED
        assert society.vault().keep(filename, kept=False).path.parent == society.paths.backups
    assert society.vault().audit_verify().problems == ()


def test_row_38_a_copy_goes_into_a_folder_of_an_odd_name_and_is_noted(society, backups, tmp_path):
    folder = tmp_path / "stick\n\udcff"
    try:
        folder.mkdir()
    except OSError as error:
        pytest.skip(f"this disk takes no such name: {error}")
    carried = society.vault().copy(None, folder)
    assert [notice.code for notice in carried.warnings] == [NoticeCode.SAME_DRIVE]
    note = society.vault().records()[0].copies[0]
    assert note.to.isprintable()
    assert note.to.endswith("stick\\x0a\\xff")


def test_row_38_the_removal_of_an_odd_name_cut_off_by_a_kill_is_finished(society, named):
    society.vault().adopt_unchecked()
    record = next(record for record in society.vault().records() if record.path.name == "invalid_\udcff\udc80.db")
    audit = Audit(society.paths.audit, clock=society.clock, who="treasurer", books=society.paths.books.name)
    audit.append(leftovers.REMOVE, Outcome.STARTED, job="cut", why="delete", removed=[f"{record.path.name} {record.sha256}"])
    society.vault()
    assert not record.path.exists()
    assert not (society.paths.manifests / f"{record.path.name}.json").exists()
    last = society.vault().audit_events()[-1]
    assert (last.outcome, last.details["removed"]) == ("finished", [f"{record.filename} {record.sha256}"])


@pytest.mark.parametrize("date", ["00010101_000000", "99991231_235959"])
def test_row_38_a_name_with_an_impossible_date_stands_in_the_way_of_nothing(society, backups, tmp_path, date):
    guest = hostile.whole(backups / f"gharmitra_backup_{date}.db")
    told = endure(society, [guest], tmp_path / "stick")
    created = told.after[guest.name].created_at
    assert abs((created - society.vault().records()[0].created_at).days) < 3650


def test_row_38_a_file_time_beyond_all_calendars_stands_in_the_way_of_nothing(tmp_path):
    """Not every disk takes such a time; Linux has one in memory that does."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        society = societies.make(Path(folder) / "society")
        society.back_up()
        guest = hostile.whole(society.paths.backups / "guest.db")
        try:
            os.utime(guest, (1 << 40, 1 << 40))
        except (OSError, OverflowError) as error:
            pytest.skip(f"this disk takes no such time: {error}")
        if guest.stat().st_mtime < 1 << 38:
            pytest.skip(f"this disk keeps file times to {guest.stat().st_mtime:.0f} s after 1970 only")
        assert endure(society, [guest], tmp_path / "stick").verified[guest.name].status is Status.CHECKED


# ---- 39: ways out of the folder


@pytest.mark.parametrize("name", ["../gharmitra.db", "kept/../../gharmitra.db", "/etc/passwd", "..", ".", "", "a\0b.db", "C:evil.db"])
def test_row_39_a_name_is_never_a_way_out(society, backups, name):
    before = society.everything()
    for ask in (Vault.delete, Vault.keep, lambda vault, name: vault.label(name, "x"), lambda vault, name: vault.copy(name, backups.parent)):
        with pytest.raises(BadInput) as caught:
            ask(society.vault(), name)
        assert caught.value.code is Code.BAD_NAME
        assert str(caught.value.values["name"]).isprintable()
    assert society.everything() == before


@pytest.mark.parametrize("name", ["..\\..\\gharmitra.db", "%2e%2e%2fgharmitra.db", "\\x2e\\x2e\\x2fgharmitra.db", ".lock", "manifests"])
def test_row_39_an_escaped_way_out_is_only_a_name_that_is_not_there(society, backups, name):
    with pytest.raises(EngineError) as caught:
        society.vault().delete(name)
    assert caught.value.code in {Code.BACKUP_NOT_FOUND, Code.BAD_NAME}


@pytest.mark.parametrize("path", ["/tmp/a\0b.db", "./\ud800.db"], ids=["NUL", "no name on any disk"])
def test_row_39_a_path_that_cannot_be_one_is_an_answer(society, backups, path):
    with pytest.raises(BadInput) as caught:
        society.vault().verify([path])
    assert caught.value.code is Code.BAD_NAME
    with pytest.raises(EngineError) as caught:
        society.vault().copy(None, Path(path))
    assert caught.value.code is Code.PLACE_UNREACHABLE


def test_row_39_a_manifest_that_points_elsewhere_is_damaged_and_leads_nowhere(society, backups, tmp_path):
    record = society.vault().records()[0]
    listed = society.paths.manifests / f"{record.filename}.json"
    manifest = msgspec.json.decode(listed.read_bytes())
    listed.write_bytes(msgspec.json.encode({**manifest, "filename": "../../gharmitra.db"}))
    found = society.vault().records()
    assert [(one.filename, one.status, one.problem) for one in found] == [
        (record.filename, Status.UNCHECKED, Problem.MANIFEST_DAMAGED),
    ]
    assert_whole(society.paths.books)


@pytest.mark.parametrize("name", ["../uploads/bill.pdf", "../gharmitra.db", "", ".", "manifests/x"])
def test_row_39_a_removal_in_the_record_that_points_elsewhere_removes_nothing(society, backups, name):
    bill = society.paths.uploads / "bill.pdf"
    bill.parent.mkdir()
    bill.write_bytes(b"bill")
    target = backups / name
    sha256 = hashlib.sha256(target.read_bytes()).hexdigest() if target.is_file() else "0" * 64
    audit = Audit(society.paths.audit, clock=society.clock, who="treasurer", books=society.paths.books.name)
    audit.append(leftovers.REMOVE, Outcome.STARTED, job="forged", why="delete", removed=[f"{name} {sha256}"])
    made = society.back_up()
    assert made.record.status is Status.CHECKED
    assert bill.read_bytes() == b"bill"
    assert_whole(society.paths.books)
    assert society.vault().notices == (), "the forged removal is closed once and told no more"


def test_row_39_backups_that_would_be_the_books_are_refused(society):
    for place in (society.paths.books, society.paths.books / "inside"):
        with pytest.raises(Refused) as caught:
            Paths.of(society.paths.books, place)
        assert caught.value.code is Code.UNSAFE_FOLDER


def test_row_39_a_backup_folder_that_is_a_loop_is_an_answer(society, tmp_path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(EngineError) as caught:
        Vault.open(
            Paths.of(society.paths.books, loop), settings=society.settings, clock=society.clock, who="treasurer", face="terminal"
        ).backup()
    assert caught.value.path is not None
    assert caught.value.reason is None or caught.value.reason.errno in {errno.ELOOP, errno.EEXIST, None}
