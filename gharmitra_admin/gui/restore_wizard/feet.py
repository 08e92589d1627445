"""The buttons at the foot of each page, in words. Leaves nothing on disk."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from gharmitra_admin.gui.restore_wizard.wizard import Foot
from gharmitra_admin.wording.language import Words, mark


class Purpose(enum.Enum):
    """What the wizard is open for."""

    RESTORE = "restore"
    UNDO = "undo"
    PRACTISE = "practise"


@dataclass(frozen=True, slots=True)
class Feet:
    """``is_short``: an undo with nothing entered since, which has no page to go back to."""

    words: Words
    purpose: Purpose

    @property
    def title(self) -> str:
        titles = {Purpose.UNDO: mark("Undo a restore"), Purpose.PRACTISE: mark("Practise a restore")}
        return self.words.say(titles.get(self.purpose, mark("Restore")))

    @property
    def leave(self) -> str:
        return self.words.say("Leave it") if self.purpose is Purpose.UNDO else self.words.say("Cancel")

    def only_leave(self) -> Foot:
        return Foot("", cancel=self.leave)

    def choose(self, why_off: str) -> Foot:
        return Foot(self.words.say("Next: see what changes"), cancel=self.leave, why_off=why_off)

    def changes(self, why_off: str) -> Foot:
        back = "" if self.purpose is Purpose.UNDO else self.words.say("Back")
        return Foot(self.words.say("Next: get ready"), back=back, cancel=self.leave, why_off=why_off)

    def ready(self, why_off: str, *, is_short: bool) -> Foot:
        back = "" if is_short else self.words.say("Back")
        return Foot(self.words.say("Next: confirm"), back=back, cancel=self.leave, why_off=why_off)

    def confirm(self, *, is_right: bool, is_short: bool) -> Foot:
        say = self.words.say
        main = say("Undo this restore") if self.purpose is Purpose.UNDO else say("Replace the books")
        why = "" if is_right else say("Type the number first.")
        return Foot(main, back="" if is_short else say("Back"), cancel=self.leave, default=False, why_off=why)

    def working(self) -> Foot:
        return Foot("", cancel=self.words.say("Cancel"))
