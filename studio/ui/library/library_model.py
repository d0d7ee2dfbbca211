"""LibraryModel: pictures of the library as rows for a view; what is in sight is read, and nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.core.displayable import displayable
from studio.core.library.search import By, Hit
from studio.ui.library.library_entries import Entry, Label, LibraryEntries
from studio.ui.library.questions import Found
from studio.ui.widgets.plain_text import tool_tip

ROW_ROLE = Qt.ItemDataRole.UserRole
ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1
NOTE_ROLE = Qt.ItemDataRole.UserRole + 2

_Index = QModelIndex | QPersistentModelIndex


class LibraryModel(QAbstractListModel):
    """ROW_ROLE: the picture's row in the index. ENTRY_ROLE: its Entry, None until it is read. NOTE_ROLE: why it is
    among what is alike, in a few words.
    """

    def __init__(self, entries: LibraryEntries, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries = entries
        self._rows: NDArray[np.int64] = np.zeros(0, np.int64)
        self._found: Found | None = None
        self._classifier = ""  # whose labels are shown where there is room for one

    def show_labels_of(self, classifier: str) -> None:
        """Show what this classifier said, where there is room for one only."""
        self._classifier = classifier

    @property
    def rows(self) -> NDArray[np.int64]:
        """The rows of the index that are shown, in order."""
        return self._rows

    def show_found(self, found: Found) -> bool:
        """Show another answer; whether other pictures, or the same in another order."""
        is_other = not np.array_equal(found.rows, self._rows)
        if is_other:
            self.beginResetModel()
            self._rows, self._found = found.rows, found
            self.endResetModel()
        else:
            self._found = found
        return is_other

    def places_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where these rows of the index are shown, in ascending order; those that are not are left out."""
        return np.flatnonzero(np.isin(self._rows, rows)) if len(rows) else np.zeros(0, np.int64)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = int(self._rows[index.row()])
        if role == ROW_ROLE:
            return row
        if role == NOTE_ROLE:
            return self._note(row)
        if role not in (
            ENTRY_ROLE,
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        entry = self._entries.entry(row)
        if role == Qt.ItemDataRole.AccessibleTextRole and entry is None:
            return self.tr("Picture {}, not read yet").format(index.row() + 1)
        if role == ENTRY_ROLE or entry is None:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip("\n".join(self.about(entry)))
        return ", ".join(filter(None, (entry.title, by_line(entry), self._note(row), *map(self.label, entry.labels))))

    def shown_label(self, entry: Entry) -> str:
        """What is shown where there is room for one label, "" without any."""
        own = [label for label in entry.labels if label.model == self._classifier] or list(entry.labels)
        return self.label(own[0]) if own else ""

    def label(self, label: Label) -> str:
        """What a classifier said, never without its certainty."""
        said = displayable(label.label) or self.tr("unknown")
        return self.tr("{}: {:.2f}; not an attribution").format(said, label.certainty)

    def about(self, entry: Entry) -> list[str]:
        """All that is known of a picture, in lines."""
        facts, note = entry.picture.facts, self._note(entry.picture.row)
        lines = [entry.title, by_line(entry), ", ".join(filter(None, (facts.medium, facts.region, facts.licence)))]
        if not facts.may_learn:
            lines.append(self.tr("Its owner does not allow learning from it."))
        lines += [note, *(f"{displayable(label.model)}: {self.label(label)}" for label in entry.labels)]
        if entry.labels:
            lines.append(self.tr("A classifier is not an attribution."))
        return [*filter(None, lines), displayable(str(entry.picture.path))]

    def _note(self, row: int) -> str:
        found = self._found
        if found is None:
            return ""
        if row in found.copies:
            return self.tr("Picture {}").format(found.copies[row])
        hit = found.hits.get(row)
        return "" if hit is None else self._reasons(hit)

    def _reasons(self, hit: Hit) -> str:
        """Such as "style 0.81, palette 0.62", what was asked for first."""
        names: dict[By, str] = {
            "style": self.tr("style"),
            "subject": self.tr("subject"),
            "palette": self.tr("palette"),
        }
        shares = self._found.question.shares if self._found is not None else {}
        kinds = sorted(names, key=lambda kind: shares.get(kind, 0) == 0)
        return ", ".join(f"{names[kind]} {hit.reasons[kind]:.2f}" for kind in kinds)


def by_line(entry: Entry) -> str:
    """Who made it, and when."""
    return ", ".join(filter(None, (entry.picture.facts.author, entry.picture.facts.year)))
