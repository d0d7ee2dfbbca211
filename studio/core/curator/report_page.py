"""The report on a classifier as one page that needs nothing else."""

from __future__ import annotations

from html import escape

from studio.core.classifier.linear_head import NO_ATTRIBUTION
from studio.core.curator.assessment import Assessment
from studio.core.displayable import displayable

_RIGHT, _WRONG = (46, 125, 50), (198, 40, 40)
_STRONGEST = 0.7  # so that black numbers can be read on it


def report_page(title: str, found: Assessment, encoder: str) -> str:
    """The page."""
    low, high = found.interval
    scratch = ""
    if found.scratch is not None:
        times = f", {found.accuracy / found.scratch:.1f} times less" if found.scratch else ""
        scratch = _row("The same with a network of random weights", f"{found.scratch:.1%}{times}")
    rows = "".join(
        (
            _row(
                "Right, of works held out", f"<b>{found.accuracy:.1%}</b> ({low:.1%} to {high:.1%} with 95 % certainty)"
            ),
            _row("Always naming the most frequent class", f"{found.majority:.1%}"),
            scratch,
            _row("Mean average precision", f"{found.precision:.3f}"),
            _row(
                "Calibration error (ECE)",
                f"{found.calibration:.3f}; before the temperature was set {found.calibration_raw:.3f}; with true"
                f" certainties it would be {found.calibration_by_chance:.3f} by chance, on so many pictures",
            ),
            _row(
                "Answers, where it does not abstain", f"{found.answered:.1%} of the pictures, {found.right:.1%} right"
            ),
            _row("Judged", f"in {found.folds} parts, all pictures of a work in one; seed {found.seed}"),
            _row(
                "Learnt with", f"{escape(encoder)} (frozen), a linear head, regularisation C = {found.regularisation:g}"
            ),
        )
    )
    notes = "".join(f"<li>{_text(note)}</li>" for note in found.notes)
    return _PAGE.format(
        title=_text(title),
        caution=NO_ATTRIBUTION,
        rows=rows,
        notes=f"<ul>{notes}</ul>" if notes else "",
        calibration=_calibration(found),
        confusion=_confusion(found),
        counts=_counts(found),
        errors=_errors(found),
    )


def _mixed(color: tuple[int, int, int], share: float) -> str:
    """The colour on white, as CSS."""
    return "#" + "".join(f"{round(255 + (value - 255) * share):02x}" for value in color)


def _text(text: str) -> str:
    return escape(displayable(text))


def _row(name: str, value: str) -> str:
    return f"<tr><th>{name}</th><td>{value}</td></tr>"


def _calibration(found: Assessment) -> str:
    """Certainty across, share that is right upwards, a circle for each group."""
    circles = "".join(
        f'<circle cx="{sure * 200:.1f}" cy="{200 - right * 200:.1f}" r="4"><title>{sure:.0%} certain, {right:.0%} right'
        "</title></circle>"
        for sure, right, _ in found.groups
    )
    return (
        '<svg viewBox="-34 -8 250 240" width="300" role="img" aria-label="Certainty against how often it is right">'
        '<path d="M0 0V200H200M0 200L200 0"/>'
        f"{circles}"
        '<text x="100" y="224" text-anchor="middle">certainty</text><text x="-6" y="12" text-anchor="end">right</text>'
        '<text x="0" y="214" text-anchor="middle">0</text><text x="200" y="214" text-anchor="middle">1</text></svg>'
    )


def _confusion(found: Assessment) -> str:
    head = "".join(f'<th class="up"><span>{_text(name)}</span></th>' for name in found.names)
    rows = []
    for number, name in enumerate(found.names):
        total = max(1, int(found.confusion[number].sum()))
        cells = []
        for other, count in enumerate(found.confusion[number].tolist()):
            color = _mixed(_RIGHT if other == number else _WRONG, _STRONGEST * count / total)
            style = f' style="background: {color}"' if count else ""
            about = f"{_text(name)} taken for {_text(found.names[other])}: {count}"
            cells.append(f'<td class="cell"{style} title="{about}">{count or ""}</td>')
        rows.append(f"<tr><th>{_text(name)}</th>{''.join(cells)}</tr>")
    return f'<table class="confusion"><tr><th></th>{head}</tr>{"".join(rows)}</table>'


def _counts(found: Assessment) -> str:
    most = max(found.counts.values())
    rows = "".join(
        f"<tr><th>{_text(name)}</th><td>{count}</td><td>{found.works[name]}</td>"
        f'<td><div class="bar" style="width: {180 * count / most:.0f}px"></div></td></tr>'
        for name, count in sorted(found.counts.items(), key=lambda item: -item[1])
    )
    return f"<table><tr><th>Class</th><th>Pictures</th><th>Works</th><th></th></tr>{rows}</table>"


def _errors(found: Assessment) -> str:
    if not found.errors:
        return "<p>None.</p>"
    rows = "".join(
        f"<tr><td>{_text(error.path.replace(chr(92), '/').rsplit('/', 1)[-1])}</td><td>{_text(error.label)}</td>"
        f"<td>{_text(error.guess)}</td><td>{error.certainty:.0%}</td></tr>"
        for error in found.errors
    )
    return f"<table><tr><th>Picture</th><th>Is</th><th>Was taken for</th><th>Certainty</th></tr>{rows}</table>"


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222; }}
th {{ text-align: left; font-weight: normal; padding: 2px 14px 2px 0; vertical-align: bottom; }}
td {{ padding: 2px 10px; }}
.caution {{ background: #fff3cd; border-left: 4px solid #d39e00; padding: 8px 12px; }}
.confusion {{ border-collapse: collapse; font-size: 12px; }} .cell {{ width: 22px; text-align: center; padding: 2px;
  border: 1px solid #ddd; }} .up {{ height: 11em; padding: 0; }} .up span {{ writing-mode: vertical-rl;
  transform: rotate(180deg); white-space: nowrap; }}
.bar {{ background: #607d8b; height: 10px; }} svg {{ stroke: #888; fill: none; font-size: 11px; }}
svg circle {{ fill: #1565c0; stroke: none; }} svg text {{ fill: #444; stroke: none; }}
</style></head><body>
<h1>{title}</h1>
<p class="caution"><b>{caution}</b> It says which of these classes a picture is most like to a network, and not who made
it.</p>
<table>{rows}</table>{notes}
<h2>Is it as sure as it is right?</h2>
<p>Each point is a tenth of the pictures. On the line, certainties are true; below it, the classifier is too sure.</p>
{calibration}
<h2>What is taken for what</h2><p>Rows are what a picture is, columns what it was taken for.</p>{confusion}
<h2>What it learnt from</h2>{counts}
<h2>Its most confident errors</h2>{errors}
</body></html>
"""
