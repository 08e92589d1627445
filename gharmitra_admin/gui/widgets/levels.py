"""The states a part can show, and the shape and colour of each. Leaves nothing on disk."""

from enum import Enum

from gharmitra_admin.gui.look.marks import Mark


class Level(Enum):
    """How a headline, a banner or a row of Health stands."""

    GOOD = "good"
    LOOK = "look"
    ACT = "act"
    WORKING = "working"
    NOT_YET = "not_yet"


class RowState(Enum):
    """What is known of one backup."""

    PROVEN = "proven"
    CHECKED = "checked"
    UNCHECKED = "unchecked"
    DAMAGED = "damaged"
    WORKING = "working"


MARK_OF_LEVEL: dict[Level, tuple[Mark, str]] = {
    Level.GOOD: (Mark.TICK, "good"),
    Level.LOOK: (Mark.TRIANGLE, "look"),
    Level.ACT: (Mark.SQUARE, "act"),
    Level.WORKING: (Mark.WORKING, "muted"),
    Level.NOT_YET: (Mark.RING, "muted"),
}
BADGE_OF_LEVEL: dict[Level, tuple[Mark, str]] = {
    Level.GOOD: (Mark.BADGE_TICK, "good_fill"),
    Level.LOOK: (Mark.BADGE_TRIANGLE, "look_fill"),
    Level.ACT: (Mark.BADGE_SQUARE, "act_fill"),
    Level.WORKING: (Mark.BADGE_WORKING, "muted"),
    Level.NOT_YET: (Mark.BADGE_RING, "muted"),
}
MARK_OF_ROW: dict[RowState, tuple[Mark, str]] = {
    RowState.PROVEN: (Mark.TWO_TICKS, "good"),
    RowState.CHECKED: (Mark.TICK, "good"),
    RowState.UNCHECKED: (Mark.RING, "muted"),
    RowState.DAMAGED: (Mark.SQUARE, "act"),
    RowState.WORKING: (Mark.WORKING, "muted"),
}
