"""A page about a collection that needs nothing else: thumbnails on a plane, to be zoomed and moved."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from studio.core.displayable import displayable

_FIELD = re.compile(r"\{([a-z]+)\}")


def with_thumbnails(works: Sequence[dict[str, Any]], thumbnails: Sequence[bytes]) -> None:
    """Give each work its name, in place of its path, and its thumbnail: a WebP file, or b""."""
    for work, thumbnail in zip(works, thumbnails, strict=True):
        work["name"] = displayable(work.pop("path").replace("\\", "/").rsplit("/", 1)[-1])
        work["image"] = base64.b64encode(thumbnail).decode()


def collection_page(
    title: str, note: str, label: str, values: Mapping[str, Any], *, controls: str = "", script: str
) -> str:
    """The page. title, note, label of the drawing: texts. values: for JSON, the script's `data`.

    controls: HTML, after the title. script: of the page's own; it defines `draw` and may use all that is defined in the
    page before it.
    """
    data = json.dumps(values, ensure_ascii=True).replace("<", "\\u003c")  # "</script>" in a title would end the script
    parts = {
        "title": escape(displayable(title)),
        "note": escape(note),
        "label": escape(label),
        "controls": controls,
        "data": data,
        "script": script,
    }
    return filled(_PAGE, parts)


def filled(template: str, parts: Mapping[str, str]) -> str:
    """The template with each {name} replaced, in one pass: what looks like a {name} in a part stays as it is."""
    return _FIELD.sub(lambda found: parts.get(found[1], found[0]), template)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
html, body { margin: 0; height: 100%; background: #1b1b1d; color: #ddd; font: 14px/1.4 system-ui, sans-serif; }
header { position: fixed; z-index: 1; top: 0; left: 0; right: 0; padding: 8px 14px; background: #1b1b1dcc;
  display: flex; gap: 18px; align-items: baseline; flex-wrap: wrap; }
h1 { font-size: 16px; margin: 0; } select { background: #2a2a2d; color: inherit; border: 1px solid #555; padding: 2px; }
small { color: #bbb; } canvas { display: block; width: 100%; height: 100%; cursor: grab; }
#about { position: fixed; bottom: 34px; left: 14px; background: #000b; padding: 6px 10px; border-radius: 4px;
  white-space: pre-line; max-width: 60ch; }
#about:empty { display: none; }
</style></head><body>
<header><h1>{title}</h1>{controls}<small>{note}</small></header>
<canvas id="plane" aria-label="{label}"></canvas><div id="about" role="status"></div>
<script>
const data = {data};
const canvas = document.getElementById("plane"), pen = canvas.getContext("2d");
const about = document.getElementById("about");
let left = 0, top_ = 0, held = null, moved = 0;
function load(works) {
  for (const one of works) {
    one.picture = new Image();
    one.picture.onload = () => requestAnimationFrame(draw);
    if (one.image) one.picture.src = "data:image/webp;base64," + one.image;
  }
}
function nameOf(one) { return [one.title || one.name, one.author, one.year].filter(Boolean).join(", "); }
function at(event) { return [event.clientX * devicePixelRatio, event.clientY * devicePixelRatio]; }
function isSeen(x, y, size) {
  return x >= -size && y >= -size && x <= canvas.width + size && y <= canvas.height + size;
}
function paint(one, x, y, size, rim, ink) {
  const image = one.picture, most = Math.max(image.width, image.height) || 1;
  const wide = size * (image.width || 1) / most, high = size * (image.height || 1) / most;
  pen.fillStyle = ink; pen.fillRect(x - wide / 2 - rim, y - high / 2 - rim, wide + 2 * rim, high + 2 * rim);
  if (image.complete && image.width) pen.drawImage(image, x - wide / 2, y - high / 2, wide, high);
}
function under([x, y], works, place, size) {
  return works.findLastIndex(one => { const [a, b] = place(one);
    return Math.abs(a - x) < size / 2 && Math.abs(b - y) < size / 2; });
}
function zoomAt(event, middleX, middleY) {
  event.preventDefault();
  const [x, y] = at(event), factor = Math.exp(-event.deltaY / 400);
  left = (left + middleX - x) * factor + x - middleX;
  top_ = (top_ + middleY - y) * factor + y - middleY;
  requestAnimationFrame(draw);
  return factor;
}
function resize() { canvas.width = innerWidth * devicePixelRatio; canvas.height = innerHeight * devicePixelRatio; }
canvas.onpointerdown = event => { held = at(event); moved = 0; canvas.setPointerCapture(event.pointerId); };
canvas.onpointermove = event => {
  const [x, y] = at(event);
  if (!held) { hover([x, y]); return; }
  moved += Math.abs(x - held[0]) + Math.abs(y - held[1]);
  left += x - held[0]; top_ += y - held[1]; held = [x, y]; requestAnimationFrame(draw);
};
canvas.onpointerup = () => { if (held && moved < 5) click(held); held = null; };
canvas.onpointercancel = () => { held = null; };
{script}
addEventListener("resize", fit); fit();
</script></body></html>
"""
