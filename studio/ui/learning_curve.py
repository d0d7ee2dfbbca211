"""LearningCurve: the loss of each step and of each judgement, with the best one marked, drawn in the studio's colours.

Painted here and not by pyqtgraph: two lines and a dot need no plotting library, which would bring its own colours, its
own fonts and half a second of imports.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.core.contract import Lesson
from studio.ui.theme import color

_MARGIN = 8.0
_LINE = 16.0  # px for a line of text
_SMOOTHED = 9  # steps whose mean a point of the training line is: single ones jump with their pictures


class LearningCurve(QWidget):
    """Shows lessons. Where it is not seen, its accessible description tells the same in numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lessons: Sequence[Lesson] = ()
        self.setAccessibleName(self.tr("How learning goes"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(120)

    def sizeHint(self) -> QSize:
        return QSize(280, 150)

    def show_lessons(self, lessons: Sequence[Lesson]) -> None:
        """Show these, from the first on."""
        self._lessons = lessons
        best = self.best
        if best is not None and best.held_out is not None:
            text = self.tr("Loss {:.3f} on photos it does not learn from, best at step {}")
            self.setAccessibleDescription(text.format(best.held_out["total"], best.step))
        else:
            self.setAccessibleDescription("")
        self.update()

    @property
    def best(self) -> Lesson | None:
        """The lesson of the best judgement, or None."""
        return next((lesson for lesson in reversed(self._lessons) if lesson.is_best and lesson.held_out), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(_MARGIN, _LINE + _MARGIN, -_MARGIN, -_MARGIN)
        painter.setPen(QPen(color("muted")))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if len(self._lessons) < 2:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("The curve of learning will be here"))
            return
        training = _smoothed([(lesson.step, lesson.losses["total"]) for lesson in self._lessons if lesson.step])
        held_out = [(lesson.step, lesson.held_out["total"]) for lesson in self._lessons if lesson.held_out]
        losses = [loss for _, loss in (*training, *held_out)]
        low, high = min(losses), max(losses)
        steps = max(self._lessons[-1].steps, 1)

        def place(step: int, loss: float) -> QPointF:
            height = (loss - low) / (high - low) if high > low else 0.5
            return QPointF(area.left() + area.width() * step / steps, area.bottom() - 4 - (area.height() - 8) * height)

        self._draw_legend(painter)
        painter.setPen(QPen(color("muted"), 1.0))
        painter.drawPolyline(QPolygonF([place(*point) for point in training]))
        painter.setPen(QPen(color("accent"), 2.0))
        painter.drawPolyline(QPolygonF([place(*point) for point in held_out]))
        best = self.best
        if best is not None and best.held_out is not None:
            painter.setBrush(color("accent"))
            painter.drawEllipse(place(best.step, best.held_out["total"]), 4.0, 4.0)

    def _draw_legend(self, painter: QPainter) -> None:
        left = _MARGIN
        names = ((self.tr("learning"), "muted"), (self.tr("photos it has not seen"), "accent"))
        for name, role in names:
            painter.setPen(QPen(color(role), 2.0))  # type: ignore[arg-type]
            painter.drawLine(QPointF(left, _LINE - 4), QPointF(left + 14, _LINE - 4))
            painter.setPen(QPen(color("text")))
            painter.drawText(QPointF(left + 18, _LINE), name)
            left += 18 + painter.fontMetrics().horizontalAdvance(name) + 16
        best = self.best
        if best is not None and best.held_out is not None:
            text = self.tr("best {:.3f}").format(best.held_out["total"])
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.drawText(QPointF(self.width() - _MARGIN - width, _LINE), text)


def _smoothed(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    smooth = []
    for place, (step, _) in enumerate(points):
        window = [loss for _, loss in points[max(0, place + 1 - _SMOOTHED) : place + 1]]
        smooth.append((step, sum(window) / len(window)))
    return smooth
