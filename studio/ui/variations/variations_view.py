"""VariationsView: the grid of variations over the canvas, with what they differ in above it."""

from __future__ import annotations

from functools import partial

import shiboken6
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.images.picture_pyramid import qimage
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.variations.axes import COUNTS, axis_name, is_drawn
from studio.ui.variations.variation_tile import LABEL_HEIGHT, VariationTile
from studio.ui.variations.variations_controller import VariationsController
from studio.ui.widgets.flow_layout import FlowLayout
from studio.ui.widgets.form_row import label_for_screen_readers
from studio.ui.widgets.plain_text import PlainLabel, tool_tip
from studio.ui.widgets.tool_buttons import tool_button


class VariationsView(QWidget):
    """Covers `canvas` while variations are open. Escape leaves; the arrow keys go from one to the other."""

    def __init__(self, controller: VariationsController, action: QAction, canvas: QWidget) -> None:
        """action: opens and closes it."""
        super().__init__(canvas)
        self._canvas = canvas
        self._controller = controller
        self._action = action
        self._photo: QPixmap | None = None
        self._columns = 1
        self._covered: dict[QWidget, Qt.FocusPolicy] = {}  # what Tab does not go to meanwhile, as it is out of sight
        self.tiles: list[VariationTile] = []
        set_role(self, "variations")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Variations"))
        self.across = self._make_box(self.tr("From left to right"))
        self.down = self._make_box(self.tr("From top to bottom"))
        self.count = self._make_box(self.tr("How many"))
        for count in COUNTS:
            self.count.addItem(str(count), count)
        self.others = tool_button("reset", self.tr("Others"), self.tr("Draw other seeds, styles and mixes"))
        self.stop = tool_button("stop", self.tr("Stop"), self.tr("Paint no more of them"))
        self.leave = tool_button("close", "", self.tr("Back to the artwork (Esc)"))
        for button in (self.others, self.stop, self.leave):
            button.setIconSize(QSize(16, 16))
        self._hint = PlainLabel()
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        set_role(self._hint, "caption-on-canvas")
        self._grid = QWidget()
        self._grid.installEventFilter(self)
        self._arrange()
        for box in (self.across, self.down, self.count):
            label_for_screen_readers(box, box.toolTip())
        canvas.installEventFilter(self)
        self.others.clicked.connect(controller.draw_others)
        self.stop.clicked.connect(self._stop_or_go_on)
        self.leave.clicked.connect(controller.close)
        for box in (self.across, self.down, self.count):
            box.currentIndexChanged.connect(self._choose)
        controller.planned.connect(self._show_plan)
        controller.painted.connect(self._show_tile)
        controller.changed.connect(self._show_state)
        controller.closed.connect(self._end)
        action.toggled.connect(self._toggle)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(event, QResizeEvent):
            if watched is self._grid:  # also where the hint takes another line
                self._place_tiles()
                self._choose_labels()
            else:
                self.setGeometry(0, 0, event.size().width(), event.size().height())
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._controller.close()
        else:
            super().keyPressEvent(event)

    @Slot(bool)
    def _toggle(self, is_wanted: bool) -> None:
        if not is_wanted:
            self._controller.close()
            return
        self._controller.open()
        if not self._controller.is_open:
            self._action.setChecked(False)
            return
        self._show_axes()
        self._show_state()
        self.setGeometry(self._canvas.rect())
        self.show()
        self.raise_()
        self.setFocus()
        self._keep_focus_off_the_canvas()

    @Slot()
    def _end(self) -> None:
        had_focus = self.isAncestorOf(self.focusWidget() or self) or self.hasFocus()
        self.hide()
        for widget, policy in self._covered.items():
            if shiboken6.isValid(widget):
                widget.setFocusPolicy(policy)
        self._covered = {}
        self._action.setChecked(False)
        for tile in self.tiles:
            tile.deleteLater()
        self.tiles = []
        if had_focus:
            self._canvas.setFocus()

    def _keep_focus_off_the_canvas(self) -> None:
        for widget in (self._canvas, *self._canvas.findChildren(QWidget)):
            if widget is not self and not self.isAncestorOf(widget) and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                self._covered[widget] = widget.focusPolicy()
                widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @Slot()
    def _show_plan(self) -> None:
        controller = self._controller
        # None is in a pattern, nor has a pattern its shape.
        has_photo = any(tile.variation.state.recipe.method != "pattern" for tile in controller.tiles)
        photo = controller.photo if has_photo else None
        self._photo = None if photo is None else QPixmap.fromImage(qimage(photo.pixels))
        had_focus = self.hasFocus()
        while len(self.tiles) > len(controller.tiles):
            self.tiles.pop().deleteLater()
        while len(self.tiles) < len(controller.tiles):
            self.tiles.append(self._make_tile(len(self.tiles)))
        before: QWidget = self.leave
        for tile in self.tiles:
            QWidget.setTabOrder(before, tile)
            before = tile
        self._show_axes()
        self._place_tiles()
        for number in range(len(self.tiles)):
            self._show_tile(number)
        self._choose_labels()
        self._show_state()
        if had_focus and self.tiles:
            present = (n for n, tile in enumerate(controller.tiles) if tile.variation.is_present)
            self.tiles[next(present, 0)].setFocus()

    @Slot(int)
    def _show_tile(self, number: int) -> None:
        self.tiles[number].show_tile(self._controller.tiles[number], self._photo)
        self._show_hint()

    def _choose_labels(self) -> None:
        """All tiles name what differs, or none does: a grid is read by its rows and columns."""
        is_brief = not all(tile.has_room for tile in self.tiles)
        for tile in self.tiles:
            tile.set_brief(is_brief)

    @Slot()
    def _show_state(self) -> None:
        controller = self._controller
        is_complete = controller.done == len(controller.tiles)
        self.stop.setText(self.tr("Stop") if controller.is_running else self.tr("Go on"))
        self.stop.setIcon(icon("stop" if controller.is_running else "finish"))
        tip = self.tr("Paint no more of them") if controller.is_running else self.tr("Paint the rest of them")
        self.stop.setToolTip(tool_tip(tip))
        self.stop.setAccessibleName(self.stop.text())
        self.stop.setEnabled(controller.is_running or not is_complete)
        self.others.setVisible(is_drawn(controller.across) or is_drawn(controller.down))
        self._show_hint()

    def _show_hint(self) -> None:
        controller = self._controller
        done, count = controller.done, len(controller.tiles)
        text = self.tr("A click takes one, Space keeps it in the history, Esc leaves.")
        if done < count:
            drafts = self.tr("1 of {1} is a draft.") if done == 1 else self.tr("{0} of {1} are drafts.")
            text = drafts.format(done, count) + " " + text
        self._hint.setText(text)

    def _show_axes(self) -> None:
        controller = self._controller
        axes = controller.axes
        with QSignalBlocker(self.across), QSignalBlocker(self.down), QSignalBlocker(self.count):
            for box, chosen in ((self.across, controller.across), (self.down, controller.down)):
                box.clear()
                if box is self.down:
                    box.addItem(self.tr("Nothing else"), None)
                for axis in axes:
                    box.addItem(axis_name(axis), axis)
                box.setCurrentIndex(max(0, box.findData(chosen)))
            self.count.setCurrentIndex(self.count.findData(controller.count))

    @Slot()
    def _choose(self) -> None:
        across, down = self.across.currentData(), self.down.currentData()
        self._controller.choose(across, None if down == across else down, self.count.currentData())

    @Slot()
    def _stop_or_go_on(self) -> None:
        self._controller.stop() if self._controller.is_running else self._controller.go_on()

    def _move_focus(self, number: int, across: int, down: int) -> None:
        row, column = divmod(number, self._columns)
        place = (row + down) * self._columns + column + across
        if 0 <= column + across < self._columns and 0 <= place < len(self.tiles):
            self.tiles[place].setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_tile(self, number: int) -> VariationTile:
        tile = VariationTile(self._grid)
        tile.clicked.connect(partial(self._controller.take, number))
        tile.keep_requested.connect(partial(self._controller.keep, number))
        tile.moved.connect(partial(self._move_focus, number))
        tile.show()
        return tile

    def _place_tiles(self) -> None:
        """Side by side in the columns of the grid, all of one size, and no larger than their pictures fill."""
        count = len(self.tiles)
        columns, rows = COUNTS[self._controller.count]
        self._columns = columns
        room = self._grid.size()
        width = (room.width() - GRID * (columns - 1)) // columns
        height = (room.height() - GRID * (rows - 1)) // rows
        if self._photo is not None:
            shape = self._photo.size().scaled(width, height - LABEL_HEIGHT, Qt.AspectRatioMode.KeepAspectRatio)
            width, height = max(shape.width(), 64), shape.height() + LABEL_HEIGHT
        left = (room.width() - columns * width - GRID * (columns - 1)) // 2
        top = (room.height() - rows * height - GRID * (rows - 1)) // 2
        for number in range(count):
            row, column = divmod(number, columns)
            self.tiles[number].setGeometry(left + column * (width + GRID), top + row * (height + GRID), width, height)

    def _make_box(self, name: str) -> QComboBox:
        box = QComboBox()  # named where it is put into its place
        box.setToolTip(tool_tip(name))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        return box

    def _arrange(self) -> None:
        title, cross = PlainLabel(self.tr("Variations")), PlainLabel("\N{MULTIPLICATION SIGN}")
        set_role(title, "title")
        for part in (title, cross, self.others, self.stop, self.leave):
            part.setFixedHeight(self.count.sizeHint().height())
        head = QHBoxLayout()
        head.setSpacing(GRID)
        choices = FlowLayout(GRID)
        for widget in (
            title, self.across, cross, self.down, self.count, self.others, self.stop
        ):  # fmt: skip
            choices.addWidget(widget)
        head.addLayout(choices, 1)
        head.addWidget(self.leave, 0, Qt.AlignmentFlag.AlignTop)
        box = QVBoxLayout(self)
        box.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        box.setSpacing(GRID)
        box.addLayout(head)
        box.addWidget(self._grid, 1)
        box.addWidget(self._hint)
