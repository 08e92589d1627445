"""Records as views: what Health offers, and the shape beside the clock."""

from __future__ import annotations

from gharmitra_admin.gui import presenting
from gharmitra_admin.gui.widgets.tray_icons import TrayState
from gharmitra_admin.wording import headlines
from gharmitra_admin.wording.language import Words
from tests.builders.society import Society


def test_a_backup_that_another_program_took_is_offered_to_be_known_and_then_silent(society: Society) -> None:
    gone = society.back_up().record
    society.enter()
    society.back_up()
    gone.path.unlink()
    view = presenting.health_view(Words(), society.vault().health())
    assert [row.button_words for row in view.rows if row.key == "backups"] == ["I know about this"]
    assert society.vault().acknowledge_vanished() == (gone.filename,)
    view = presenting.health_view(Words(), society.vault().health())
    assert [row.button_words for row in view.rows if row.key == "backups"] == [""]


def test_the_shape_beside_the_clock_follows_the_worst(society: Society) -> None:
    def shape() -> TrayState:
        vault = society.vault()
        said = headlines.headline(Words(), vault.state(), society.clock.local(society.clock.now()))
        return presenting.tray_state(said, vault.health())

    assert shape() is TrayState.ACT  # no backup at all
    society.back_up()
    assert shape() is TrayState.LOOK  # no copy elsewhere
    society.paths.books.write_bytes(b"no database, " * 1000)
    assert shape() is TrayState.ACT
