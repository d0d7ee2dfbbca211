"""Preferences at hand: a tick in the menu or a pressed button for what is on, radio marks for one of several."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QAbstractButton

from studio.ui.session.preferences import Preferences


def bind_switch(switch: QAction | QAbstractButton, preferences: Preferences, name: str) -> None:
    """Tick the switch if the preference `name` (a bool) is on, and change it from there."""
    switch.setChecked(getattr(preferences, name))
    switch.toggled.connect(partial(setattr, preferences, name))


def bind_choice(actions: Mapping[str, QAction], preferences: Preferences, name: str, parent: QObject) -> None:
    """Mark the action of the chosen value, and choose another from there. actions: by value."""
    group = QActionGroup(parent)
    for value, action in actions.items():
        group.addAction(action)
        action.setChecked(value == getattr(preferences, name))
        action.triggered.connect(partial(_choose, preferences, name, value))


def _choose(preferences: Preferences, name: str, value: str) -> None:
    setattr(preferences, name, value)
