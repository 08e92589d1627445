"""GharMitra itself, from the wizard: stopped for the restore, started again after. Leaves lines in the activity record."""

from __future__ import annotations

from collections.abc import Callable

from gharmitra_admin.engine import Cancelled, EngineError
from gharmitra_admin.engine.parts.backend import Server
from gharmitra_admin.gui.dialogs import Question
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.restore_wizard.jobs import RestoreJobs
from gharmitra_admin.gui.restore_wizard.wizard import RestoreWizard
from gharmitra_admin.wording import errors
from gharmitra_admin.wording.language import Words


class ServerStops:
    """Remembers which servers it stopped, so that they can be started the way they were found."""

    def __init__(self, wizard: RestoreWizard, jobs: RestoreJobs, theme: Theme, words: Words) -> None:
        self._wizard, self._jobs, self._theme, self._words = wizard, jobs, theme, words
        self._stopped: list[Server] = []

    @property
    def is_waiting(self) -> bool:
        """Whether GharMitra is down because of us."""
        return bool(self._stopped)

    async def stop(self) -> str:
        """Stop every server on these books; tells what did not work, in words, empty where all is down."""
        try:
            look = await self._jobs.backends()
            for server in look.servers:
                await self._jobs.stop(server)
                self._stopped.append(server)
        except Cancelled:
            return self._words.say("GharMitra was not stopped.")
        except EngineError as error:
            said = errors.message(self._words, error)
            return f"{said.message} {said.hint}".rstrip()
        if look.unknown_ports:
            return self._words.say("GharMitra did not stop. Close its window on this PC, then look again. Nothing has been changed.")
        return ""

    async def start(self) -> str:
        """Start again what was stopped; tells what did not work, in words, empty where all is up."""
        try:
            while self._stopped:
                await self._jobs.start(self._stopped[0])
                del self._stopped[0]
        except EngineError as error:
            said = errors.message(self._words, error)
            return f"{said.message} {said.hint}".rstrip()
        return ""

    def ask_to_start(self, answered: Callable[[bool], None]) -> None:
        """Ask, as the wizard goes away, whether what was stopped for it shall run again."""
        say = self._words.say
        question = Question(
            self._wizard,
            self._theme,
            name="startAgainDialog",
            title=say("Start GharMitra again?"),
            text=say("It was stopped for this restore."),
            buttons=((say("Leave it closed"), "leaveClosedButton"), (say("Start GharMitra"), "startAgainButton")),
            safe="startAgainButton",
        )
        question.ask(lambda pressed: answered(pressed == "startAgainButton"))
