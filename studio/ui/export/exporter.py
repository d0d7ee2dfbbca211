"""Writes the picture on the canvas to a file with its credits, off the GUI thread, and remembers how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from studio.core.artwork.credits import credits_of, credits_of_photo, with_regions
from studio.core.artwork.layers import layers_of
from studio.core.errors import StudioError
from studio.core.image_io import ExportOptions, Layer, encode_picture, is_plain, save_picture
from studio.core.image_io.formats import SUFFIX_OF
from studio.core.image_io.output.signing_key import SigningFiles, load_signing_key
from studio.core.image_io.xmp import Credits
from studio.core.picture import Picture
from studio.core.project.picture_bytes import reachable_original
from studio.core.storage.file_names import proposed_stem
from studio.ui.export.export_settings import ExportSettings, Unit, keep_export_settings, read_export_settings
from studio.ui.export.signing_settings import read_signing_settings
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.session.shown_picture import ShownPicture
from studio.ui.threads.serial_executor import SerialExecutor


@dataclass(frozen=True)
class Exportable:
    """A picture that can be exported, what to call it unless the artist says otherwise, and whose work is in it.

    shown: what of the artwork it is, None where only the picture is known. layers: draws those below it, for a format
    that has them; not for the GUI thread.
    """

    picture: Picture
    credits: Credits
    shown: ShownPicture | None = None
    layers: Callable[[], tuple[Layer, ...]] = tuple

    @property
    def title(self) -> str:
        """Such as "Taj Mahal, Great Wave"."""
        return self.credits.title

    @property
    def file_name(self) -> str:
        """The title as a file name without its ending, legal everywhere."""
        return proposed_stem(self.title, "artwork")

    def encode(self, options: ExportOptions, made_of: Credits) -> bytes:
        """The bytes of its file, as `encode_picture`; not for the GUI thread."""
        return encode_picture(self.picture, options, made_of, self.layers() if options.format == "ora" else ())


class Exporter(QObject):
    """Names an artwork, credits it and saves it.

    last: the settings of the last export, None before the first. last_file: the last file since the program started,
    a PDF included.
    """

    def __init__(
        self, session: Session, files: SerialExecutor, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.last_file: Path | None = None
        self._session = session
        self._files = files
        self._settings = settings

    @property
    def last(self) -> ExportSettings | None:
        """Also those of an earlier run of the program."""
        return read_export_settings(self._settings)

    @property
    def signing(self) -> SigningFiles | None:
        """What exports are signed with, without the passphrase of the key; None for no signature."""
        return read_signing_settings(self._settings).files()

    @property
    def exportable(self) -> Exportable | None:
        """The picture on the canvas, or None."""
        shown = self._session.on_canvas.shown
        return Exportable(shown.picture, self._credits(shown), shown, self._layers(shown)) if shown else None

    def export(
        self,
        path: Path,
        options: ExportOptions,
        title: str,
        artist: str = "",
        unit: Unit | None = None,
        signing: SigningFiles | None = None,
        *,
        shown: ShownPicture | None = None,
        keeps_others: bool = False,
    ) -> None:
        """Write a picture; a message says when it is done, or why not.

        unit: remembered for the next time. shown: None for the picture on the canvas. keeps_others: under the next free
        name where such a file exists. signing: what signs the file; nothing of it is remembered here.
        """
        shown = shown or self._session.on_canvas.shown
        if shown is None:
            return
        result, is_result = shown.result, shown.is_result
        made_of = replace(self._credits(shown), title=title, artist=artist)
        before = self.last
        long_edge = max(options.size) if options.size else None
        last = ExportSettings(path.parent, options, artist, unit or (before.unit if before else "px"), long_edge)
        save = self._saving(shown, options, made_of, signing)

        def write() -> tuple[Path, int]:
            target = free_path(path) if keeps_others else path
            return target, save(target)

        def done(written: tuple[Path, int]) -> None:
            self.last_file, size = written
            keep_export_settings(self._settings, last)
            if is_result:
                self._session.belongings.mark_exported(result)
            text = self.tr("Exported as {}, {}.").format(self.last_file.name, file_size(size))
            if signing is not None:
                text = self.tr("Exported as {}, {}, signed.").format(self.last_file.name, file_size(size))
            self._session.post_message(Message(text, action="show_export"))
            self._session.activities.end("exporting")  # last: what breaks off before is refused, and ends there

        def refused(error: StudioError) -> None:
            self._session.post_message(Message.about(error, action="export"))
            self._session.activities.end("exporting")

        self._session.activities.begin("exporting")
        self._session.post_message(Message(self.tr("Exporting {}…").format(path.name)))
        self._files.submit(write, done, refused)

    def writer(self, artwork: Exportable) -> tuple[str, Callable[[Path], int]]:
        """The name of a picture's file, and what writes it as the last export was written; not for the GUI thread.

        What is written so is neither told nor remembered as exported.
        """
        last = self.last or ExportSettings(Path())
        shown = artwork.shown or self._session.on_canvas.shown
        assert shown is not None, "it was shown"
        made_of = replace(artwork.credits, artist=last.artist)
        save = self._saving(shown, last.options_for(artwork.picture), made_of, self.signing)
        return f"{artwork.file_name}{SUFFIX_OF[last.options.format]}", save

    def export_again(self) -> bool:
        """Write the picture on the canvas as the last one was, beside it, under the next free name; False if none was.

        Where the folder is gone, the message offers to choose another.
        """
        artwork, last = self.exportable, self.last
        if artwork is None or last is None:
            return False
        name = f"{artwork.file_name}{SUFFIX_OF[last.options.format]}"
        options = last.options_for(artwork.picture)
        path, signing = last.folder / name, self.signing
        self.export(path, options, artwork.title, last.artist, signing=signing, shown=artwork.shown, keeps_others=True)
        return True

    def _saving(
        self, shown: ShownPicture, options: ExportOptions, made_of: Credits, signing: SigningFiles | None
    ) -> Callable[[Path], int]:
        """Writes it and returns the size of the file, in bytes."""
        result, draw_layers = shown.result, self._layers(shown)
        sources = [style.picture for style in result.all_styles] + ([result.content] if result.content else [])

        def save(target: Path) -> int:
            key = load_signing_key(signing) if signing is not None else None
            # A plain source may well give a plain picture; otherwise one colour means that something went wrong.
            allow_plain = any(is_plain(source) for source in sources)
            layers = draw_layers() if options.format == "ora" else ()
            photos = result.blend.pictures if result.blend else (result.content,)
            files = [reachable_original(photo) for photo in photos if key is not None]
            return save_picture(
                result.picture,
                target,
                options,
                made_of,
                allow_plain=allow_plain,
                layers=layers,
                key=key,
                photos=files,
            )

        return save

    def _credits(self, shown: ShownPicture) -> Credits:
        result = shown.result
        cards = self._session.artwork.cards
        styles, all_styles = cards.styles(result.styles), cards.styles(result.all_styles)
        is_pattern = result.recipe.method == "pattern"
        pictures = result.blend.pictures if result.blend else (result.content,) if result.content else ()
        photo = "" if is_pattern else self.tr(" and ").join(Path(picture.name).stem for picture in pictures)
        title = ", ".join(filter(None, [photo, self.tr(" and ").join(style.card.title for style in all_styles)]))
        if not shown.is_painted and result.content is not None:
            return credits_of_photo(result.content, title, blend=result.blend)
        title = title or self.tr("Artwork")
        made_of = credits_of(result.content, styles, result.recipe, title, blend=result.blend)
        if is_pattern:
            return made_of
        return with_regions(made_of, cards.regions(result.regions))

    def _layers(self, shown: ShownPicture) -> Callable[[], tuple[Layer, ...]]:
        """Draws what lies below it: nothing below a pattern, nor below a photo, which is the picture itself."""
        result = shown.result
        if not shown.is_painted or result.recipe.method == "pattern":
            return tuple
        seen = self._session.sight.seen(result.content)
        return partial(layers_of, result.content, result.regions, seen, result.blend)


def free_path(path: Path, beside: str = "") -> Path:
    """The path, or with a number where such a file exists: an export replaces nothing by default. Asks the disk.

    beside: the ending (".html") of a file of that name that is not to exist either.
    """
    number, free = 2, path
    while free.exists() or (beside and free.with_suffix(beside).exists()):
        free = path.with_stem(f"{path.stem} {number}")
        number += 1
    return free


def file_size(size: int) -> str:
    """Bytes as people read them: 640 KB, 2.4 MB."""
    return f"{size / 1e6:.1f} MB" if size >= 999_500 else f"{max(1, round(size / 1e3))} KB"
