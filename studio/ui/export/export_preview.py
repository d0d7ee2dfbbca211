"""ExportPreview: the picture that will be written, what it is in words, and the offer to make a better one first."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.core.picture import Picture
from studio.ui.images.picture_pyramid import whole_image
from studio.ui.session.shown_picture import ShownPicture, percent
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.plain_text import PlainLabel

translate = QCoreApplication.translate
_EDGE = 112  # px
_OVERSAMPLING = 3  # far more pixels than are seen only cost time


class ExportPreview(QWidget):
    """Signals: better_wanted(), the artist would rather have the finished picture."""

    better_wanted = Signal()

    def __init__(self, picture: Picture, shown: ShownPicture | None, can_finish: bool) -> None:
        """can_finish: whether there is a style to finish it in, or a Finish under way."""
        super().__init__()
        self.thumbnail = PlainLabel()
        self.thumbnail.setPixmap(_thumbnail(picture, self.devicePixelRatioF()))
        self.thumbnail.setAccessibleName(self.tr("The picture to be exported"))
        self.kind = PlainLabel(kind_in_words(shown))
        self.kind.setWordWrap(True)
        self.dimensions = PlainLabel(self.tr("{} × {} px, as on the canvas").format(picture.width, picture.height))
        set_role(self.dimensions, "caption")
        self.better = QPushButton(self._offer(shown))
        self.better.setAutoDefault(False)  # Enter in a field exports
        self.better.setAccessibleDescription(self.tr("Closes this dialog; a message says when the picture is finished"))
        self.better.clicked.connect(self.better_wanted)
        self.better.setVisible(can_finish and shown is not None and shown.kind != "finished")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addStretch(1)
        words.addWidget(self.kind)
        words.addWidget(self.dimensions)
        words.addWidget(self.better, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self.thumbnail)
        row.addLayout(words, 1)

    def _offer(self, shown: ShownPicture | None) -> str:
        kind = "finished" if shown is None else shown.kind
        if kind == "painting":
            return self.tr("Wait for Finish")
        return self.tr("Continue first") if kind == "stopped" else self.tr("Finish first")


def kind_in_words(shown: ShownPicture | None) -> str:
    """What the picture on the canvas is, in a sentence; None: a finished one."""
    kind = "finished" if shown is None else shown.kind
    painted = percent(0.0 if shown is None else shown.progress)
    stopped = 0.0 if shown is None else shown.result.progress
    return {
        "photo": translate("ExportPreview", "The photo; nothing is painted yet."),
        "live": translate("ExportPreview", "The Live preview of the larger network: a sketch of what Finish paints.")
        if shown is not None and shown.is_fine
        else translate("ExportPreview", "The Live preview: a quick sketch of what Finish paints."),
        "draft": translate("ExportPreview", "The draft: Live refined, not finished."),
        "painting": translate("ExportPreview", "The picture so far, {} painted. Finish goes on meanwhile.").format(
            painted
        ),
        "stopped": translate("ExportPreview", "The picture as it was when it was stopped, at {}.").format(
            percent(stopped)
        )
        if stopped
        else translate("ExportPreview", "The picture as far as it was painted when it was stopped."),
        "outdated": translate("ExportPreview", "The picture as it was painted, with other settings than now."),
        "finished": translate("ExportPreview", "The finished picture."),
    }[kind]


def _thumbnail(picture: Picture, pixel_ratio: float) -> QPixmap:
    """The whole picture in a square of _EDGE px."""
    edge = round(_EDGE * pixel_ratio)
    stride = max(1, picture.long_edge // (_OVERSAMPLING * edge))
    image = whole_image(picture, stride)
    size = QSize(picture.width, picture.height).scaled(edge, edge, Qt.AspectRatioMode.KeepAspectRatio)
    size = size.expandedTo(QSize(1, 1))
    whole = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    pixmap = QPixmap.fromImage(whole)
    pixmap.setDevicePixelRatio(pixel_ratio)
    return pixmap
