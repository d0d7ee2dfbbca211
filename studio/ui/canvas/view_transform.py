"""ViewTransform: where on the canvas a picture is and how large; arithmetic only, in device pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace

LARGEST_ZOOM = 32.0
SMALLEST_SIDE = 32  # device px; a picture is never zoomed out of sight
MARGIN = 24  # device px around a fitted picture
_HOLD = 48  # device px of the picture that panning leaves on the canvas

Size = tuple[int, int]


@dataclass(frozen=True)
class ViewTransform:
    """zoom: device px per picture px. left, top: the picture's corner on the canvas, device px."""

    zoom: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def zoomed(self, zoom: float, x: float, y: float) -> ViewTransform:
        """Another zoom; the point of the picture at (x, y) stays there."""
        ratio = zoom / self.zoom
        return ViewTransform(zoom, x - (x - self.left) * ratio, y - (y - self.top) * ratio)

    def panned(self, dx: float, dy: float) -> ViewTransform:
        """Moved by device px."""
        return replace(self, left=self.left + dx, top=self.top + dy)

    def kept(self, picture: Size, canvas: Size) -> ViewTransform:
        """Moved back so far that some of the picture stays on the canvas."""
        left, top = (
            min(max(start, min(_HOLD, length * self.zoom) - length * self.zoom), room - min(_HOLD, length * self.zoom))
            for start, length, room in zip((self.left, self.top), picture, canvas, strict=True)
        )
        return replace(self, left=left, top=top)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """The point of the picture, in its px, that is at a place of the canvas."""
        return (x - self.left) / self.zoom, (y - self.top) / self.zoom


def fitted(picture: Size, canvas: Size, margin: float = MARGIN) -> ViewTransform:
    """The whole picture, as large as the canvas allows, in the middle."""
    room = [max(side - 2 * margin, 1) for side in canvas]
    zoom = min(room[0] / picture[0], room[1] / picture[1])
    return centred(picture, canvas, min(zoom, LARGEST_ZOOM))


def centred(picture: Size, canvas: Size, zoom: float) -> ViewTransform:
    """The picture's middle in the canvas's middle."""
    return ViewTransform(zoom, (canvas[0] - picture[0] * zoom) / 2, (canvas[1] - picture[1] * zoom) / 2)


def allowed_zoom(zoom: float, picture: Size) -> float:
    """The nearest zoom that shows something."""
    return min(max(zoom, min(1.0, SMALLEST_SIDE / max(picture))), LARGEST_ZOOM)
