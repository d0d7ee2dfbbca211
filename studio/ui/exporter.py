"""Writes the result to a file with its credits, off the GUI thread."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QObject

from studio.core.errors import StudioError
from studio.core.files import ExportOptions, is_plain, save_picture
from studio.core.painted_with import credits_of
from studio.ui.file_thread import FileThread
from studio.ui.message import Message
from studio.ui.session import Session

_UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')  # what one system or another refuses


class Exporter(QObject):
    """Names an artwork, credits it and saves it.

    last_file: what was exported last, None before.
    """

    def __init__(self, session: Session, files: FileThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.last_file: Path | None = None
        self._under_way = 0  # exports
        self._session = session
        self._files = files

    @property
    def title(self) -> str:
        """What the artwork is called unless the artist says otherwise: "Taj Mahal, Great Wave"."""
        artwork = self._session.artwork
        result = artwork.result
        content = result.content if result else artwork.content
        is_pattern = (result.recipe if result else artwork.recipe).method == "pattern"
        blend = result.blend if result else artwork.blend
        pictures = blend.pictures if blend else (content,) if content else ()
        photo = "" if is_pattern else self.tr(" and ").join(Path(picture.name).stem for picture in pictures)
        styles = [artwork.card_of(style).title for style in (result.styles if result else artwork.styles)]
        return ", ".join(filter(None, [photo, " and ".join(styles)])) or self.tr("Artwork")

    @property
    def file_name(self) -> str:
        """The title as a file name without its ending, legal everywhere."""
        return _UNSAFE_IN_NAMES.sub(" ", self.title).strip(" .")[:120] or "artwork"

    def export(self, path: Path, options: ExportOptions, title: str) -> None:
        """Write the present result; a message says when it is done, or why not."""
        result = self._session.artwork.result
        if result is None:
            return
        cards = [self._session.artwork.card_of(style) for style in result.styles]
        blended = result.blend.over.name if result.blend else ""
        credit = credits_of(result.content, cards, result.recipe, title, blended_name=blended)
        sources = [style.picture for style in result.styles] + ([result.content] if result.content else [])

        def write() -> int:
            # A plain source may well give a plain picture; otherwise one colour means that something went wrong.
            allow_plain = any(is_plain(source) for source in sources)
            return save_picture(result.picture, path, options, credit, allow_plain=allow_plain)

        def done(size: int) -> None:
            self.last_file = path
            self._session.mark_exported(result)
            self._count(-1)
            text = self.tr("Exported as {}, {}.").format(path.name, file_size(size))
            self._session.message_posted.emit(Message(text, action="show_export"))

        self._count(1)
        self._session.message_posted.emit(Message(self.tr("Exporting {}\N{HORIZONTAL ELLIPSIS}").format(path.name)))
        self._files.run(write, done, self._refuse)

    def _refuse(self, error: StudioError) -> None:
        self._session.message_posted.emit(Message.about(error, action="export"))
        self._count(-1)

    def _count(self, change: int) -> None:
        self._under_way += change
        self._session.set_exporting(self._under_way > 0)


def file_size(size: int) -> str:
    """Bytes as people read them: 640 KB, 2.4 MB."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} KB"
