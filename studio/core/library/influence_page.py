"""Works in time as JSON values, and as one page that needs nothing else, to be zoomed and moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from studio.core.library.collection_page import collection_page, with_thumbnails
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
    for work, place in zip(values["works"], layout.places.tolist(), strict=True):
        work["x"], work["y"] = (round(part, _DIGITS) for part in place)
    with_thumbnails(values["works"], thumbnails)
    return collection_page(title, f"{NOTE} {_DASHED}", "Works in time", values, script=_SCRIPT)


_DASHED = "A dashed line: the times overlap."
_SCRIPT = """let unit = 100, chosen = null;
load(data.works);
function place(one) { return [left + one.x * unit, top_ + one.y * unit]; }
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
    const [x, y] = place(one), isChosen = number === chosen;
    if (isSeen(x, y, unit)) paint(one, x, y, unit, isChosen ? 4 : 0, isChosen ? "#d9a24e" : "#444");
  });
}
function fit() {
  resize();
  const xs = data.works.map(one => one.x), ys = data.works.map(one => one.y);
  if (xs.length) {
    const wide = Math.max(...xs) + 2, low = Math.min(...ys), high = Math.max(...ys) - low + 2;
    unit = Math.min(canvas.width / wide, (canvas.height - 120 * devicePixelRatio) / high, 160 * devicePixelRatio);
    left = (canvas.width - (wide - 2) * unit) / 2;
    top_ = 70 * devicePixelRatio + (1 - low) * unit;
  }
  draw();
}
function tell() {
  if (chosen === null) { about.textContent = ""; return; }
  const lines = [nameOf(data.works[chosen])];
  for (const edge of data.edges) if (edge.later === chosen)
    lines.push(`like the earlier ${nameOf(data.works[edge.earlier])} (${edge.similarity.toFixed(2)})`);
  about.textContent = lines.join("\\n");
}
function hover() {}
function click(spot) {
  const found = under(spot, data.works, place, unit);
  chosen = found < 0 ? null : found; tell(); draw();
}
canvas.onwheel = event => { unit *= zoomAt(event, 0, 0); };"""
