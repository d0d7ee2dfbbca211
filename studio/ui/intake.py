"""Brings photos and styles in from files, drops and the clipboard, off the GUI thread; what cannot be read is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.artwork import Style
from studio.core.blend import Blend
from studio.core.card import Card
from studio.core.errors import StudioError
from studio.core.files import decode_picture, open_picture
from studio.core.picture import Picture
from studio.ui.drop_zones import Drop
from studio.ui.file_thread import FileThread
from studio.ui.message import Message
from studio.ui.own_styles import OwnStyles
from studio.ui.session import Session

Take = Callable[[Style], None]


class Intake(QObject):
    """Opens what it is given and hands it to the session; until that succeeds, nothing on screen changes.

    own: the artist's own styles, which it adds to. Signals: cards_changed().
    """

    cards_changed = Signal()

    def __init__(
        self,
        session: Session,
        files: FileThread,
        cards: Sequence[Card],
        own: OwnStyles,
        parent: QObject | None = None,
    ) -> None:
        """cards: the styles that come with the studio."""
        super().__init__(parent)
        self.own = own
        self._bundled = tuple(cards)
        self._session = session
        self._files = files
        own.changed.connect(self.cards_changed)

    @property
    def cards(self) -> tuple[Card, ...]:
        """The styles in the gallery, the artist's own at the end."""
        return (*self._bundled, *self.own.cards)

    @Slot(object)
    def open_picture(self, path: Path) -> None:
        """Open a file as the photo to be painted."""
        self._files.run(lambda: open_picture(path), self._take_picture, self._refuse_picture)

    def open_files(self, paths: Sequence[Path]) -> None:
        """Open the first of several files as the photo, and say that the others were left out."""
        if not paths:
            return
        self.open_picture(paths[0])
        if len(paths) > 1:
            text = self.tr("An artwork is painted from one picture: {} was taken.").format(paths[0].name)
            self._files.run(lambda: Message(text), self._session.message_posted.emit, self._refuse_picture)

    def blend_file(self, path: Path) -> None:
        """Open a file as the second photo of a double exposure, or as the only one where there is none yet."""
        self._files.run(lambda: open_picture(path), self._blend, self._refuse_picture)

    def open_encoded(self, data: bytes) -> None:
        """Open an encoded picture (dropped from a browser, pasted) as the photo."""
        name = self.tr("Pasted picture")
        self._files.run(lambda: decode_picture(data, name), self._take_picture, self._refuse_picture)

    @Slot(object)
    def use_style(self, card: Card) -> None:
        """Paint in the style of a card alone."""
        self._files.run(lambda: _bundled_style(card), self._session.use_style, self._refuse_style)

    @Slot(object)
    def mix_in(self, card: Card) -> None:
        """Add the style of a card to the mix."""
        self._files.run(lambda: _bundled_style(card), self._session.mix_in, self._refuse_style)

    @Slot(list)
    def add_styles(self, paths: Sequence[Path]) -> None:
        """Add styles to the gallery: of one file, which is used at once, or of many files and folders."""
        if len(paths) == 1 and not paths[0].is_dir():
            self._use_files(paths, self._session.use_style)
        else:
            self.own.add(paths)

    @Slot(object)
    def take_drop(self, drop: Drop) -> None:
        """Do with a drop what its zone says."""
        payload = drop.payload
        is_mixed = drop.zone == "mix"
        match drop.zone, payload.kind:
            case "picture", "files":
                self.open_files(payload.paths)
            case "picture", "image":
                self.open_encoded(payload.image_bytes)
            case "blend", "files":
                self.blend_file(payload.paths[0])
            case "blend", "image":
                name = self.tr("Pasted picture")
                self._files.run(lambda: decode_picture(payload.image_bytes, name), self._blend, self._refuse_picture)
            case _, "style":
                for card in self.cards:
                    if card.id == payload.style_id:
                        (self.mix_in if is_mixed else self.use_style)(card)
            case _, "files" if is_mixed:
                self._use_files(payload.paths, self._session.mix_in)
            case _, "files":
                self.add_styles(payload.paths)
            case _, "image":
                take = self._session.mix_in if is_mixed else self._session.use_style
                name = self.tr("Dropped picture")
                self.own.use(lambda: decode_picture(payload.image_bytes, name), take)
            case _, "link":
                text = self.tr("That is a link, and the studio opens nothing from the web.")
                self._session.message_posted.emit(
                    Message(text, self.tr("Save the picture, then drop the file."), is_problem=True)
                )

    def _use_files(self, paths: Sequence[Path], take: Take) -> None:
        for path in paths:
            self.own.use(partial(open_picture, path), take)

    def _take_picture(self, picture: Picture) -> None:
        self._session.message_posted.emit(None)
        self._session.change(content=picture)
        self._session.commit()

    def _blend(self, over: Picture) -> None:
        artwork = self._session.artwork
        photo, blend = artwork.state.photo, artwork.blend
        self._session.message_posted.emit(None)
        if photo is None:
            self._session.change(content=over)
        else:
            self._session.change(blend=replace(blend, over=over) if blend else Blend(photo, over))
        self._session.commit()

    def _refuse_picture(self, error: StudioError) -> None:
        self._session.message_posted.emit(Message.about(error, action="open"))

    def _refuse_style(self, error: StudioError) -> None:
        self._session.message_posted.emit(Message.about(error))


def _bundled_style(card: Card) -> Style:
    return Style(open_picture(card.file), card)
