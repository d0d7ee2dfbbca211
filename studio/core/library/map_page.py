"""The map of a collection as one page that needs nothing else: thumbnails on a plane, to be zoomed and moved."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from typing import Any

from studio.core.displayable import displayable
from studio.core.library.library_index import IndexedPicture
from studio.core.library.plane import Plane

NOTE = "Near each other means alike to a network, in style. It does not mean by the same artist, nor influenced."
LAYOUT_NOTES = {
    "pca": "PCA: what is far apart differs; what is near may still differ in other ways.",
    "umap": "UMAP: near is alike; distances between islands mean little.",
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
    for picture, thumbnail in zip(values["pictures"], thumbnails, strict=True):
        picture["name"] = displayable(picture.pop("path").replace("\\", "/").rsplit("/", 1)[-1])
        picture["image"] = base64.b64encode(thumbnail).decode()
    # "</script>" in a title would end the script.
    data = json.dumps(values, ensure_ascii=True).replace("<", "\\u003c")
    page = _PAGE.replace("{title}", escape(displayable(title))).replace("{note}", escape(values["note"]))
    return page.replace("{data}", data)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
html, body { margin: 0; height: 100%; background: #1b1b1d; color: #ddd; font: 14px/1.4 system-ui, sans-serif; }
header { position: fixed; z-index: 1; top: 0; left: 0; right: 0; padding: 8px 14px; background: #1b1b1dcc;
  display: flex; gap: 18px; align-items: baseline; flex-wrap: wrap; }
h1 { font-size: 16px; margin: 0; } select { background: #2a2a2d; color: inherit; border: 1px solid #555; padding: 2px; }
small { color: #aaa; } canvas { display: block; width: 100%; height: 100%; cursor: grab; }
#about { position: fixed; bottom: 10px; left: 14px; background: #000b; padding: 6px 10px; border-radius: 4px; }
#about:empty { display: none; }
</style></head><body>
<header><h1>{title}</h1><label>Frames by <select id="by"><option value="group">group</option><option>author</option>
<option>century</option><option>medium</option></select></label><small>{note}</small></header>
<canvas id="map" aria-label="Map of the collection"></canvas><div id="about" role="status"></div>
<script>
const data = {data};
const canvas = document.getElementById("map"), pen = canvas.getContext("2d"), about = document.getElementById("about");
const by = document.getElementById("by");
let scale = 1, left = 0, top_ = 0, hovered = null;
for (const one of data.pictures) {
  one.picture = new Image();
  one.picture.onload = () => requestAnimationFrame(draw);
  if (one.image) one.picture.src = "data:image/webp;base64," + one.image;
}
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
    if (x < -size || y < -size || x > canvas.width + size || y > canvas.height + size) continue;
    const image = one.picture, most = Math.max(image.width, image.height) || 1;
    const wide = size * (image.width || 1) / most, high = size * (image.height || 1) / most;
    pen.fillStyle = colour(one[by.value]);
    pen.fillRect(x - wide / 2 - 2, y - high / 2 - 2, wide + 4, high + 4);
    if (image.complete && image.width) pen.drawImage(image, x - wide / 2, y - high / 2, wide, high);
  }
  pen.font = `${15 * devicePixelRatio}px system-ui, sans-serif`; pen.textAlign = "center"; pen.lineWidth = 4;
  for (const group of data.groups) {
    const [x, y] = place(group);
    pen.strokeStyle = "#000c"; pen.strokeText(group.name, x, y); pen.fillStyle = "#fff"; pen.fillText(group.name, x, y);
  }
}
function fit() {
  canvas.width = innerWidth * devicePixelRatio; canvas.height = innerHeight * devicePixelRatio; draw();
}
function at(event) { return [event.clientX * devicePixelRatio, event.clientY * devicePixelRatio]; }
let held = null;
canvas.onpointerdown = event => { held = at(event); canvas.setPointerCapture(event.pointerId); };
canvas.onpointerup = () => { held = null; };
canvas.onpointermove = event => {
  const [x, y] = at(event);
  if (held) { left += x - held[0]; top_ += y - held[1]; held = [x, y]; requestAnimationFrame(draw); return; }
  const size = edge() / 2;
  const one = data.pictures.findLast(one => { const [a, b] = place(one);
    return Math.abs(a - x) < size && Math.abs(b - y) < size; });
  about.textContent = one ? [one.title || one.name, one.author, one.year].filter(Boolean).join(", ") : "";
};
canvas.onwheel = event => {
  event.preventDefault();
  const [x, y] = at(event), factor = Math.exp(-event.deltaY / 400);
  left = (left + canvas.width / 2 - x) * factor + x - canvas.width / 2;
  top_ = (top_ + canvas.height / 2 - y) * factor + y - canvas.height / 2;
  scale *= factor; requestAnimationFrame(draw);
};
by.onchange = draw; addEventListener("resize", fit); fit();
</script></body></html>
"""
