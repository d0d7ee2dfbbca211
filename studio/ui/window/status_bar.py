"""The line at the bottom: the device, what the engine is doing, and the size and zoom of the picture."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from studio.core.durations import clock
from studio.core.engine_api.contract import Frame
from studio.ui.actions.actions import Actions
from studio.ui.batch.batch_queue import BatchQueue
from studio.ui.finetune.tune_controller import TuneController
from studio.ui.session.session import Session
from studio.ui.session.shown_picture import percent
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.plain_text import PlainLabel, tool_tip
from studio.ui.widgets.progress_line import ProgressLine

HEIGHT = 24  # px
_GAP = "   "
_LONG = 3600.0  # s that a Finish may have left


class StatusBar(QFrame):
    """Shows the session's state in words."""

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        set_role(self, "bar")
        self.setFixedHeight(HEIGHT)
        self.device = ElidedLabel()
        self.progress = PlainLabel()
        self.progress.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._reserve(self.progress, _GAP.join((self._finish(1.0), self._step(100, 100), self._left(_LONG))))
        self.bar = ProgressLine(self.tr("Progress"))
        self.bar.setFixedWidth(120)
        self.stop = _caption_button(icon("stop"))
        self.stop.setText(self.tr("Stop"))
        self.stop.setToolTip(actions["stop"].toolTip())
        self.stop.setAccessibleName(self.tr("Stop"))
        self.stop.clicked.connect(actions["stop"].trigger)
        self.batch = _button_of(actions["render_many"], icon("many"))
        self.lesson = _button_of(actions["teach"], icon("style"))
        self.size_label = PlainLabel()
        self.size_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._reserve(self.size_label, self._preview_of(_pixels(8888, 8888)))
        self.zoom_label = PlainLabel()
        self.zoom_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._reserve(self.zoom_label, self._zoom(16.0))
        for label in (self.device, self.progress, self.size_label, self.zoom_label):
            set_role(label, "caption")
        self._arrange()
        for signal in (session.state_changed, session.recipe_changed, session.content_changed, session.frame_arrived):
            signal.connect(self._show_state)
        self._show_state()

    @Slot(float)
    def show_zoom(self, zoom: float) -> None:
        """Show the canvas's zoom; 1 is one pixel on one pixel."""
        self.zoom_label.setText(self._zoom(zoom))

    def show_canvas(self, is_shown: bool) -> None:
        """Tell the size and the zoom of the picture on the canvas, or nothing of them while another room is shown."""
        self.size_label.setVisible(is_shown)
        self.zoom_label.setVisible(is_shown)

    def watch_batch(self, queue: BatchQueue) -> None:
        """Show how far a batch in the background is, as a button that opens its window."""

        def show() -> None:
            self.batch.setVisible(queue.is_running)
            self.batch.setText(self.tr("Batch: {} of {}").format(queue.statuses.tried, len(queue.statuses)))

        queue.state_changed.connect(show)
        queue.report_changed.connect(show)

    def watch_lesson(self, controller: TuneController) -> None:
        """The same of a style that is being learnt."""

        def show() -> None:
            self.lesson.setVisible(controller.is_learning)
            self.lesson.setText(self.tr("Lesson: {}").format(percent(controller.progress)))

        controller.state_changed.connect(show)
        controller.step_arrived.connect(show)

    @Slot()
    def _show_state(self) -> None:
        info, run = self._session.engine.info, self._session.finishing.run
        if info is not None:
            self.device.setText(self._device(info.device, info.memory))
        elif self._session.engine.has_failed:
            self.device.setText(self.tr("The engine is not running"))
        else:
            self.device.setText(self.tr("The engine is starting"))
        self._show_size()
        for widget in (self.progress, self.bar, self.stop):
            widget.setVisible(run is not None)
        if run is None:
            return
        self.bar.show_progress(run.progress)
        self.stop.setEnabled(not run.is_stopping)
        if run.is_stopping:
            self.progress.setText(self.tr("Stopping…"))
            return
        parts = [self._finish(run.progress)]
        if run.steps:
            parts.append(self._step(run.step, run.steps))
        elif run.note:
            parts.append(run.note)
        if run.seconds_left is not None:
            parts.append(self._left(run.seconds_left))
        self.progress.setText(_GAP.join(parts))
        self._show_losses(run.frame)

    def _show_size(self) -> None:
        """The size of the picture on the canvas; of a preview, what it stands for."""
        shown, size = self._session.on_canvas.shown, self._session.on_canvas.size
        if shown is None or size is None:
            self.size_label.setText("")
            return
        words = _pixels(*size)
        present = shown.picture.width, shown.picture.height
        if shown.is_painted and present != size:
            self.size_label.setText(self._preview_of(words))
            about = self.tr("The picture will have {}; the preview has {}.").format(words, _pixels(*present))
            self.size_label.setToolTip(tool_tip(about))
        else:
            self.size_label.setText(words)
            self.size_label.setToolTip("")

    def _show_losses(self, frame: Frame | None) -> None:
        """How far the picture is from photo and style, for those who want to know: as a tooltip."""
        losses = frame.losses if frame is not None else {}
        lines = [f"{name.capitalize()}: {value:.3g}" for name, value in losses.items()]
        tip = (
            "\n".join([self.tr("How far the picture still is from style and photo (losses of this step)"), *lines])
            if lines
            else ""
        )
        for widget in (self.progress, self.bar):
            widget.setToolTip(tool_tip(tip))
            widget.setAccessibleDescription(tip)

    def _reserve(self, label: PlainLabel, widest: str) -> None:
        """Keep so much room that nothing jumps when numbers change."""
        label.setMinimumWidth(self.fontMetrics().horizontalAdvance(widest))

    def _finish(self, progress: float) -> str:
        return self.tr("Finish {}").format(percent(progress))

    def _step(self, step: int, steps: int) -> str:
        return self.tr("step {}/{}").format(step, steps)

    def _left(self, seconds: float) -> str:
        return self.tr("{} left").format(clock(seconds))

    def _preview_of(self, size: str) -> str:
        return self.tr("preview of {}").format(size)

    def _zoom(self, zoom: float) -> str:
        return self.tr("zoom {} %").format(round(100 * zoom))

    def _device(self, device: str, memory: int | None) -> str:
        return self.tr("{}, {:.1f} GB free").format(device, memory / 1e9) if memory else device

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self.device, 1)
        row.addWidget(self.progress)
        row.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.stop)
        row.addWidget(self.batch)
        row.addWidget(self.lesson)
        row.addStretch(1)
        row.addWidget(self.size_label)
        row.addWidget(self.zoom_label)


def _caption_button(sign: QIcon) -> QToolButton:
    button = QToolButton()
    button.setIcon(sign)
    button.setIconSize(QSize(14, 14))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setStyleSheet("QToolButton { padding: 0 6px; } QToolButton:focus { padding: 0 5px; }")
    set_role(button, "caption")
    return button


def _button_of(action: QAction, sign: QIcon) -> QToolButton:
    """A button, hidden at first, that opens what goes on in the background."""
    button = _caption_button(sign)
    button.setToolTip(action.toolTip())
    button.setAccessibleName(action.text())
    button.clicked.connect(action.trigger)
    button.hide()
    return button


def _pixels(width: int, height: int) -> str:
    return f"{width} \N{MULTIPLICATION SIGN} {height} px"
