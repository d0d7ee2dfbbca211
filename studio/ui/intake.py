"""Brings photos and styles in from files, drops and the clipboard, off the GUI thread; what cannot be read is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.artwork import Style
from studio.core.blend import Blend
from studio.core.card import UNKNOWN_LICENCE, Card
from studio.core.errors import StudioError
from studio.core.files import decode_picture, open_picture
from studio.core.picture import Picture
from studio.ui.drop_zones import Drop
from studio.ui.file_thread import FileThread
from studio.ui.message import Message
from studio.ui.session import Session

Take = Callable[[Style], None]


class Intake(QObject):
    """Opens what it is given and hands it to the session; until that succeeds, nothing on screen changes.

    cards: the styles in the gallery, the artist's own among them. Signals: cards_changed().
    """

    cards_changed = Signal()

    def __init__(
        self, session: Session, files: FileThread, cards: Sequence[Card], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.cards = tuple(cards)
        self._session = session
        self._files = files

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
        """Make styles of picture files, add them to the gallery for this sitting and use the first."""
        self._load_own_styles(paths, [self._session.use_style] + [_leave] * (len(paths) - 1))

    @Slot(object)
    def take_drop(self, drop: Drop) -> None:
        """Do with a drop on the canvas what its zone says."""
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
                self._load_own_styles(payload.paths, [self._session.mix_in] * len(payload.paths))
            case _, "files":
                self.add_styles(payload.paths)
            case _, "image":
                take = self._session.mix_in if is_mixed else self._session.use_style
                name = self.tr("Dropped picture")
                data = payload.image_bytes
                self._files.run(lambda: _own_style(decode_picture(data, name)), take, self._refuse_style)
            case _, "link":
                text = self.tr("That is a link, and the studio opens nothing from the web.")
                self._session.message_posted.emit(
                    Message(text, self.tr("Save the picture, then drop the file."), is_problem=True)
                )

    def _load_own_styles(self, paths: Sequence[Path], takers: Sequence[Take]) -> None:
        for path, take in zip(paths, takers, strict=True):
            self._files.run(_opener(path), self._adder(take), self._refuse_style)

    def _adder(self, take: Take) -> Take:
        """First into the gallery, then where it was meant to go."""

        def add(style: Style) -> None:
            if all(card.id != style.card.id for card in self.cards):
                self.cards = (*self.cards, style.card)
                self.cards_changed.emit()
            take(style)

        return add

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


def _opener(path: Path) -> Callable[[], Style]:
    return lambda: _own_style(open_picture(path))


def _own_style(picture: Picture) -> Style:
    """A style made of an artist's picture, of which nothing is known but its name."""
    card = Card(
        id=f"own-{picture.fingerprint}",
        kind="style",
        title=Path(picture.name).stem,
        author="",
        year="",
        licence=UNKNOWN_LICENCE,
        source=picture.name,
        file=picture.source or Path(picture.name),
        category="mine",
    )
    return Style(picture, card)


def _leave(style: Style) -> None:
    """Into the gallery only."""
