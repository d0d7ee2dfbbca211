"""The report on a classifier as a document of Qt: for the window in its colours, and for PDF on white paper."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QBuffer, QByteArray, QEventLoop, QIODevice, QMarginsF, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QFont, QImage, QPageSize, QPainter, QPdfWriter, QTextDocument
from PySide6.QtSvg import QSvgRenderer

from studio.core.classifier.linear_head import NO_ATTRIBUTION
from studio.core.classifier.results import Assessment, Look
from studio.core.curator.report_charts import calibration_chart, curves, file_name, stage_table, text
from studio.core.curator.report_page import LOOKS, RIGHT, STRONGEST, WRONG, error_table, fact_rows
from studio.ui.images.picture_pyramid import qimage

_KEEP = Qt.AspectRatioMode.KeepAspectRatio
_DRAWN = 3  # px of an image for each of a drawing: sharp in print and on fine screens
_CHART, _SQUARE, _LOOK = 270, 220, 132  # px of a curve, of the chart of calibration, of a picture's longer edge
_CURVES_ROW, _LOOKS_ROW = 2, 4
_RESOLUTION = 150  # dots per inch of the PDF's layout; its text is vectors
_WIDEST_TABLE = 14  # classes whose matrix is set in the usual size


@dataclass(frozen=True)
class Paper:
    """Colours of a document, as CSS."""

    page: str = "#ffffff"
    text: str = "#222222"
    muted: str = "#555555"
    accent: str = "#1565c0"
    caution: str = "#fff3cd"
    line: str = "#888888"


@dataclass(frozen=True, eq=False)
class ReportContent:
    """HTML as far as Qt knows it, and the images it names."""

    html: str
    images: dict[str, QImage] = field(default_factory=dict)

    def fill(self, document: QTextDocument) -> None:
        """Make this the content of a document, on the document's thread."""
        for name, image in self.images.items():
            document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), image)
        document.setHtml(self.html)


def report_content(title: str, found: Assessment, encoder: str, paper: Paper) -> ReportContent:
    """On any thread."""
    images: dict[str, QImage] = {}

    def drawn(svg: str, width: int = _CHART) -> str:
        name = f"drawing:{len(images)}"
        images[name] = _draw(svg, paper)
        return f'<img src="{name}" width="{width}">'

    def shown(look: Look) -> str:
        name, image = f"look:{len(images)}", qimage(look.picture.pixels).copy()
        size = image.size().scaled(QSize(_LOOK, _LOOK), _KEEP)
        images[name] = image
        wrong = "" if look.guess == look.label else f"<br>is {text(look.label)}"
        words = f"{text(file_name(look.path))}<br><b>{text(look.guess)}</b>, {look.certainty:.0%}{wrong}"
        return f'<img src="{name}" width="{size.width()}" height="{size.height()}"><br><small>{words}</small>'

    trainings = [drawn(svg) for svg in curves(found.epochs)]
    notes = "".join(f"<li>{text(note)}</li>" for note in found.notes)
    parts = [
        f"<h1>{text(title)}</h1>",
        f'<table width="100%" bgcolor="{paper.caution}" cellpadding="6"><tr><td><b>{NO_ATTRIBUTION}</b> It'
        " says which of these classes a picture resembles most to a network, not who made it.</td></tr></table><br>",
        f'<table cellpadding="3">{"".join(fact_rows(found, encoder))}</table>',
        f"<ul>{notes}</ul>" if notes else "",
    ]
    if found.stages:
        stages = stage_table(found.stages).replace("<table>", '<table cellpadding="3">')
        parts += ["<h2>How it was trained</h2>", stages]
    if trainings:
        parts += [
            "<p>Loss of what was learnt from (grey) and of works held out (coloured).</p>",
            _rows(trainings, _CURVES_ROW),
        ]
    parts += [
        "<h2>Is it as sure as it is right?</h2>",
        "<p>Each point is a tenth of the pictures. On the line, certainties are true; below it, the classifier is too"
        " sure.</p>",
        f"<p>{drawn(calibration_chart(found.groups), _SQUARE)}</p>",
    ]
    if found.looks:
        parts += [
            "<h2>What it looks at</h2>",
            f"<p>{LOOKS}</p>",
            _rows([shown(look) for look in found.looks], _LOOKS_ROW),
        ]
    parts += [
        '<h2 style="page-break-before: always">What is taken for what</h2>',
        "<p>Rows are what a picture is, columns what it was taken for, by the numbers of the rows.</p>",
        _confusion(found, paper),
        "<h2>What it learnt from</h2>",
        _counts(found),
        "<h2>Its most confident errors</h2>",
        error_table(found).replace("<table>", '<table cellpadding="3">'),
    ]
    body = "".join(parts).replace("<th>", '<th align="left" style="font-weight: normal">')
    style = (
        f"<style>body {{ color: {paper.text}; }} h1 {{ font-size: x-large; }} h2 {{ font-size: large; }}"
        f" th {{ color: {paper.muted}; }}</style>"
    )
    return ReportContent(f"<html><head>{style}</head><body>{body}</body></html>", images)


def report_pdf(title: str, found: Assessment, encoder: str) -> bytes:
    """The report as a PDF, in A4, with numbers of pages. On any thread, while there is an application."""
    loop = QEventLoop()  # threads of Python's have no dispatcher, which the document starts its timers with
    document = QTextDocument()
    document.setDefaultFont(QFont("sans-serif", 9))
    document.setDocumentMargin(0)
    report_content(title, found, encoder, Paper()).fill(document)
    file = QByteArray()
    buffer = QBuffer(file)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("Style Studio")
    writer.setResolution(_RESOLUTION)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF())  # the document has its own, of 2 cm
    document.print_(writer)
    del writer  # ends the file
    buffer.close()
    del document, loop
    return bytes(file.data())


def _draw(svg: str, paper: Paper) -> QImage:
    for before, after in (("#888", paper.line), ("#444", paper.muted), ("#1565c0", paper.accent)):
        svg = svg.replace(f'"{before}"', f'"{after}"')
    renderer = QSvgRenderer(svg.encode())
    size = renderer.defaultSize()
    size = QSize(_CHART, round(_CHART * size.height() / max(1, size.width()))) * _DRAWN
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(paper.page))
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image


def _rows(cells: list[str], columns: int) -> str:
    rows = [cells[first : first + columns] for first in range(0, len(cells), columns)]
    lines = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table cellpadding="4">{"".join(lines)}</table>'


def _confusion(found: Assessment, paper: Paper) -> str:
    """Columns have numbers: Qt writes nothing upright."""
    count = len(found.names)
    small = ("<small>", "</small>") if count > _WIDEST_TABLE else ("", "")
    head = "".join(f'<td align="center">{small[0]}{number}{small[1]}</td>' for number in range(1, count + 1))
    rows = []
    for number, name in enumerate(found.names):
        total = max(1, int(found.confusion[number].sum()))
        cells = []
        for other, hits in enumerate(found.confusion[number].tolist()):
            color = _mixed(RIGHT if other == number else WRONG, paper.page, STRONGEST * hits / total)
            background = f' bgcolor="{color}"' if hits else ""
            cells.append(f'<td align="center"{background}>{small[0]}{hits or "&nbsp;"}{small[1]}</td>')
        rows.append(f"<tr><td>{number + 1}&nbsp; {text(name)}</td>{''.join(cells)}</tr>")
    return f'<table cellpadding="3" cellspacing="1"><tr><td></td>{head}</tr>{"".join(rows)}</table>'


def _counts(found: Assessment) -> str:
    rows = "".join(
        f'<tr><td>{text(name)}</td><td align="right">{count}</td><td align="right">{found.works[name]}</td></tr>'
        for name, count in sorted(found.counts.items(), key=lambda item: -item[1])
    )
    head = "<tr><th>Class</th><th>Pictures</th><th>Works</th></tr>"
    return f'<table cellpadding="3">{head}{rows}</table>'


def _mixed(color: tuple[int, int, int], page: str, share: float) -> str:
    """A share of the colour on the page, as CSS."""
    under = QColor(page)
    parts = zip(color, (under.red(), under.green(), under.blue()), strict=True)
    return "#" + "".join(f"{round(below + (value - below) * share):02x}" for value, below in parts)
