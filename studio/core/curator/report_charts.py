"""Parts of a report that are drawn: learning curves, calibration, and what the classifier looked at."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from studio.core.classifier.results import Epoch, Look, StageResult
from studio.core.displayable import displayable
from studio.core.image_io import ExportOptions, encode_picture

_WIDTH, _HEIGHT = 260, 130  # of a curve, in units of the drawing
_QUALITY = 85
# As attributes: what prints pages may know no style sheets for what is drawn.
_LINES, _DOT, _WORDS = (
    'fill="none" stroke="#888" font-size="11"',
    'fill="#1565c0" stroke="none"',
    'fill="#444" stroke="none"',
)


def text(words: str) -> str:
    """Any words, as HTML."""
    return escape(displayable(words))


def calibration_chart(groups: Sequence[tuple[float, float, float]]) -> str:
    """Certainty across, share that is right upwards, a circle for each group."""
    circles = "".join(
        f'<circle cx="{sure * 200:.1f}" cy="{200 - right * 200:.1f}" r="4" {_DOT}>'
        f"<title>{sure:.0%} certain, {right:.0%} right</title></circle>"
        for sure, right, _ in groups
    )
    return (
        f'<svg viewBox="-34 -8 250 240" width="300" {_LINES} role="img"'
        ' aria-label="Certainty against how often it is right">'
        '<path d="M0 0V200H200M0 200L200 0"/>'
        f"{circles}"
        f'<g {_WORDS}><text x="100" y="224" text-anchor="middle">certainty</text>'
        '<text x="-6" y="12" text-anchor="end">right</text>'
        '<text x="0" y="214" text-anchor="middle">0</text><text x="200" y="214" text-anchor="middle">1</text></g></svg>'
    )


def stage_table(stages: Sequence[StageResult]) -> str:
    """The ways it was trained, each with what it came to on works held out."""
    names = {"head": "Head alone", "fine-tuned": "Fine-tuned", "from scratch": "From scratch"}
    rows = "".join(
        f"<tr><th>{names[stage.name]}</th><td>{stage.accuracy:.1%}</td>"
        f"<td>{stage.interval[0]:.1%} to {stage.interval[1]:.1%}</td><td>{stage.loss:.3f}</td><td>{stage.pictures}</td>"
        f"<td>{'<b>kept</b>' if stage.is_kept else ''}</td><td>{text(stage.note)}</td></tr>"
        for stage in stages
    )
    head = (
        "<tr><th></th><th>Right</th><th>with 95 % certainty</th><th>Loss</th><th>Pictures</th><th></th><th></th></tr>"
    )
    return f"<table>{head}{rows}</table>"


def curves(epochs: Sequence[Epoch]) -> list[str]:
    """A drawing for each training: loss of what was learnt from, grey, and of what was held out, blue."""
    runs: dict[tuple[str, int], list[Epoch]] = {}
    for epoch in epochs:
        runs.setdefault((epoch.stage, epoch.part), []).append(epoch)
    return [_curve(stage, part, run) for (stage, part), run in runs.items()]


def looks(found: Sequence[Look]) -> str:
    """The pictures, with what they were taken for."""
    return "".join(
        f'<figure><img alt="" src="{_data_uri(look)}"><figcaption>{text(file_name(look.path))}<br>'
        f"{text(look.guess)}, {look.certainty:.0%}"
        f"{'' if look.guess == look.label else f'<br>is {text(look.label)}'}</figcaption></figure>"
        for look in found
    )


def _curve(stage: str, part: int, run: Sequence[Epoch]) -> str:
    held = [epoch for epoch in run if epoch.held_out_loss is not None]
    top = max([epoch.loss for epoch in run] + [epoch.held_out_loss or 0.0 for epoch in held]) or 1.0
    count = max(2, run[-1].epoch)

    def place(number: int, loss: float) -> str:
        return f"{(number - 1) / (count - 1) * _WIDTH:.1f},{_HEIGHT - loss / top * _HEIGHT:.1f}"

    learnt = " ".join(place(epoch.epoch, epoch.loss) for epoch in run)
    points = " ".join(place(epoch.epoch, epoch.held_out_loss or 0.0) for epoch in held)
    best = next((epoch for epoch in reversed(held) if epoch.is_best), None)
    mark = ""
    if best is not None and best.held_out_loss is not None:
        across, down = place(best.epoch, best.held_out_loss).split(",")
        mark = f'<circle cx="{across}" cy="{down}" r="4" {_DOT}><title>best, {best.held_out_loss:.3f}</title></circle>'
    words = f"{stage}{f', part {part}' if part else ', all pictures'}"
    return (
        f'<svg viewBox="-30 -14 300 172" width="300" {_LINES} role="img" aria-label="Loss, {escape(words)}">'
        f'<path d="M0 0V{_HEIGHT}H{_WIDTH}"/><polyline stroke-width="2" points="{learnt}"/>'
        f'<polyline stroke="#1565c0" stroke-width="2" points="{points}"/>{mark}'
        f'<g {_WORDS}><text x="{_WIDTH / 2}" y="{_HEIGHT + 20}" text-anchor="middle">'
        f"{escape(words)}: epochs 1 to {run[-1].epoch}</text>"
        f'<text x="-4" y="8" text-anchor="end">{top:.1f}</text></g></svg>'
    )


def _data_uri(look: Look) -> str:
    options = ExportOptions("jpeg", quality=_QUALITY, keep_exif=False, label_ai=False)
    return f"data:image/jpeg;base64,{b64encode(encode_picture(look.picture, options)).decode()}"


def file_name(path: str) -> str:
    """Of a path of any system."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]
