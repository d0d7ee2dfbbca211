"""GalleryModel: the cards that match the search and the chosen category, as rows for a view."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import takewhile

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.core.card import OWN_CATEGORY, Card
from studio.ui.importing.mime_payload import STYLE_MIME_TYPE
from studio.ui.widgets.plain_text import tool_tip

CARD_ROLE = Qt.ItemDataRole.UserRole
IS_SELECTED_ROLE = Qt.ItemDataRole.UserRole + 1

_Index = QModelIndex | QPersistentModelIndex
_KNOWN_CATEGORIES = ("painting", "print", "pattern", OWN_CATEGORY)


class GalleryModel(QAbstractListModel):
    """Rows are cards. CARD_ROLE: the Card. IS_SELECTED_ROLE: whether its style is on the artwork now."""

    def __init__(self, cards: Sequence[Card], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self._category = ""
        self._selected: frozenset[str] = frozenset()
        self._shown = self._take(cards)

    @property
    def cards(self) -> tuple[Card, ...]:
        """All cards, shown or not."""
        return self._cards

    def set_cards(self, cards: Sequence[Card]) -> None:
        """Show other cards under the same search; rows that stay are left alone, and with them the view's place."""
        before, after = self._shown, self._take(cards)
        shorter = min(len(before), len(after))
        same = takewhile(lambda row: before[row] == after[row], range(shorter))
        head = sum(1 for _ in same)
        same = takewhile(lambda row: before[-1 - row] == after[-1 - row], range(shorter - head))
        tail = sum(1 for _ in same)
        if len(before) == len(after) and all(old.id == new.id for old, new in zip(before, after, strict=True)):
            self._shown = after
            if head < len(after):  # the same styles, and something else is said of them
                self.dataChanged.emit(self.index(head), self.index(len(after) - tail - 1))
            return
        if len(before) > head + tail:
            self.beginRemoveRows(QModelIndex(), head, len(before) - tail - 1)
            self._shown = [*before[:head], *before[len(before) - tail :]]
            self.endRemoveRows()
        if len(after) > head + tail:
            self.beginInsertRows(QModelIndex(), head, len(after) - tail - 1)
            self._shown = after
            self.endInsertRows()

    def filter(self, words: str, category: str) -> None:
        """Show what has all the words in title, artist or year; category "" is all."""
        if (words, category) == (self._words, self._category):
            return
        self.beginResetModel()
        self._words, self._category = words, category
        self._shown = self._matching()
        self.endResetModel()

    def set_selected(self, ids: Iterable[str]) -> None:
        """Mark the styles that are on the artwork now."""
        before, self._selected = self._selected, frozenset(ids)
        changed = before ^ self._selected
        for row, card in enumerate(self._shown):
            if card.id in changed:
                self.dataChanged.emit(self.index(row), self.index(row), [IS_SELECTED_ROLE])

    def categories(self) -> tuple[str, ...]:
        """The categories there are, the artist's own among them in any case: known ones in order, others by name."""
        found = {card.category for card in self._cards if card.category} | {OWN_CATEGORY}
        known = tuple(name for name in _KNOWN_CATEGORIES if name in found)
        return known + tuple(sorted(found.difference(_KNOWN_CATEGORIES)))

    def row_of(self, card_id: str) -> int:
        """The row that shows the card, or -1."""
        return next((row for row, card in enumerate(self._shown) if card.id == card_id), -1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        card = self._shown[index.row()]
        if role == CARD_ROLE:
            return card
        if role == IS_SELECTED_ROLE:
            return card.id in self._selected
        if role == Qt.ItemDataRole.DisplayRole:
            return card.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip("\n".join(filter(None, (card.title, ", ".join(filter(None, (card.author, card.year)))))))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (card.title, card.author, card.year, self.tr("in use") if card.id in self._selected else "")
            return ", ".join(filter(None, parts))
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeTypes(self) -> list[str]:
        return [STYLE_MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        if indexes:
            data.setData(STYLE_MIME_TYPE, os.fsencode(self._shown[indexes[0].row()].id))
        return data

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def _take(self, cards: Sequence[Card]) -> list[Card]:
        """The cards to be shown of these."""
        self._cards = tuple(cards)
        self._searched = [f"{card.title}\n{card.author}\n{card.year}".casefold() for card in self._cards]
        if self._category not in self.categories():
            self._category = ""
        return self._matching()

    def _matching(self) -> list[Card]:
        words = self._words.casefold().split()
        return [
            card
            for card, text in zip(self._cards, self._searched, strict=True)
            if self._category in ("", card.category) and all(word in text for word in words)
        ]
