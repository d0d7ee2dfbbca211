"""Importer: opens photos and styles from files, drops and the clipboard, off the GUI thread; reports what cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal, Slot

from studio.core.artwork.blend import Blend
from studio.core.card import Card
from studio.core.errors import StudioError
from studio.core.image_io import OPEN_SUFFIXES
from studio.core.image_io.find_pictures import Opened, is_folder, open_some
from studio.core.picture import Picture
from studio.core.project.project_file import is_project
from studio.core.project.recipe_file import is_recipe_file
from studio.core.styles.load_style import is_style_file, open_style
from studio.ui.importing.drop_zones import Drop
from studio.ui.importing.mime_payload import Payload, encoded
from studio.ui.importing.opening import Opening, WaitedFor
from studio.ui.importing.photo_change import change_photo
from studio.ui.importing.settings_offer import SettingsOffer
from studio.ui.importing.user_styles import UserStyles
from studio.ui.session.message import Message
from studio.ui.session.session import Session

MOST_MIXED = 4  # styles taken into the mix from one drop


class Importer(QObject):
    """Opens what it is given and hands it to the session; until that succeeds, nothing on screen changes.

    user_styles: the artist's own styles, which it adds to. Signals: cards_changed(). project_given(Path), a project's
    file came where pictures do. photo_taken(), a photo was opened, or laid over the one there is.
    """

    cards_changed = Signal()
    project_given = Signal(object)
    photo_taken = Signal()

    def __init__(
        self,
        session: Session,
        opening: Opening,
        cards: Sequence[Card],
        user_styles: UserStyles,
        parent: QObject | None = None,
    ) -> None:
        """cards: the styles that come with the studio."""
        super().__init__(parent)
        self.user_styles = user_styles
        self._bundled = tuple(cards)
        self._session = session
        self.opening = opening
        self._remaining_paths: tuple[Path, ...] = ()
        user_styles.changed.connect(self.cards_changed)
        self.settings_offer = SettingsOffer(session, opening, lambda: self.cards, self)

    @property
    def cards(self) -> tuple[Card, ...]:
        """The styles in the gallery, the artist's own at the end."""
        return (*self._bundled, *self.user_styles.cards)

    @Slot(object)
    def open_picture(self, path: Path) -> None:
        """Open a file as the photo to be painted."""
        self.opening.submit(lambda opener: opener.open_picture(path), self._take_one, self._refuse_picture)

    def open_files(self, paths: Sequence[Path]) -> None:
        """Open the first picture among files and folders as the photo, and offer to paint all if there are more."""
        if paths and is_project(paths[0]):
            self.project_given.emit(paths[0])
        elif paths and is_recipe_file(paths[0]):
            self.settings_offer.use_file(paths[0])
        elif paths:
            self.opening.submit(
                lambda opener: open_some(paths, 1, opener.open_picture),
                lambda opened: self._take_first(opened, paths),
                self._refuse_picture,
            )

    def take_remaining_paths(self) -> tuple[Path, ...]:
        """The files and folders of which only one picture was opened; () once they were fetched."""
        paths, self._remaining_paths = self._remaining_paths, ()
        return paths

    def blend_files(self, paths: Sequence[Path]) -> None:
        """Lay a file over the photo; of several, or of a folder, the first two over each other."""
        if paths:
            self.opening.submit(
                lambda opener: open_some(paths, 2, opener.open_picture), self._take_two, self._refuse_picture
            )

    def mix_files(self, paths: Sequence[Path]) -> None:
        """Make styles from files and the pictures in folders, and add them to the mix, as many as make sense."""
        self.opening.submit(
            lambda opener: open_some(paths, MOST_MIXED, opener.open_picture), self._mix_opened, self._refuse_style
        )

    def use_files(self, paths: Sequence[Path]) -> None:
        """Paint in the style of the first picture among files and folders, and add the others to the gallery."""
        self.opening.submit(
            lambda opener: open_some(paths, 1, opener.open_picture), self._use_opened, self._refuse_style
        )

    @Slot(object)
    def use_style(self, card: Card) -> None:
        """Paint in the style of a card alone."""
        self.opening.submit(
            lambda opener: open_style(card, opener.open_picture), self._session.use_style, self._refuse_style
        )

    @Slot(object)
    def mix_in(self, card: Card) -> None:
        """Add the style of a card to the mix."""
        self.opening.submit(
            lambda opener: open_style(card, opener.open_picture), self._session.mix_in, self._refuse_style
        )

    @Slot(list)
    def add_styles(self, paths: Sequence[Path]) -> None:
        """Add styles to the gallery: of one file, which is used at once, or of many files and folders."""
        if len(paths) != 1:
            self.user_styles.add(paths)
        elif is_style_file(paths[0]):
            self.user_styles.keep_learned(paths[0], self.use_style)
        else:
            self.opening.submit(lambda _: is_folder(paths[0]), partial(self._add_one, paths[0]), self._refuse_style)

    @Slot(object)
    def take_drop(self, drop: Drop) -> None:
        """Handle a drop, or what was pasted, as its zone says."""
        payload, session = drop.payload, self._session
        name = self._name_of(payload)

        def open_image(opener: WaitedFor) -> Picture:
            return opener.decode_picture(encoded(payload, name), name)

        match drop.zone, payload.kind:
            case _, "link":
                text = self.tr("That is a link, and the studio opens nothing from the web.")
                remedy = self.tr("Save the picture, then drop the file.")
                session.post_message(Message(text, remedy, is_problem=True))
            case _, "files" if is_project(payload.paths[0]):
                self.project_given.emit(payload.paths[0])
            case zone, "files" if zone == "settings" or is_recipe_file(payload.paths[0]):
                self.settings_offer.use_file(payload.paths[0])
            case "picture", "files" if is_style_file(payload.paths[0]):
                self.add_styles(payload.paths)
            case "picture", "files":
                self.open_files(payload.paths)
            case "picture", "image":
                self.opening.submit(open_image, self._take_picture, self._refuse_picture)
            case "blend", "files":
                self.blend_files(payload.paths)
            case "blend", "image":
                self.opening.submit(open_image, self._blend, self._refuse_picture)
            case zone, "style":
                take = self.mix_in if zone == "mix" else self.use_style
                card = next((card for card in self.cards if card.id == payload.style_id), None)
                if card is not None:
                    take(card)
                else:  # dragged out of another window of the studio
                    self.user_styles.find(payload.style_id, take)
            case "mix", "files" if is_style_file(payload.paths[0]):
                self.user_styles.keep_learned(payload.paths[0], self.mix_in)
            case "mix", "files":
                self.mix_files(payload.paths)
            case "mix", "image":
                self.user_styles.use(open_image, session.mix_in)
            case _, "files" if is_style_file(payload.paths[0]) and len(payload.paths) == 1:
                self.add_styles(payload.paths)
            case "gallery", "files":
                self.add_styles(payload.paths)
            case _, "files":
                self.use_files(payload.paths)
            case _, "image":
                self.user_styles.use(open_image, session.use_style)

    def _name_of(self, payload: Payload) -> str:
        """What the picture of a page was called there; what came without a name is a pasted one."""
        names = (QUrl(link).fileName() for link in payload.links)
        return next((name for name in names if Path(name).suffix.lower() in OPEN_SUFFIXES), self.tr("Pasted picture"))

    def _add_one(self, path: Path, is_a_folder: bool) -> None:
        if is_a_folder:
            self.user_styles.add([path])
        else:
            self.user_styles.use(lambda opener: opener.open_picture(path), self._session.use_style)
            self.settings_offer.look_into(path)

    def _take_first(self, opened: Opened, paths: Sequence[Path]) -> None:
        (picture,) = opened.pictures
        self._take_picture(picture)
        if opened.left_out:
            self._remaining_paths = tuple(paths)
            text = self.tr("An artwork is painted from one picture: {} was taken.").format(picture.name)
            text = " ".join((text, *picture.notes))
            remedy = self.tr("All can be painted one after the other.")
            self._session.post_message(Message(text, remedy, action="render_many"))
        else:
            self._offer_settings(picture)

    def _take_two(self, opened: Opened) -> None:
        if len(opened.pictures) == 1:
            self._blend(opened.pictures[0])
            return
        base, over = opened.pictures
        self._put(content=base, blend=Blend(base, over))
        for picture in opened.pictures:
            self._tell_notes(picture)
        if opened.left_out:
            self._tell(self.tr("Two pictures are blended: {} and {} were taken.").format(base.name, over.name))

    def _mix_opened(self, opened: Opened) -> None:
        for picture in opened.pictures:
            self.user_styles.use(partial(_same, picture), self._session.mix_in)
        count = len(opened.pictures)
        if opened.left_out:
            text = self.tr("{} of {} files were mixed in.").format(count, count + len(opened.left_out))
            remedy = self.tr("Mixing more would only give grey.") if count == MOST_MIXED else ""
            self._session.post_message(Message(text, remedy))

    def _use_opened(self, opened: Opened) -> None:
        self.user_styles.use(partial(_same, opened.pictures[0]), self._session.use_style)
        if opened.left_out:
            self.user_styles.offer(opened.left_out, opened.pictures[0].name)
        else:
            self._offer_settings(opened.pictures[0])

    def _take_one(self, picture: Picture) -> None:
        self._take_picture(picture)
        self._offer_settings(picture)

    def _offer_settings(self, picture: Picture) -> None:
        """If the studio has painted it itself, say that its settings can be used again."""
        if picture.source is not None:
            notes = f"{picture.name}: {' '.join(picture.notes)}" if picture.notes else ""
            self.settings_offer.look_into(picture.source, notes)

    def _take_picture(self, picture: Picture) -> None:
        self._put(content=picture)
        self._tell_notes(picture)

    def _blend(self, over: Picture) -> None:
        artwork = self._session.artwork
        photo, blend = artwork.state.photo, artwork.blend
        if photo is None:
            self._put(content=over)
        else:
            self._put(blend=replace(blend, over=over) if blend else Blend(photo, over))
        self._tell_notes(over)

    def _put(self, **fields: Any) -> None:
        """Have another photo, or two of them, as one step."""
        self._tell(None)
        change_photo(self._session, **fields)
        self.photo_taken.emit()

    def _tell_notes(self, picture: Picture) -> None:
        """What the picture's file made it say, until it is read: there is no other sign of it."""
        if picture.notes:
            text = f"{picture.name}: {' '.join(picture.notes)}"
            self._session.post_message(Message(text, is_problem=True))

    def _tell(self, news: str | None) -> None:
        self._session.post_message(None if news is None else Message(news))

    def _refuse_picture(self, error: StudioError) -> None:
        self._session.post_message(Message.about(error, action="open"))

    def _refuse_style(self, error: StudioError) -> None:
        self._session.post_message(Message.about(error))


def _same(picture: Picture, _: WaitedFor) -> Picture:
    """A picture that is open already."""
    return picture
