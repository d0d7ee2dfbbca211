"""ClassTable: the classes with their pictures and works, how uneven they are, and what is left out, in words."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from studio.core.curator.examples import Collection, imbalance
from studio.core.displayable import displayable, shortened
from studio.ui.curator.training_set import Source
from studio.ui.theme.theme import GRID, color, set_role
from studio.ui.widgets.plain_text import PlainLabel, tool_tip

_MOST_ROWS = 200
_LONGEST_NAME = 60  # characters of a class
_NAMED = 3  # pictures that are named before "and more"
_ROW = 22  # px


class ClassTable(QWidget):
    """Shows a Collection: what is learnt from first, and then, muted, classes that are too small."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = PlainLabel()
        self.summary.setWordWrap(True)
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels([self.tr("Class"), self.tr("Pictures"), self.tr("Works")])
        self.table.setAccessibleName(self.tr("Classes"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(_ROW)
        self.table.setMinimumHeight(7 * _ROW)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
            if item := self.table.horizontalHeaderItem(column):
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._gap = QWidget()  # keeps the invitation at the top while there is no table
        self.left_out = PlainLabel()
        self.left_out.setWordWrap(True)
        set_role(self.left_out, "caption")
        column_box = QVBoxLayout(self)
        column_box.setContentsMargins(0, 0, 0, 0)
        column_box.setSpacing(GRID // 2)
        for widget in (self.summary, self.table, self.left_out):
            column_box.addWidget(widget, 1 if widget is self.table else 0)
        column_box.addWidget(self._gap, 1)
        self.show_collection(None, None, is_sorting=False)

    def show_collection(self, source: Source | None, found: Collection | None, *, is_sorting: bool) -> None:
        """Show this; None while nothing is chosen, or while it is looked through."""
        self.table.setVisible(found is not None)
        self._gap.setVisible(found is None)
        self.table.setRowCount(0)
        if found is None:
            invitation = self.tr("Drop a folder here whose subfolders are the classes, such as one for each artist.")
            looking = self.tr("Looking through the pictures…")
            self.summary.setText(looking if is_sorting else invitation)
            self.left_out.setText("")
            return
        self._fill(found)
        words, problem = [], self._problem(source, found)
        if problem:
            words.append(problem)
        else:
            works = len(set(zip(found.examples.labels, found.examples.works, strict=True)))
            text = self.tr("{} classes, {} pictures of {} works.")
            words.append(text.format(len(found.examples.names), len(found.examples.paths), works))
            words.append(imbalance(found.examples) or self.tr("The classes are about equally large."))
        set_role(self.summary, "error" if problem else "")
        self.summary.setText(" ".join(words))
        self.left_out.setText("\n".join(self._left_out(found)))
        self.left_out.setVisible(bool(self.left_out.text()))

    def _fill(self, found: Collection) -> None:
        examples = found.examples
        counts = Counter(examples.labels)
        works = Counter(label for label, _ in set(zip(examples.labels, examples.works, strict=True)))
        rows = [(name, count, works[name], False) for name, count in counts.most_common()]
        rows += [(name, pictures, own, True) for name, (pictures, own) in found.small.items()]
        rows = rows[:_MOST_ROWS]
        self.table.setRowCount(len(rows))
        for number, (name, count, own, is_small) in enumerate(rows):
            shown = shortened(displayable(name), _LONGEST_NAME)
            about = self.tr("{}: left out, too few works").format(name) if is_small else name
            for column, text in enumerate((shown, f"{count:,}", f"{own:,}")):
                item = QTableWidgetItem(text)
                item.setToolTip(tool_tip(about))
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if is_small:
                    item.setForeground(color("muted"))
                    left_out = self.tr("left out")
                    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{text}, {left_out}")
                self.table.setItem(number, column, item)

    def _problem(self, source: Source | None, found: Collection) -> str:
        """Why nothing can be learnt from it, "" if it can."""
        if found.is_enough:
            return ""
        pictures = len(found.examples.paths) + sum(count for count, _ in found.small.values())
        if source is not None and source.by == "folder":
            name = source.folder.name if source.folder is not None else ""
            if not pictures and not found.forbidden and not found.unlabelled:
                return self.tr("There are no pictures in {}.").format(name)
            if not pictures and not found.forbidden:
                return self.tr(
                    "The pictures of {} lie in no subfolders. Make a folder for each class and put the pictures in."
                ).format(name)
        elif not pictures and not found.forbidden and not found.unlabelled:
            nothing = self.tr("There are no pictures in the library yet.")
            unselected = self.tr("Select pictures in the library first.")
            return unselected if source is not None and source.is_selected else nothing
        elif not pictures and not found.forbidden:
            return self.tr(
                "Nothing of that is known of these pictures. It is read from a MANIFEST.tsv or from cards beside them."
            )
        if len(found.examples.names) + len(found.small) < 2:
            return self.tr("There is only one class; at least two are needed.")
        return self.tr("Fewer than two classes have {} works or more. Add pictures, or ask for fewer works.").format(
            found.least_works
        )

    def _left_out(self, found: Collection) -> list[str]:
        lines = [displayable(problem) for problem in found.problems]
        if found.small:
            names = ", ".join(shortened(displayable(name), _LONGEST_NAME) for name in list(found.small)[:_NAMED])
            more = self.tr(" and {} more").format(len(found.small) - _NAMED) if len(found.small) > _NAMED else ""
            text = self.tr("Left out, with fewer than {} works: {}{}.")
            lines.append(text.format(found.least_works, names, more))
        if found.forbidden:
            names = ", ".join(path.name for path in found.forbidden[:_NAMED])
            count = len(found.forbidden)
            more = self.tr(" and {} more").format(count - _NAMED) if count > _NAMED else ""
            lines.append(self.tr("Left out, as they forbid learning from them: {}{}.").format(names, more))
        if found.unlabelled:
            text = self.tr("{} pictures belong to no class and are left out.")
            one = self.tr("One picture belongs to no class and is left out.")
            lines.append(one if found.unlabelled == 1 else text.format(found.unlabelled))
        return lines
