"""The map of a collection as one page that needs nothing else: thumbnails on a plane, to be zoomed and moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from studio.core.library.collection_page import collection_page, with_thumbnails
from studio.core.library.library_index import IndexedPicture
from studio.core.library.plane import Plane

NOTE = "Near each other means alike to a network, in style. It does not mean by the same artist, nor influenced."
LAYOUT_NOTES = {
    "pca": "PCA: what is far apart differs; what is near may still differ in other ways.",
    "umap": "UMAP: works close together are alike; distances between islands mean little.",
}
_METHODS = {"pca": "principal components of the style vectors", "umap": "UMAP of the style vectors"}
_DIGITS = 4


def map_values(pictures: Sequence[IndexedPicture], plane: Plane, layout: str = "pca") -> dict[str, Any]:
    """The map as JSON values. layout: one of LAYOUT_NOTES."""
    return {
        "method": _METHODS[layout],
        "note": f"{NOTE} {LAYOUT_NOTES[layout]}",
        "groups": [
            {"name": group.name, "size": group.size, "x": round(group.x, _DIGITS), "y": round(group.y, _DIGITS)}
            for group in plane.groups
        ],
        "pictures": [
            {
                "path": str(picture.path),
                "x": round(float(place[0]), _DIGITS),
                "y": round(float(place[1]), _DIGITS),
                "group": int(group),
                "title": picture.facts.title,
                "author": picture.facts.known_author,
                "year": picture.facts.year,
                "century": picture.facts.century,
                "medium": picture.facts.medium,
            }
            for picture, place, group in zip(pictures, plane.places, plane.group, strict=True)
        ],
    }


def map_page(
    title: str, pictures: Sequence[IndexedPicture], plane: Plane, thumbnails: Sequence[bytes], layout: str = "pca"
) -> str:
    """The page. thumbnails: a WebP file for each picture, or b"". layout: one of LAYOUT_NOTES."""
    values = map_values(pictures, plane, layout)
    with_thumbnails(values["pictures"], thumbnails)
    return collection_page(title, values["note"], "Map of the collection", values, controls=_CONTROLS, script=_SCRIPT)


_CONTROLS = """<label>Frames by <select id="by"><option value="group">group</option><option>author</option>
<option>century</option><option>medium</option></select></label>"""
_SCRIPT = """const by = document.getElementById("by");
let scale = 1;
load(data.pictures);
function colour(text) {
  if (text === "") return "#777";
  let sum = 0;
  for (const letter of String(text)) sum = (sum * 31 + letter.codePointAt(0)) % 3600;
  return `hsl(${sum * 137.5 % 360} 60% 60%)`;
}
function place(one) {
  const size = Math.min(canvas.width, canvas.height) * 0.42;
  return [canvas.width / 2 + left + one.x * size * scale, canvas.height / 2 + top_ + one.y * size * scale];
}
function edge() {
  const room = Math.min(canvas.width, canvas.height) / Math.sqrt(data.pictures.length + 1);
  return Math.max(6, Math.min(128 * devicePixelRatio, room * 0.8 * Math.sqrt(scale) * 1.2));
}
function draw() {
  pen.clearRect(0, 0, canvas.width, canvas.height);
  const size = edge();
  for (const one of data.pictures) {
    const [x, y] = place(one);
    if (isSeen(x, y, size)) paint(one, x, y, size, 2, colour(one[by.value]));
  }
  pen.font = `${15 * devicePixelRatio}px system-ui, sans-serif`; pen.textAlign = "center"; pen.lineWidth = 4;
  for (const group of data.groups) {
    const [x, y] = place(group);
    pen.strokeStyle = "#000c"; pen.strokeText(group.name, x, y); pen.fillStyle = "#fff"; pen.fillText(group.name, x, y);
  }
}
function fit() { resize(); draw(); }
function hover(spot) {
  const found = under(spot, data.pictures, place, edge());
  about.textContent = found < 0 ? "" : nameOf(data.pictures[found]);
}
function click() {}
canvas.onwheel = event => { scale *= zoomAt(event, canvas.width / 2, canvas.height / 2); };
by.onchange = draw;"""
