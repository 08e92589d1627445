"""The Restore tab: one line that says what will be there. Leaves nothing on disk."""

from __future__ import annotations

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.labels import Words as Label
from gharmitra_admin.gui.widgets.page import Page
from gharmitra_admin.wording.language import Words


class RestoreTab(Page):
    """Says what is not there yet, and what to do until then."""

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__("restorePage")
        said = words.say(
            "Here you will go back to an earlier backup, after seeing what would change. Until then, HOW-TO-RESTORE.txt in the backups"
            " folder tells how to do it by hand."
        )
        self.add(Label(said, font=theme.fonts.plain, name="restoreLine"))
        self.add_stretch()
