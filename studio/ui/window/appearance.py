"""Keeps the look of the application as the artist chose it: dark, light, or as the system is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication

from studio.ui.session.preferences import Preferences
from studio.ui.theme.theme import ThemeName, apply_theme


class Appearance(QObject):
    """Applies the theme at once and whenever the preference, or the system's own look, changes."""

    def __init__(self, application: QApplication, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._application = application
        self._preferences = preferences
        self._applied: ThemeName | None = None
        preferences.changed.connect(self._follow)
        application.styleHints().colorSchemeChanged.connect(self._follow)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        if self._wanted != self._applied:
            self._applied = self._wanted
            apply_theme(self._application, self._wanted)

    @property
    def _wanted(self) -> ThemeName:
        if self._preferences.theme != "system":
            return self._preferences.theme
        # A system that does not say is taken as dark: the greys around a picture should not outshine it.
        is_light = self._application.styleHints().colorScheme() == Qt.ColorScheme.Light
        return "light" if is_light else "dark"
