"""Where the window was and how its parts shared it, kept between starts as plain numbers."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from studio.ui.session.settings import Settings
from studio.ui.widgets.screen_room import room_on

LEAST = QSize(760, 460)  # px
_USUAL = QSize(1280, 800)  # px
_PLACE, _STATE = "window/place", "window/state"
LARGEST = 32_767  # px, of a screen
_GRIP = 40  # px at the top of a window by which it can be moved
_STATES = {"full screen": Qt.WindowState.WindowFullScreen, "maximized": Qt.WindowState.WindowMaximized}


def keep_place(settings: Settings, window: QWidget) -> None:
    """Remember where the window is, and where it goes when it is no longer maximized or full screen."""
    place = window.normalGeometry() if window.normalGeometry().isValid() else window.geometry()
    settings.set(_PLACE, [place.x(), place.y(), place.width(), place.height()])
    settings.set(_STATE, next((name for name, state in _STATES.items() if window.windowState() & state), "normal"))


def restore_place(settings: Settings, window: QWidget) -> None:
    """Bring the window back to where it was, as far as it can be seen on the present screens."""
    window.resize(_USUAL.boundedTo(room_on(QGuiApplication.primaryScreen())))
    numbers = settings.get_numbers(_PLACE, 4, -LARGEST, LARGEST)
    if numbers is None:
        return
    place, screens = QRect(*numbers), QGuiApplication.screens()
    if not place.isValid():
        return
    grip = QRect(place.left(), place.top(), place.width(), _GRIP)
    screen = next((screen for screen in screens if screen.availableGeometry().intersects(grip)), None)
    place.setSize(place.size().boundedTo(room_on(screen or screens[0])))
    if screen is not None:
        window.setGeometry(place)
    else:
        window.resize(place.size())
    state = settings.get(_STATE, str)
    if state in _STATES:
        window.setWindowState(_STATES[state])
