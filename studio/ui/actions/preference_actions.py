"""Preferences at hand: a tick in the menu or a pressed button for what is on, radio marks for one of several."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import get_args

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QAbstractButton

from studio.core.image_io.output.rgb_profiles import Intent
from studio.ui.actions.actions import Actions
from studio.ui.session.preferences import Preferences, RefineChoice, ThemeChoice


def bind_actions(actions: Actions, preferences: Preferences, parent: QObject) -> None:
    """Tick and mark the actions that are preferences, and change those from there."""
    for name in ("gallery", "panel", "history"):
        bind_switch(actions[name], preferences, f"has_{name}")
    bind_switch(actions["live"], preferences, "is_live")
    refining = {choice: actions[f"refine_{choice}"] for choice in get_args(RefineChoice)}
    bind_choice(refining, preferences, "auto_refine", parent)
    intents = {intent: actions[f"proof_{intent}"] for intent in get_args(Intent)}
    bind_choice(intents, preferences, "proof_intent", parent)
    themes = {choice: actions[f"theme_{choice}"] for choice in get_args(ThemeChoice)}
    bind_choice(themes, preferences, "theme", parent)


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
