"""AboutArtWindow: what gallery, own styles and networks represent, in words first, then bars, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from studio.core.library.about_art import Portrait, Share
from studio.ui.about_art.share_bar import ShareBar
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.plain_text import PlainLabel
from studio.ui.widgets.screen_room import ScrolledPage, resize_within_screen
from studio.ui.widgets.section_heading import SectionHeading

_NAME_WIDTH = 190  # px
_LONGEST_PARAGRAPH = 360  # characters; a label shows 400


class AboutArtWindow(QDialog):
    """Stays beside the window, without blocking it; says that it is counted until that is shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About the art"))
        self._scrolled = ScrolledPage(QWidget())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        box = QVBoxLayout(self)
        box.setContentsMargins(2 * GRID, 2 * GRID, GRID, 2 * GRID)
        box.setSpacing(2 * GRID)
        box.addWidget(self._scrolled, 1)
        box.addWidget(buttons)
        resize_within_screen(self, QSize(680, 760))
        self.show_counting()

    def show_counting(self) -> None:
        """Say that it is being counted."""
        page = self._new_page()
        self._say(self.tr("Counting…"), "muted")
        self._box.addStretch(1)
        self._scrolled.show_page(page)

    def show_counted(self, collections: Sequence[Portrait], models: Sequence[Portrait]) -> None:
        """Show what was counted, in place of what was shown before."""
        page = self._new_page()
        self._say(
            self.tr(
                "Every style was made by somebody, and every network has seen some pictures and not others. This is"
                " counted from cards and labels; nothing is guessed from pixels, and what nobody wrote down is unknown."
            )
        )
        for portrait in collections:
            self._add(portrait)
        if models:
            self._say(self.tr("What the networks have seen"), "title")
        for portrait in models:
            self._add(portrait)
        self._box.addStretch(1)
        self._scrolled.show_page(page)

    def _new_page(self) -> QWidget:
        page = QWidget()
        self._box = QVBoxLayout(page)
        self._box.setContentsMargins(0, 0, GRID, 0)
        self._box.setSpacing(GRID)
        return page

    def _add(self, portrait: Portrait) -> None:
        self._box.addSpacing(GRID)
        self._box.addWidget(SectionHeading(portrait.title))
        for sentence in portrait.known:
            self._say(sentence)
        sorts = {
            "century": self.tr("Periods"),
            "medium": self.tr("Kinds of work"),
            "author": self.tr("Names"),
            "region": self.tr("Regions"),
            "licence": self.tr("Licences"),
        }
        for sort, name in sorts.items():
            if shares := portrait.shares.get(sort):
                self._draw(name, shares, portrait.total)
        if portrait.missing:
            self._say(self.tr("What is missing"), "muted")
        for sentence in portrait.missing:
            self._say(sentence)

    def _draw(self, title: str, shares: Sequence[Share], total: int) -> None:
        self._say(title, "muted")
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for row, share in enumerate(shares):
            name = share.name or (self.tr("unknown") if share.name == "" else self.tr("all others"))
            words = PlainLabel(name)
            words.setFixedWidth(_NAME_WIDTH)
            words.setWordWrap(True)
            part = share.count / total if total else 0.0
            count = PlainLabel(self.tr("{} of {}, {:.0%}").format(share.count, total, part))
            count.setAccessibleName(f"{title}, {name}: {count.text()}")
            count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(words, row, 0)
            grid.addWidget(ShareBar(part, is_known=share.name != ""), row, 1)
            grid.addWidget(count, row, 2)
        self._box.addLayout(grid)

    def _say(self, sentence: str, role: str = "") -> None:
        for paragraph in _paragraphs(sentence):
            label = PlainLabel(paragraph)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            if role:
                set_role(label, role)
            self._box.addWidget(label)


def _paragraphs(text: str) -> Iterator[str]:
    """A long text in paragraphs of whole sentences."""
    paragraph = ""
    for sentence in re.split(r"(?<=[a-z0-9%)]\.) (?=[A-Z0-9])", text):
        if paragraph and len(paragraph) + len(sentence) >= _LONGEST_PARAGRAPH:
            yield paragraph
            paragraph = ""
        paragraph = f"{paragraph} {sentence}".strip()
    yield paragraph
