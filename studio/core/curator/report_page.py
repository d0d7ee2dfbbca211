"""The report on a classifier as one page that needs nothing else."""

from __future__ import annotations

from html import escape

from studio.core.classifier.linear_head import NO_ATTRIBUTION
from studio.core.classifier.results import Assessment
from studio.core.curator.assessment import ROUNDS
from studio.core.curator.report_charts import calibration_chart, curves, file_name, looks, stage_table, text

RIGHT, WRONG = (46, 125, 50), (198, 40, 40)
LOOKS = (
    "Its most confident right answers, then its most confident errors, on works that had not been learnt from. Warm is"
    " what spoke for the answer in the last layer of the network (Grad-CAM); the layers before it have a say, too."
)
STRONGEST = 0.7  # so that black numbers can be read on it


def report_page(title: str, found: Assessment, encoder: str) -> str:
    """The page."""
    notes = "".join(f"<li>{text(note)}</li>" for note in found.notes)
    drawn = "".join(curves(found.epochs))
    return _PAGE.format(
        title=text(title),
        caution=NO_ATTRIBUTION,
        rows="".join(fact_rows(found, encoder)),
        notes=f"<ul>{notes}</ul>" if notes else "",
        stages=f"<h2>How it was trained</h2>{stage_table(found.stages)}" if found.stages else "",
        curves=f"<p>Loss of what was learnt from (grey) and of other works (blue).</p>{drawn}" if drawn else "",
        calibration=calibration_chart(found.groups),
        looks=f"<h2>What it looks at</h2><p>{LOOKS}</p>{looks(found.looks)}" if found.looks else "",
        confusion=_confusion(found),
        counts=_counts(found),
        errors=error_table(found),
    )


def fact_rows(found: Assessment, encoder: str) -> list[str]:
    """Rows of a table: what is measured, and what it came to."""
    low, high = found.interval
    least, most = found.works_interval
    mean, high_by_chance = found.calibration_by_chance
    is_tuned = any(stage.is_kept and stage.name == "fine-tuned" for stage in found.stages)
    network = f"{escape(encoder)} ({'its last stages fine-tuned' if is_tuned else 'frozen'})"
    scratch = []
    if found.scratch is not None:
        times = f", {found.accuracy / found.scratch:.1f} times less" if found.scratch else ""
        scratch = [_row("A head on the same network with random weights", f"{found.scratch:.1%}{times}")]
    return [
        _row(
            "Right, of works held out",
            f"<b>{found.accuracy:.1%}</b> ({low:.1%} to {high:.1%} with 95 % certainty; {least:.1%} to {most:.1%} if"
            " other works were drawn)",
        ),
        _row("Always naming the most frequent class", f"{found.majority:.1%}"),
        *scratch,
        _row("Mean average precision", f"{found.precision:.3f}"),
        _row(
            "Calibration error (ECE)",
            f"{found.calibration:.3f} in 15 bins of equal width, {found.calibration_adaptive:.3f} in 10 equally full;"
            f" before the temperature was set {found.calibration_raw:.3f}; with true certainties it would be {mean:.3f}"
            f" by chance on so many pictures, and above {high_by_chance:.3f} one time in twenty;"
            f" {found.calibration_by_works:.3f} in the mean if all pictures of a work were right or wrong together",
        ),
        _row("Temperature", f"{found.temperature:.2f}"),
        _row("Answers, where it does not abstain", f"{found.answered:.1%} of the pictures, {found.right:.1%} right"),
        _row("Judged", f"{_judged(found, is_tuned)}; seed {found.seed}"),
        _row("Learnt with", f"{network}, a linear head, regularisation C = {found.regularisation:g}"),
    ]


def _judged(found: Assessment, is_tuned: bool) -> str:
    parts = f"in {found.folds} parts, all pictures of a work in one"
    if not is_tuned:
        return f"{parts}, {ROUNDS} times over, each with other parts"
    judged, known = int(found.confusion.sum()), sum(found.counts.values())
    return (
        parts if judged == known else f"{parts}, of which the first alone was judged: {judged:,} of {known:,} pictures"
    )


def _mixed(color: tuple[int, int, int], share: float) -> str:
    """A share of the colour on white, as CSS."""
    return "#" + "".join(f"{round(255 + (value - 255) * share):02x}" for value in color)


def _row(name: str, value: str) -> str:
    return f"<tr><th>{name}</th><td>{value}</td></tr>"


def _confusion(found: Assessment) -> str:
    head = "".join(f'<th class="up"><span>{text(name)}</span></th>' for name in found.names)
    rows = []
    for number, name in enumerate(found.names):
        total = max(1, int(found.confusion[number].sum()))
        cells = []
        for other, count in enumerate(found.confusion[number].tolist()):
            color = _mixed(RIGHT if other == number else WRONG, STRONGEST * count / total)
            style = f' style="background: {color}"' if count else ""
            about = f"{text(name)} taken for {text(found.names[other])}: {count}"
            cells.append(f'<td class="cell"{style} title="{about}">{count or ""}</td>')
        rows.append(f"<tr><th>{text(name)}</th>{''.join(cells)}</tr>")
    return f'<table class="confusion"><tr><th></th>{head}</tr>{"".join(rows)}</table>'


def _counts(found: Assessment) -> str:
    most = max(found.counts.values())
    rows = "".join(
        f"<tr><th>{text(name)}</th><td>{count}</td><td>{found.works[name]}</td>"
        f'<td><div class="bar" style="width: {180 * count / most:.0f}px"></div></td></tr>'
        for name, count in sorted(found.counts.items(), key=lambda item: -item[1])
    )
    return f"<table><tr><th>Class</th><th>Pictures</th><th>Works</th><th></th></tr>{rows}</table>"


def error_table(found: Assessment) -> str:
    """Pictures that were taken for another class with the greatest certainty."""
    if not found.errors:
        return "<p>None.</p>"
    rows = "".join(
        f"<tr><td>{text(file_name(error.path))}</td><td>{text(error.label)}</td>"
        f"<td>{text(error.guess)}</td><td>{error.certainty:.0%}</td></tr>"
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
.bar {{ background: #607d8b; height: 10px; }}
figure {{ display: inline-block; margin: 0 10px 10px 0; vertical-align: top; font-size: 12px; width: 224px; }}
figcaption {{ overflow-wrap: anywhere; }}
@media print {{ figure, svg, tr {{ break-inside: avoid; }} }}
</style></head><body>
<h1>{title}</h1>
<p class="caution"><b>{caution}</b> It says which of these classes a picture is most like to a network, and not who made
it.</p>
<table>{rows}</table>{notes}
{stages}{curves}
<h2>Is it as sure as it is right?</h2>
<p>Each point is a tenth of the pictures. On the line, certainties are true; below it, the classifier is too sure.</p>
{calibration}{looks}
<h2>What is taken for what</h2><p>Rows are what a picture is, columns what it was taken for.</p>{confusion}
<h2>What it learnt from</h2>{counts}
<h2>Its most confident errors</h2>{errors}
</body></html>
"""
