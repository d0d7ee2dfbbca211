"""Opening: opens what the artist waits for; says so when it takes long, and lets it be cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Slot

from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import Cancellation, OpeningCancelled, PictureOpener
from studio.core.picture import Picture
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.threads.serial_executor import SerialExecutor

SOON = 500  # ms; what opens sooner needs no notice

T = TypeVar("T")


@dataclass(frozen=True)
class WaitedFor:
    """Opens pictures that somebody waits for, and may give up."""

    opener: PictureOpener
    cancellation: Cancellation

    def open_picture(self, path: Path) -> Picture:
        """As of PictureOpener."""
        return self.opener.open_picture(path, self.cancellation)

    def decode_picture(self, data: bytes, name: str) -> Picture:
        """As of PictureOpener."""
        return self.opener.decode_picture(data, name, self.cancellation)

    def unpack_picture(self, data: bytes, name: str, is_original: bool) -> Picture:
        """As of PictureOpener."""
        self.cancellation.check()
        return self.opener.unpack_picture(data, name, is_original, self.cancellation)


class Opening(QObject):
    """Opens pictures one after the other, off the GUI thread. After half a second, a message offers Cancel.

    files: the thread they are opened on.
    """

    def __init__(
        self, opener: PictureOpener, files: SerialExecutor, session: Session, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.opener = opener
        self.files = files
        self._session = session
        self._cancellation = Cancellation()
        self._waiting = 0
        self._when_idle: list[Callable[[], None]] = []
        self._shown: Message | None = None  # the last message of the window
        self._notice: Message | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SOON)
        self._timer.timeout.connect(self._tell)
        session.message_posted.connect(self._remember)

    def submit(
        self,
        work: Callable[[WaitedFor], T],
        on_done: Callable[[T], None],
        on_failed: Callable[[StudioError], None],
        files: SerialExecutor | None = None,
    ) -> None:
        """As of SerialExecutor; work gets what opens pictures. If it is cancelled, nothing is called.

        files: another thread than that of this.
        """
        waited_for = WaitedFor(self.opener, self._cancellation)
        is_over = False

        def end() -> None:
            nonlocal is_over
            if not is_over:
                is_over = True
                self._end()

        def done(result: T) -> None:
            end()
            on_done(result)
            self._go_on()

        def failed(error: StudioError) -> None:
            end()
            if not isinstance(error, OpeningCancelled):
                on_failed(error)
            self._go_on()

        self._waiting += 1
        if not self._timer.isActive():
            self._timer.start()
        (files or self.files).submit(lambda: work(waited_for), done, failed)

    def when_idle(self, then: Callable[[], None]) -> None:
        """Call `then` as soon as nothing is being opened, and what was opened is where it belongs."""
        self._when_idle.append(then)
        self._go_on()

    @Slot()
    def cancel(self) -> None:
        """Open nothing of what was asked for so far."""
        self._cancellation.cancel()
        self._cancellation = Cancellation()

    def _end(self) -> None:
        self._waiting -= 1
        if self._waiting == 0:
            self._timer.stop()
            if self._notice is not None and self._shown is self._notice:
                self._session.post_message(None)
            self._notice = None

    def _go_on(self) -> None:
        while self._waiting == 0 and self._when_idle:
            self._when_idle.pop(0)()

    @Slot()
    def _tell(self) -> None:
        self._notice = Message(self.tr("It is being opened…"), action="cancel_opening", stays=True)
        self._session.post_message(self._notice)

    @Slot(object)
    def _remember(self, message: Message | None) -> None:
        self._shown = message
