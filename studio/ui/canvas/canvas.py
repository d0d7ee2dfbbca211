"""Canvas: the picture in the middle of the window: zoom, pan, before and after, and the place to drop things."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from studio.core.card import Card
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.picture import Picture
from studio.ui.canvas.background import CanvasBackground, next_background
from studio.ui.canvas.background_swatch import BackgroundSwatch
from studio.ui.canvas.before_after import BeforeAfter
from studio.ui.canvas.canvas_gestures import CanvasGestures
from studio.ui.canvas.canvas_menu import CanvasMenu
from studio.ui.canvas.drag_handle import DragHandle
from studio.ui.canvas.drawing.canvas_painter import Scene, paint_scene
from studio.ui.canvas.split_handle import STEPS, SplitHandle
from studio.ui.canvas.start_page import DEMO_SIZE, StartPage
from studio.ui.canvas.viewport import Viewport
from studio.ui.images.thumbnails import Thumbnails
from studio.ui.importing.drop_zones import DropZones
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.plain_text import PlainLabel, tool_tip


class Canvas(QWidget):
    """Shows the photo and the artwork in one frame: that of `set_size`, else the larger one's; others are scaled to it.

    Signals: view_changed(), the picture lies elsewhere or is larger or smaller; zoom_changed(float);
    background_changed(str); open_requested(); demo_chosen(Path); dropped(Drop); drag_wanted(QWidget), the picture is to
    be dragged out of the window, from there.
    """

    zoom_changed = Signal(float)
    background_changed = Signal(str)
    open_requested = Signal()
    demo_chosen = Signal(object)
    dropped = Signal(object)
    view_changed = Signal()
    drag_wanted = Signal(object)

    def __init__(
        self,
        demo: Sequence[Card],
        parent: QWidget | None = None,
        *,
        thumbnail_folder: Path | None = None,
        opener: PictureOpener | None = None,
    ) -> None:
        """demo: photos to try. thumbnail_folder: where their thumbnails are kept; None for the user's cache. opener:
        makes them.
        """
        super().__init__(parent)
        self._before_after = BeforeAfter(self)
        self._before_after.sharpened.connect(self.update)
        self._viewport = Viewport(self._before_after, self)
        self._viewport.moved.connect(self.update)
        self._viewport.moved.connect(self.view_changed)
        self._viewport.zoom_changed.connect(self.zoom_changed)
        self._is_comparing = False
        self._is_showing_before = self._is_side_by_side = self._is_repeated = False
        self._captions = (self.tr("Before"), self.tr("After"))
        self._background: CanvasBackground = "studio"
        self._badge_text = ""
        self._menu: CanvasMenu | None = None
        self._gestures = CanvasGestures(self, self._viewport, lambda: self.drag_wanted.emit(self))
        self._thumbnails = Thumbnails(DEMO_SIZE, self.devicePixelRatioF(), thumbnail_folder, self, opener)
        self._start_page = StartPage(demo, self._thumbnails, self)
        self._start_page.open_requested.connect(self.open_requested)
        self._start_page.demo_chosen.connect(self.demo_chosen)
        self.split = SplitHandle(self)
        self.split.valueChanged.connect(self.update)
        self.badge = PlainLabel(parent=self)
        set_role(self.badge, "badge")
        self.badge.hide()
        self.swatch = BackgroundSwatch(self)
        self.swatch.clicked.connect(self.show_next_background)
        self.handle = DragHandle(self)
        self.handle.drag_wanted.connect(lambda: self.drag_wanted.emit(self.handle))
        self.zones = DropZones(self)
        self.zones.dropped.connect(self.dropped)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 180)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Canvas"))
        self.setAccessibleDescription(self.tr("Arrow keys move the picture, plus and minus zoom."))

    @property
    def zoom(self) -> float:
        """Pixels of the screen per pixel of the picture: 1.0 is 100 %, on every screen."""
        return self._viewport.view.zoom

    @property
    def background(self) -> CanvasBackground:
        """What is around the picture."""
        return self._background

    @property
    def is_moved_by_hand(self) -> bool:
        """Whether any drag moves the picture now: Space is held."""
        return self._gestures.is_moved_by_hand

    @property
    def has_picture(self) -> bool:
        """Whether there is anything to see."""
        return not self._before_after.is_start_page

    @property
    def picture_place(self) -> QRectF:
        """Where the picture lies, in px of the canvas; empty without one, and where two lie side by side."""
        if not self.has_picture or (self._is_side_by_side and self._is_split()):
            return QRectF()
        view, frame, ratio = self._viewport.view, self._before_after.frame, self.devicePixelRatioF()
        width, height = round(frame.width() * view.zoom), round(frame.height() * view.zoom)
        return QRectF(round(view.left) / ratio, round(view.top) / ratio, width / ratio, height / ratio)

    def show_notice(self, text: str | None) -> None:
        """Where there is no picture, say this instead of asking for one; "": nothing at all; None: ask for one."""
        self._start_page.show_notice(text)

    def set_size(self, size: tuple[int, int] | None) -> None:
        """Say how large, in px, what is shown is or will be: zoom is in these, whatever pictures stand in for it.

        A larger or smaller one takes the same place on the screen.
        """
        frame = self._before_after.frame
        self._before_after.set_size(size)
        if self._before_after.frame != frame:
            self._viewport.follow_pictures(frame)
            self.update()

    def set_before(self, picture: Picture | None, *, keeps_view: bool = False) -> None:
        """Show another photo; the view fits it. keeps_view: it is the same photo, changed, and stays where it is."""
        frame = self._before_after.frame
        if self._before_after.set_before(picture, waits_for_levels=keeps_view):
            if not keeps_view:
                self._viewport.is_fitted = True
            self._viewport.follow_pictures(frame)
            self._place_halves()

    def set_after(self, picture: Picture | None) -> None:
        """Show another state of the artwork. The view stays; cheap enough for every frame."""
        frame = self._before_after.frame
        if self._before_after.set_after(picture):
            self._viewport.follow_pictures(frame)
            self._place_halves()

    def set_comparing(self, is_comparing: bool) -> None:
        """Divide the canvas by a line: the photo on its left, the artwork on its right."""
        self._is_comparing = is_comparing
        self._place_halves()

    def set_side_by_side(self, is_side_by_side: bool) -> None:
        """While comparing, show the whole of both, each in its half, and not one over the other."""
        self._is_side_by_side = is_side_by_side
        self._place_halves()

    def set_captions(self, left: str = "", right: str = "") -> None:
        """What the two sides of a comparison are called; "" for before and after."""
        self._captions = (left or self.tr("Before"), right or self.tr("After"))
        self.update()

    def set_showing_before(self, is_showing: bool) -> None:
        """Show the photo instead of the artwork, as long as it is on."""
        self._is_showing_before = is_showing
        self._place_halves()

    def set_repeated(self, is_repeated: bool) -> None:
        """Show copies of the picture all around it: for one that repeats without a seam."""
        self._is_repeated = is_repeated
        self._viewport.set_repeated(is_repeated)
        self.update()

    def set_badge(self, text: str, tip: str = "") -> None:
        """A word on the state of the picture, such as "Finishing 62 %"; "" for none. tip: what it means."""
        if (text, tip) != (self._badge_text, self.badge.accessibleDescription()):  # else all would be painted anew
            self.badge.setToolTip(tool_tip(tip))
            self.badge.setAccessibleDescription(tip)
            self._badge_text = text
            self._place_children()

    def set_background(self, background: CanvasBackground) -> None:
        """Choose what is around the picture."""
        if background != self._background:
            self._background = background
            self.swatch.show_background(background)
            self.background_changed.emit(background)
            self.update()

    @Slot()
    def show_next_background(self) -> None:
        """Put the next shade around the picture, after the last one the first."""
        self.set_background(next_background(self._background))

    def zoom_to_fit(self) -> None:
        """Show the whole picture, and keep it fitted when the canvas is resized."""
        self._viewport.fit()

    def zoom_to(self, factor: float) -> None:
        """Zoom around the middle of the canvas."""
        self._viewport.zoom_to(factor)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        if self.has_picture:
            self._gestures.wheel(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.has_picture or not self._gestures.press(event):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._gestures.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._gestures.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.has_picture:
            self._gestures.double_click(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.has_picture or not self._gestures.key(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._gestures.release_key(event)
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._gestures.leave()
        super().focusOutEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._menu is not None:  # not deleted on close: PySide crashes if its parent goes while it is open
            self._menu.deleteLater()
        self._menu = CanvasMenu(self, self)
        self._menu.popup(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._viewport.follow_canvas()
        self._place_children()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and self._gestures.pinch(event):
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._thumbnails.set_pixel_ratio(self.devicePixelRatioF())
            self._viewport.follow_canvas()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        place = 0.5 if self._is_side_by_side else self.split.value() / STEPS
        split = round(place * self.width() * ratio) if self._is_split() else None
        before, after = self._before_after.before, self._before_after.after
        scene = Scene(
            before=before,
            after=before if self._is_showing_before and before else after,
            frame=self._before_after.frame,
            view=self._viewport.view,
            background=self._background,
            split=split,
            is_side_by_side=self._is_side_by_side and split is not None,
            captions=self._captions,
            is_repeated=self._is_repeated,
        )
        painter = QPainter(self)
        painter.scale(1 / ratio, 1 / ratio)
        # One px more: at 125 % the last row of the screen may be covered in part, and nobody else would paint it.
        paint_scene(painter, scene, QRect(0, 0, *self._viewport.size).adjusted(0, 0, 1, 1), ratio)

    def _is_split(self) -> bool:
        return self._is_comparing and self._before_after.is_complete and not self._is_showing_before

    def _place_halves(self) -> None:
        self._viewport.set_columns(2 if self._is_side_by_side and self._is_split() else 1)
        self._place_children()

    def _place_children(self) -> None:
        self._start_page.setGeometry(self.rect())
        if self.has_picture and self._start_page.isAncestorOf(self.focusWidget() or self):
            self.setFocus()  # else hiding it would hand the focus to whatever comes next
        self._start_page.setVisible(not self.has_picture)
        self.split.place()
        self.split.setVisible(self._is_split() and not self._is_side_by_side)
        is_before = self._is_showing_before and self._before_after.is_complete
        text = self.tr("Before") if is_before else self._badge_text
        self.badge.setText(text)
        self.badge.setAccessibleName(text)
        self.badge.adjustSize()
        self.badge.move(12, self.height() - self.badge.height() - 12)
        self.badge.setVisible(bool(text) and self.has_picture)
        self.swatch.move(self.width() - self.swatch.width() - GRID, self.height() - self.swatch.height() - GRID)
        self.handle.move(self.swatch.x() - self.handle.width() - GRID // 2, self.swatch.y())
        for part in (self.swatch, self.handle):
            part.setVisible(self.has_picture)
        self.zones.setGeometry(self.rect())
        self.update()
