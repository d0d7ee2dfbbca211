"""Whether an action can be used now; where it cannot, its tool tip says why."""

from __future__ import annotations

from PySide6.QtGui import QAction

from studio.ui.actions.actions import ACTIONS, shown_keys, translated
from studio.ui.widgets.plain_text import tool_tip

_SPECS = {spec.name: spec for spec in ACTIONS}


def allow(action: QAction, reason: str = "") -> None:
    """Enable the action if there is no reason against it; else disable it, and say the reason where it is pointed at.

    reason: a sentence such as "Open a picture first.".
    """
    action.setEnabled(not reason)
    action.setToolTip(explained(action, reason))


def explained(action: QAction, reason: str = "") -> str:
    """A tool tip: what the action does, its keys, and in a line of its own the reason why it is not possible."""
    spec = _SPECS[action.objectName()]
    keys = shown_keys(spec)
    about = f"{translated(spec.tip)} ({keys})" if keys else translated(spec.tip)
    return tool_tip(f"{about}\n{reason}" if reason else about)
