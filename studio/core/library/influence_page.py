"""Works in time as JSON values, and as one page that needs nothing else, to be zoomed and moved."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from typing import Any

from studio.core.displayable import displayable
from studio.core.library.influence import NOTE, InfluenceGraph, lay_out

_DIGITS = 4


def influence_values(graph: InfluenceGraph) -> dict[str, Any]:
    """The graph as JSON values; edges name works by their number."""
    return {
        "method": "nearest earlier works by the cosine of style vectors",
        "note": NOTE,
        "undated": graph.undated,
        "works": [
            {
                "path": str(work.picture.path),
                "title": work.picture.facts.title,
                "author": work.picture.facts.known_author,
                "year": work.picture.facts.year,
                "first_year": work.years.first,
                "last_year": work.years.last,
            }
            for work in graph.works
        ],
        "edges": [
            {
                "later": edge.later,
                "earlier": edge.earlier,
                "similarity": round(edge.similarity, _DIGITS),
                "is_certain": edge.is_certain,
            }
            for edge in graph.edges
        ],
    }


def influence_page(title: str, graph: InfluenceGraph, thumbnails: Sequence[bytes]) -> str:
    """The page. thumbnails: a WebP file for each work, or b""."""
    values = influence_values(graph)
    layout = lay_out(graph)
    values["ticks"], values["breaks"] = layout.ticks, layout.breaks
    for work, place, thumbnail in zip(values["works"], layout.places.tolist(), thumbnails, strict=True):
        work["name"] = displayable(work.pop("path").replace("\\", "/").rsplit("/", 1)[-1])
        work["x"], work["y"] = (round(part, _DIGITS) for part in place)
        work["image"] = base64.b64encode(thumbnail).decode()
    data = json.dumps(values, ensure_ascii=True).replace("<", "\\u003c")  # "</script>" in a title would end the script
    return _PAGE.replace("{title}", escape(displayable(title))).replace("{note}", escape(NOTE)).replace("{data}", data)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
html, body { margin: 0; height: 100%; background: #1b1b1d; color: #ddd; font: 14px/1.4 system-ui, sans-serif; }
header { position: fixed; z-index: 1; top: 0; left: 0; right: 0; padding: 8px 14px; background: #1b1b1dcc;
  display: flex; gap: 18px; align-items: baseline; flex-wrap: wrap; }
h1 { font-size: 16px; margin: 0; } small { color: #bbb; }
canvas { display: block; width: 100%; height: 100%; cursor: grab; }
#about { position: fixed; bottom: 34px; left: 14px; background: #000b; padding: 6px 10px; border-radius: 4px;
  white-space: pre-line; max-width: 60ch; }
#about:empty { display: none; }
</style></head><body>
<header><h1>{title}</h1><small>{note} A dashed line: the times overlap.</small></header>
<canvas id="time" aria-label="Works in time"></canvas><div id="about" role="status"></div>
<script>
const data = {data};
const canvas = document.getElementById("time"), pen = canvas.getContext("2d"), about = document.getElementById("about");
let unit = 100, left = 0, top_ = 0, chosen = null;
for (const one of data.works) {
  one.picture = new Image();
  one.picture.onload = () => requestAnimationFrame(draw);
  if (one.image) one.picture.src = "data:image/webp;base64," + one.image;
}
function place(one) { return [left + one.x * unit, top_ + one.y * unit]; }
function name(one) { return [one.title || one.name, one.author, one.year].filter(Boolean).join(", "); }
function draw() {
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.font = `${12 * devicePixelRatio}px system-ui, sans-serif`; pen.textAlign = "center"; pen.fillStyle = "#aaa";
  for (const [x, label] of data.ticks) pen.fillText(label, left + x * unit, canvas.height - 10 * devicePixelRatio);
  for (const x of data.breaks) pen.fillText("//", left + x * unit, canvas.height - 10 * devicePixelRatio);
  for (const edge of data.edges) {
    const on = chosen !== null && (edge.later === chosen || edge.earlier === chosen);
    const [x, y] = place(data.works[edge.earlier]), [a, b] = place(data.works[edge.later]);
    pen.strokeStyle = on ? "#d9a24e" : `rgba(200, 200, 200, ${chosen === null ? 0.15 + 0.5 * edge.similarity : 0.1})`;
    pen.lineWidth = (on ? 2 : 1) * (0.5 + 3 * edge.similarity) * devicePixelRatio;
    pen.setLineDash(edge.is_certain ? [] : [6, 5]);
    pen.beginPath(); pen.moveTo(x, y); pen.bezierCurveTo((x + a) / 2, y, (x + a) / 2, b, a, b); pen.stroke();
  }
  pen.setLineDash([]);
  data.works.forEach((one, number) => {
    const [x, y] = place(one);
    if (x < -unit || y < -unit || x > canvas.width + unit || y > canvas.height + unit) return;
    const image = one.picture, most = Math.max(image.width, image.height) || 1;
    const wide = unit * (image.width || 1) / most, high = unit * (image.height || 1) / most;
    if (number === chosen) {
      pen.fillStyle = "#d9a24e"; pen.fillRect(x - wide / 2 - 4, y - high / 2 - 4, wide + 8, high + 8);
    }
    pen.fillStyle = "#444"; pen.fillRect(x - wide / 2, y - high / 2, wide, high);
    if (image.complete && image.width) pen.drawImage(image, x - wide / 2, y - high / 2, wide, high);
  });
}
function fit() {
  canvas.width = innerWidth * devicePixelRatio; canvas.height = innerHeight * devicePixelRatio;
  const xs = data.works.map(one => one.x), ys = data.works.map(one => one.y);
  if (xs.length) {
    const wide = Math.max(...xs) + 2, low = Math.min(...ys), high = Math.max(...ys) - low + 2;
    unit = Math.min(canvas.width / wide, (canvas.height - 120 * devicePixelRatio) / high, 160 * devicePixelRatio);
    left = (canvas.width - (wide - 2) * unit) / 2;
    top_ = 70 * devicePixelRatio + (1 - low) * unit;
  }
  draw();
}
function at(event) { return [event.clientX * devicePixelRatio, event.clientY * devicePixelRatio]; }
function tell() {
  if (chosen === null) { about.textContent = ""; return; }
  const lines = [name(data.works[chosen])];
  for (const edge of data.edges) if (edge.later === chosen)
    lines.push(`like the earlier ${name(data.works[edge.earlier])} (${edge.similarity.toFixed(2)})`);
  about.textContent = lines.join("\\n");
}
let held = null, moved = 0;
canvas.onpointerdown = event => { held = at(event); moved = 0; canvas.setPointerCapture(event.pointerId); };
canvas.onpointerup = event => {
  if (held && moved < 5) {
    const [x, y] = held, size = unit / 2;
    const found = data.works.findLastIndex(one => { const [a, b] = place(one);
      return Math.abs(a - x) < size && Math.abs(b - y) < size; });
    chosen = found < 0 ? null : found; tell(); draw();
  }
  held = null;
};
canvas.onpointermove = event => {
  if (!held) return;
  const [x, y] = at(event);
  moved += Math.abs(x - held[0]) + Math.abs(y - held[1]);
  left += x - held[0]; top_ += y - held[1]; held = [x, y]; requestAnimationFrame(draw);
};
canvas.onwheel = event => {
  event.preventDefault();
  const [x, y] = at(event), factor = Math.exp(-event.deltaY / 400);
  left = (left - x) * factor + x; top_ = (top_ - y) * factor + y; unit *= factor; requestAnimationFrame(draw);
};
addEventListener("resize", fit); fit();
</script></body></html>
"""
