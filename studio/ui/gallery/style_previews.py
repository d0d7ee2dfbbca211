"""StylePreviews: the artist's photo in each style, for the visible tiles of the gallery."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QPixmap

from studio.core.card import Card
from studio.core.engine_api.build_requests import live_request
from studio.core.engine_api.contract import Done, Event, Failed, LiveRequest, Ready
from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.core.resampling import middle_square, reduced
from studio.core.styles.load_style import open_style
from studio.jobs.worker import Worker
from studio.ui.images.picture_pyramid import qimage
from studio.ui.session.session import Session
from studio.ui.threads.serial_executor import SerialExecutor

EDGE = 224  # px: twice a tile's, for sharp screens
STYLE_EDGE = 512  # px; the network sees the style at about half of that
KEPT = 400  # pictures, 60 MB
WAITING_AT_MOST = 40  # tiles scrolled past long ago need none any more


class StylePreviews(QObject):
    """Asks the engine for one after the other, most recently wanted first, as quick work between the steps of a longer
    one; but only while the artwork itself waits for no quick work.

    Signals: arrived(), there is another one, or another photo; possible_changed().
    """

    arrived = Signal()
    possible_changed = Signal()

    def __init__(
        self,
        session: Session,
        worker: Worker,
        files: SerialExecutor,
        opener: PictureOpener,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.is_possible = False
        self._session = session
        self._worker = worker
        self._files = files
        self._opener = opener
        self._photo: Picture | None = None  # a small square, once it has been made
        self._made: OrderedDict[str, QPixmap] = OrderedDict()  # by card id
        self._refused: set[str] = set()
        self._wanted: dict[str, Card] = {}  # the last wanted at the end
        self._card: Card | None = None  # the one under way
        self._request_id = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._go_on)
        session.content_changed.connect(self._forget)
        session.quick_work_asked.connect(self._step_aside)
        session.state_changed.connect(self._go_on)
        session.event_unclaimed.connect(self._take)

    def pixmap(self, card: Card) -> QPixmap | None:
        """The photo in this style if it is ready; otherwise None, and it will arrive."""
        if card.id in self._made:
            self._made.move_to_end(card.id)
            return self._made[card.id]
        if card.id not in self._refused and self._card is not card:
            self._wanted.pop(card.id, None)
            self._wanted[card.id] = card
            while len(self._wanted) > WAITING_AT_MOST:
                del self._wanted[next(iter(self._wanted))]
            self._soon.start()  # not now, while a tile is being painted
        return None

    @Slot()
    def _forget(self) -> None:
        """Another photo: all that was made shows the old one."""
        self._photo = None
        self._made.clear()
        self._refused.clear()
        self._wanted.clear()
        if self._request_id:  # else its request is still being prepared, for a photo that `_ask` will not know
            self._card, self._request_id = None, 0
        self.arrived.emit()

    @Slot()
    def _step_aside(self) -> None:
        """What was asked for may have been replaced silently: ask for it again later."""
        if self._card is not None and self._request_id:
            self._wanted[self._card.id] = self._card
            self._card, self._request_id = None, 0

    @Slot()
    def _go_on(self) -> None:
        session = self._session
        is_possible = session.engine.info is not None and session.artwork.content is not None
        if is_possible != self.is_possible:
            self.is_possible = is_possible
            self.possible_changed.emit()
        content = session.artwork.content
        is_free = is_possible and not session.has_quick_work and self._card is None
        if content is None or not is_free or not self._wanted:
            return
        card = self._card = self._wanted.popitem()[1]
        photo = self._photo

        def prepare() -> LiveRequest:
            style = open_style(card, self._opener.open_picture)
            picture = photo or reduced(middle_square(content), EDGE)
            seen = replace(style, picture=reduced(style.picture, STYLE_EDGE))
            return live_request(picture, (seen,), StyleRecipe(), EDGE)

        self._files.submit(prepare, lambda request: self._ask(content, request), self._give_up)

    def _ask(self, content: Picture, request: LiveRequest) -> None:
        if content is not self._session.artwork.content:
            self._end()
            return
        self._photo = request.content
        self._request_id = request.id
        if self._session.has_quick_work:  # it came while this was prepared
            self._step_aside()
        else:
            self._worker.submit(request)

    @Slot(object)
    def _take(self, event: Event) -> None:
        if self._card is None or isinstance(event, Ready) or event.request_id != self._request_id:
            return
        match event:
            case Done(result=picture):
                self._made[self._card.id] = QPixmap.fromImage(qimage(picture.pixels))
                while len(self._made) > KEPT:
                    self._made.popitem(last=False)
                self.arrived.emit()
                self._end()
            case Failed(error=error):
                self._give_up(error)

    def _give_up(self, error: StudioError) -> None:
        """No message, as nobody asked for one: the tile shows the style itself."""
        if self._card is not None:
            self._refused.add(self._card.id)
        self._end()

    def _end(self) -> None:
        self._card, self._request_id = None, 0
        self._go_on()
