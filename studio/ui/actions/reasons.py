"""Reasons: an action that is not possible at the moment says why in its tool tip, and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from studio.ui.actions.actions import Actions
from studio.ui.session.session import Session
from studio.ui.widgets.plain_text import tool_tip

_NEEDS_A_FINISHED_PICTURE = ("keep_painting", "larger_half", "larger_twice")
_NEEDS_A_PHOTO = ("blend", "paste_blend", "fit", "actual_size")
_NEEDS_A_PAINTING = ("compare", "copy")


class Reasons(QObject):
    """Keeps the tool tips of the actions: what they do while they can be used, else the reason why they cannot."""

    def __init__(self, actions: Actions, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._session = session
        self._tips = {name: action.toolTip() for name, action in actions.items()}
        for action in actions.values():
            action.enabledChanged.connect(self._show)
        session.state_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        for name, action in self._actions.items():
            reason = "" if action.isEnabled() else self._reason(name)
            tip = reason or self._tips[name]
            if action.toolTip() != tool_tip(tip):
                action.setToolTip(tool_tip(tip))

    def _reason(self, name: str) -> str:
        """Why an action is not possible, in a sentence; "" if nobody needs to be told."""
        session = self._session
        if name in ("export", "export_again"):
            return self._why_no_export()
        if name in _NEEDS_A_FINISHED_PICTURE:
            return self.tr("Finish the picture first.") if not session.missing else f"{session.missing}."
        if name in _NEEDS_A_PHOTO:
            return self.tr("Open a picture first.")
        if name in _NEEDS_A_PAINTING:
            return self._why_no_painting()
        return {
            "undo": self.tr("There is nothing to take back yet."),
            "redo": self.tr("Nothing has been taken back."),
            "stop": self.tr("Nothing is being painted."),
        }.get(name, "")

    def _why_no_export(self) -> str:
        if self._session.run is not None:
            return self.tr("The picture is being painted. Wait, or press Stop to export it as it is then.")
        return self._why_no_painting()

    def _why_no_painting(self) -> str:
        if self._session.missing:
            return self.tr("There is no artwork yet. {}.").format(self._session.missing)
        return self.tr("There is no artwork yet. Press Finish to paint it.")
