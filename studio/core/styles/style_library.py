"""The artist's own styles, of pictures and learned, in a folder of this user, kept from one start to the next."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from studio.core.card import OWN_CATEGORY, UNKNOWN_LICENCE, Card, card_json, read_card
from studio.core.errors import StudioError
from studio.core.image_io import ExportOptions, encode_picture
from studio.core.image_io.containers.learning_marks import learning_mark
from studio.core.picture import Picture
from studio.core.resampling import reduced
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.regular_file import reason
from studio.core.storage.untrusted import path_inside
from studio.core.storage.user_folders import data_folder
from studio.core.styles.learned_style import LearnedStyle
from studio.core.styles.learned_style_file import SUFFIX, copy_learned, read_learned, write_learned

LARGEST_KEPT_EDGE = 4096  # px; strokes show in far less, and a scan of 200 megapixels would fill the disk

_LONGEST_NAME = 40  # characters of the title in a file name
_MARK = 12  # characters of the fingerprint in a file name; the chance that two styles share them is nil
_REMOVED = ".removed"  # after the name of a card that can still be brought back


class StyleLibrary:
    """Each style is `ID.json`, its card, and the file the card names; the id never changes once it is given.

    Two studios may use one folder: every file is written as a whole, and nothing is remembered in between. All methods
    look at the disk; those that write raise StudioError.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """The folder may not exist yet; None for the user's own."""
        self.folder = folder or data_folder() / "styles"

    def read(self) -> tuple[tuple[Card, ...], tuple[StudioError, ...]]:
        """The cards, by title, and what is wrong with the entries left out."""
        cards: list[Card] = []
        problems: list[StudioError] = []
        for path in self._files("*.json"):
            try:
                cards.append(_own_card(path))
            except StudioError as error:
                problems.append(error)
            except (OSError, ValueError) as error:  # it names what no disk takes
                problems.append(StudioError(f"{path.name} cannot be used: {reason(error)}."))
        return tuple(sorted(cards, key=lambda card: (card.title.casefold(), card.id))), tuple(problems)

    def card_for(self, picture: Picture) -> Card:
        """The card of a picture that is here already, under whatever name; else one that tells its name alone.

        The picture is one that `kept_size` returned.
        """
        known = self._find(picture.fingerprint)
        if known is not None:
            return known
        title = Path(picture.name).stem or picture.name
        card_id = f"{_plain(title)}-{picture.fingerprint[:_MARK]}"
        return Card(
            id=card_id,
            kind="style",
            title=title,
            author="",
            year="",
            licence=UNKNOWN_LICENCE,
            source=picture.name,
            file=self.folder / f"{card_id}.webp",
            category=OWN_CATEGORY,
            no_learn=picture.source is not None and bool(learning_mark(picture.source)),  # which the copy has no more
        )

    def add(self, picture: Picture) -> Card:
        """Write the picture as it is and a card for it, unless it is here; returns the card. As `card_for`."""
        known = self._find(picture.fingerprint)
        if known is not None:
            return known
        card = self.card_for(picture)
        self._make_folder()
        # Lossless at the codec's least effort: a tenth larger than with more, in half the time.
        data = encode_picture(picture, ExportOptions("webp", quality=1, lossless=True, keep_exif=False))
        replace_file(self._place(card.file.name), data)
        self.edit(card)
        return card

    def add_learned(self, card: Card, learned: LearnedStyle) -> Card:
        """Write a style the studio has learnt, unless it is here; returns its card with an id and a file of its own."""
        known = self._find(learned.fingerprint)
        if known is not None:
            return known
        card_id = f"{_plain(card.title)}-{learned.fingerprint[:_MARK]}"
        card = replace(card, id=card_id, file=self.folder / f"{card_id}{SUFFIX}", category=OWN_CATEGORY)
        self._make_folder()
        write_learned(self._place(card.file.name), card, learned)
        self.edit(card)
        return card

    def import_learned(self, path: Path) -> Card:
        """Add the learned style in a file, unless it is here."""
        return self.add_learned(*read_learned(path))

    def export_learned(self, card: Card, path: Path) -> None:
        """Write a learned style into a file of its own, with what its card says today."""
        copy_learned(card.file, path, card)

    def edit(self, card: Card) -> None:
        """Write the card anew."""
        replace_file(self._path(card.id), card_json(card).encode())

    def remove(self, card_id: str) -> None:
        """Take a style out. `restore` brings it back until `forget_removed` is called."""
        path, removed = self._path(card_id), self._removed(card_id)
        if path.exists() or not removed.exists():  # else it is out already
            self._rename(path, removed)

    def restore(self, card_id: str) -> Card:
        """Bring a removed style back; its card."""
        path = self._path(card_id)
        if not path.exists():  # else it was added again meanwhile
            self._rename(self._removed(card_id), path)
        return _own_card(path)

    def forget_removed(self, kept: Set[str] = frozenset()) -> None:
        """Delete what was removed, for good, but for the ids in `kept`. What cannot be deleted now stays."""
        removed = self._files(f"*.json{_REMOVED}")
        for path in removed:
            if path.name.partition(".json")[0] in kept:
                continue
            with suppress(StudioError, OSError):
                file = _own_card(path).file
                # The same picture may have been added again, and a card may have been copied.
                if all(card.file != file for card in self.read()[0]):
                    file.unlink()
            with suppress(OSError):
                path.unlink()

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _no_folder(self.folder, error) from error

    def _find(self, fingerprint: str) -> Card | None:
        for path in self._files(f"*-{fingerprint[:_MARK]}.json"):
            with suppress(StudioError, OSError, ValueError):
                return _own_card(path)
        return None

    def _path(self, card_id: str) -> Path:
        return self._place(f"{card_id}.json")

    def _removed(self, card_id: str) -> Path:
        return self._place(f"{card_id}.json{_REMOVED}")

    def _place(self, name: str) -> Path:
        """Where a file of the library goes. Raises StudioError if that is elsewhere."""
        try:
            return path_inside(self.folder, name)
        except ValueError as error:
            raise StudioError(f"Your styles cannot be kept in {self.folder}: {error}.", "Remove the link.") from error

    def _files(self, pattern: str) -> list[Path]:
        try:
            return sorted(self.folder.glob(pattern))
        except OSError:  # no folder, no styles
            return []

    def _rename(self, old: Path, new: Path) -> None:
        try:
            old.replace(new)
        except FileNotFoundError as error:
            raise StudioError("The style is not in its folder any more.", f"Look into {self.folder}.") from error
        except OSError as error:
            raise _no_folder(self.folder, error) from error


def kept_size(picture: Picture) -> Picture:
    """The picture as the library keeps it: as it is, or reduced to LARGEST_KEPT_EDGE."""
    return reduced(picture, LARGEST_KEPT_EDGE)


def _own_card(path: Path) -> Card:
    """The card in a file of the library, under the id of its name. Raises StudioError if one cannot use it."""
    card = read_card(path)
    try:
        path_inside(path.parent, card.file.name)
    except ValueError as error:
        raise StudioError(f"{path.name} names a picture outside its folder: {error}.") from error
    if card.file.suffix in (".json", _REMOVED):
        raise StudioError(f"{path.name} names a card for a picture: {card.file.name}.")
    if not card.file.is_file():
        raise StudioError(f"The picture of {path.name} is missing: {card.file.name}.")
    return replace(card, id=path.name.partition(".json")[0], kind="style", category=OWN_CATEGORY)


def _plain(title: str) -> str:
    """The title in letters that every file system and every shell takes."""
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:_LONGEST_NAME].strip("-") or "style"


def _no_folder(folder: Path, error: OSError) -> StudioError:
    return StudioError(
        f"Your styles cannot be kept in {folder}: {reason(error)}.",
        "Look at its permissions, make room there, or name another folder in STYLE_STUDIO_DATA.",
    )
