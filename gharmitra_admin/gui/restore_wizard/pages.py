"""The six pages of one wizard, built once. Leaves nothing on disk."""

from __future__ import annotations

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.restore_wizard.changes_page import ChangesPage
from gharmitra_admin.gui.restore_wizard.choose_page import ChoosePage
from gharmitra_admin.gui.restore_wizard.confirm_page import ConfirmPage
from gharmitra_admin.gui.restore_wizard.done_page import DonePage
from gharmitra_admin.gui.restore_wizard.ready_page import ReadyPage
from gharmitra_admin.gui.restore_wizard.wizard import RestoreWizard
from gharmitra_admin.gui.restore_wizard.working_page import WorkingPage
from gharmitra_admin.wording.language import Words


class Pages:
    """In the order of their steps."""

    def __init__(self, wizard: RestoreWizard, theme: Theme, words: Words) -> None:
        self.choose = ChoosePage(theme, words)
        self.changes = ChangesPage(theme, words)
        self.ready = ReadyPage(theme, words)
        self.confirm = ConfirmPage(theme, words)
        self.working = WorkingPage(theme, words)
        self.done = DonePage(theme, words)
        for page in (self.choose, self.changes, self.ready, self.confirm, self.working, self.done):
            wizard.add_page(page)
