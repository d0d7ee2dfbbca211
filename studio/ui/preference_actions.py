"""Preferences in the menu: a tick for what is on or off, radio marks for one of several."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup

from studio.ui.preferences import Preferences


def bind_switch(action: QAction, preferences: Preferences, name: str) -> None:
    """Tick the action while the preference `name` (a bool) is on, and change it from there."""
    action.setChecked(getattr(preferences, name))
    action.toggled.connect(partial(setattr, preferences, name))


def bind_choice(actions: Mapping[str, QAction], preferences: Preferences, name: str, parent: QObject) -> None:
    """Mark the action of the chosen value, and choose another from there. actions: by value."""
    group = QActionGroup(parent)
    for value, action in actions.items():
        group.addAction(action)
        action.setChecked(value == getattr(preferences, name))
        action.triggered.connect(partial(_choose, preferences, name, value))


def _choose(preferences: Preferences, name: str, value: str) -> None:
    setattr(preferences, name, value)
