"""Names of strangers in the window: markup, marks and control characters are shown, and no length breaks the layout."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6 import QtGui
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QMessageBox,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from studio.core.artwork.blend import Blend
from studio.core.card import OWN_CATEGORY, Card, bundled_cards
from studio.core.displayable import displayable
from studio.core.errors import StudioError
from studio.core.image_io import ExportOptions
from studio.core.styles.style_library import StyleLibrary
from studio.ui.actions.message_bar import MessageBar
from studio.ui.app import Studio
from studio.ui.session.message import Message
from studio.ui.session.settings import Settings
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.plain_text import PlainFileDialog, PlainLabel, action_text, tool_tip, window_title
from tests.support.fakes import FakeEngine, make_picture

UI = Path(__file__).parents[3] / "studio" / "ui"
TAIL = "\n\x1b\u202e&[*]"
FILE = f"<img src=nowhere.png>zebra{TAIL}"  # as a file can be called
TITLE = f'\0<img src="/nowhere.png">zebra{TAIL}'
LONG = "Ab" * 5000
SHOWN = re.compile(r"<imgsrc=[^>]*>zebra" + re.escape(displayable(TAIL)))


def seen(text: str, *, is_rich: bool | None = None) -> str:
    """What Qt shows of a text; is_rich: None where it guesses."""
    if not (QtGui.Qt.mightBeRichText(text) if is_rich is None else is_rich):
        return text
    document = QTextDocument()  # lays nothing out, so it opens no file
    document.setHtml(text)
    return document.toPlainText()


def without_mnemonics(text: str) -> str:
    return re.sub("&(.)", r"\1", text)


def shown_texts(widget: QWidget) -> Iterator[tuple[str, str, str]]:
    """Kind of text, the text as it was given, and as it is seen; of a widget, its actions and its items."""
    kind = type(widget).__name__
    for tip in (widget.toolTip(), widget.statusTip(), widget.whatsThis()):
        yield f"{kind} tip", tip, seen(tip)
    title = widget.windowTitle()
    yield f"{kind} title", title, title.replace("[*][*]", "[*]") if title.count("[*]") % 2 == 0 else title
    for action in widget.actions():
        yield f"{kind} action", action.text(), without_mnemonics(action.text())
        for tip in (action.toolTip(), action.statusTip(), action.whatsThis()):
            yield f"{kind} action tip", tip, seen(tip)
    match widget:
        case QLabel():
            is_plain = widget.textFormat() == Qt.TextFormat.PlainText
            is_guessed = widget.textFormat() == Qt.TextFormat.AutoText
            yield kind, widget.text(), seen(widget.text(), is_rich=None if is_guessed else not is_plain)
        case QAbstractButton():
            yield kind, widget.text(), without_mnemonics(widget.text())
        case QTextEdit():
            yield kind, widget.toPlainText(), widget.toPlainText()
        case QComboBox():
            yield from ((kind, widget.itemText(row), widget.itemText(row)) for row in range(widget.count()))
        case QAbstractItemView() if widget.model() is not None:
            for row in range(widget.model().rowCount()):
                index = widget.model().index(row, 0)
                name = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
                yield f"{kind} item", name, name
                for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.StatusTipRole, Qt.ItemDataRole.WhatsThisRole):
                    tip = str(index.data(role) or "")
                    yield f"{kind} item tip", tip, seen(tip)


class Walk:
    """Looks at every text of the program, as often as it is asked; `found` are the places of names so far."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def __call__(self) -> None:
        for widget in QApplication.allWidgets():
            for kind, given, shown in shown_texts(widget):
                assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", shown), (kind, shown)
                assert "&nbsp" not in shown and "&lt" not in shown, (kind, shown)
                given, shown = "".join(given.split()), "".join(shown.split())  # wrapped or not
                assert len(SHOWN.findall(shown)) == shown.count("zebra") == given.count("zebra"), (kind, given, shown)
                if "zebra" in shown:
                    self.found.add(kind)


@pytest.fixture
def walk() -> Walk:
    return Walk()


def named_by_a_stranger(card: Card, **others: str) -> Card:
    texts = dict.fromkeys(("title", "author", "year", "licence", "source"), TITLE)
    return replace(card, **texts | others)  # type: ignore[arg-type]


@pytest.fixture
def besieged(
    qtbot: QtBot, qapp: QApplication, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Studio]:
    """The program with nothing but hostile cards: those that came with it, of their own category, and the artist's."""
    library = StyleLibrary()
    library.edit(named_by_a_stranger(library.add(make_picture(name="wall")), licence="unknown"))
    real = {kind: bundled_cards(kind)[:2] for kind in ("styles", "demo", "models", "photos")}
    hostile = {kind: tuple(named_by_a_stranger(card, category=TITLE) for card in cards) for kind, cards in real.items()}
    monkeypatch.setattr("studio.ui.app.bundled_cards", hostile.__getitem__)
    monkeypatch.setattr("studio.ui.window.action_handlers.bundled_cards", hostile.__getitem__)
    studio = Studio(FakeEngine, settings, tmp_path / "thumbnails")
    studio.window.show()
    qtbot.waitUntil(lambda: studio.session.engine.info is not None and bool(studio.importer.user_styles.cards))
    yield studio
    studio.close()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def save(folder: Path, name: str, seed: int = 0) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.png"
    Image.fromarray(make_picture(64, 48, seed=seed).pixels).save(path)
    return path


def use(qtbot: QtBot, studio: Studio, folder: Path, walk: Callable[[], None], name: str) -> None:
    """Everything a name gets into, looked at on the way."""
    session, window = studio.session, studio.window
    with qtbot.waitSignal(session.content_changed):
        studio.importer.open_picture(save(folder, name))
    first, second = studio.importer.cards[:2]
    studio.importer.use_style(first)
    qtbot.waitUntil(lambda: len(session.artwork.styles) == 1)
    studio.importer.mix_in(second)
    qtbot.waitUntil(lambda: len(session.artwork.styles) == 2)
    studio.importer.mix_in(second)
    qtbot.waitUntil(lambda: window.messages.message is not None)
    walk()
    photo = session.artwork.state.photo
    assert photo is not None
    session.change(blend=Blend(photo, make_picture(40, 40, name, seed=2)))
    session.commit()
    qtbot.waitUntil(lambda: session.artwork.awaited_blend is None)
    session.finish()
    qtbot.waitUntil(lambda: session.artwork.is_finished)
    window.tool_bar.menu.menus["Open recent"].aboutToShow.emit()
    walk()
    question = window.close_guard
    question._ask()
    studio.actions["export"].trigger()
    studio.actions["about"].trigger()
    qtbot.waitUntil(lambda: "About Style Studio" in [dialog.windowTitle() for dialog in window.findChildren(QDialog)])
    studio.actions["shortcuts"].trigger()
    own = next(card for card in studio.importer.cards if card.category == OWN_CATEGORY)
    for card in (first, own):
        window.gallery.show_details(card)
        window.gallery.menu_for(card)
    walk()
    for dialog in window.findChildren(QMessageBox):
        dialog.reject()
    studio.exporter.export(folder / f"{name}.jpg", ExportOptions("jpeg"), TITLE)
    qtbot.waitUntil(lambda: "exporting" not in session.activities)
    walk()
    studio.importer.open_picture(folder / f"{name} gone.png")
    qtbot.waitUntil(lambda: "gone" in (window.messages.message or Message("")).text)
    walk()
    window.messages.show_message(Message.about(StudioError(f"{TITLE} is no style.", f"Look for {TITLE}.")))
    walk()
    studio.importer.user_styles.remove(own.id)
    qtbot.waitUntil(lambda: not studio.importer.user_styles.cards)
    walk()


def teach(qtbot: QtBot, studio: Studio, folder: Path, walk: Callable[[], None], name: str) -> None:
    studio.tune_window.open_beside()
    with qtbot.waitSignal(studio.tune_controller.references.changed):
        studio.tune_controller.references.add(
            [save(folder, name, 5), save(folder, f"{name} 2", 5), folder / f"{name}.txt"]
        )
    studio.tune_controller.unfinished = displayable(TITLE)
    studio.tune_controller.state_changed.emit()
    walk()


def paint_many(qtbot: QtBot, studio: Studio, folder: Path, walk: Callable[[], None], name: str) -> None:
    save(folder, name, 7)
    (folder / f"{name} 2.png").write_text("no picture")
    studio.actions["render_many"].trigger()
    studio.batch_window.add_places([folder])
    qtbot.waitUntil(lambda: not studio.batch.is_scanning)
    walk()
    studio.batch_window.main.click()
    qtbot.waitUntil(lambda: not studio.batch.is_running)
    walk()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes no such names")
def test_no_text_of_the_window_is_taken_for_markup(qtbot: QtBot, besieged: Studio, tmp_path: Path, walk: Walk) -> None:
    walk()
    use(qtbot, besieged, tmp_path / "photos", walk, FILE)
    teach(qtbot, besieged, tmp_path / "works", walk, FILE)
    paint_many(qtbot, besieged, tmp_path / "many", walk, FILE)
    assert walk.found >= {
        "ElidedLabel",  # the bar's title, rows of styles
        "PlainLabel",  # messages, credits, remarks
        "ElidedLabel tip",
        "QToolButton",  # a category
        "QToolButton tip",  # rows of styles and photos, results
        "_DemoPhoto",
        "_DemoPhoto tip",
        "Menu action",  # recent files
        "Menu action tip",
        "QListWidget item tip",  # what a style is learnt from
        "StyleGrid item",
        "StyleGrid item tip",
        "BatchList item",
        "BatchList item tip",
        "QTextBrowser",  # about
        "MainWindow title",
        "StyleDetails title",
    }, walk.found


@pytest.mark.parametrize("title", [LONG, "word " * 2000, "\n".join("ab" * 2500), "漢" * 10_000])
def test_no_length_of_a_title_breaks_the_layout(
    qtbot: QtBot, loaded: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, title: str
) -> None:
    window = loaded.window
    least = window.minimumSizeHint().width()
    style = loaded.session.artwork.styles[0]
    loaded.session.correct_card(replace(style.card, title=title, author=title, year=title, licence="unknown"))
    loaded.session.change(content=make_picture(name=title))
    loaded.session.finish()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    window.messages.show_message(Message.about(StudioError(f"{title} is gone.", f"Look for {title}.")))
    loaded.actions["export"].trigger()
    loaded.actions["render_many"].trigger()
    loaded.tune_window.open_beside()
    loaded.tune_controller.unfinished = title
    loaded.tune_controller.state_changed.emit()
    window.gallery.show_details(replace(style.card, title=title, source=title))
    window.gallery.show_details(replace(style.card, title=title, source=title, category=OWN_CATEGORY))
    QApplication.sendPostedEvents()
    assert window.minimumSizeHint().width() == least
    assert window.messages.minimumSizeHint().width() < least
    assert window.messages.text.heightForWidth(600) < window.height() / 2
    assert len(window.windowTitle()) < 200
    for widget in QApplication.topLevelWidgets():
        if widget.isVisible():
            assert widget.minimumSizeHint().width() <= least, widget
            assert widget.width() <= 1280 and widget.height() <= 1000, widget
    for widget in QApplication.allWidgets():
        lines = widget.toolTip().split("\n")
        assert len(lines) <= 20 and max(map(len, lines)) <= 130, widget


def test_a_long_recent_file_makes_no_wide_menu(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    name = "W" * 200
    with qtbot.waitSignal(studio.session.content_changed):
        studio.importer.open_picture(save(tmp_path, name))
    menu = studio.window.tool_bar.menu.menus["Open recent"]
    menu.aboutToShow.emit()
    assert menu.sizeHint().width() < 1100
    assert name[:100] in menu.actions()[0].toolTip().replace("\n", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Great Wave\nHokusai, 1831", "Great Wave\nHokusai, 1831"),
        ("2 < 3 & 4 > 1", "2 < 3 & 4 > 1"),
        (" <b>bold</b>", " <b>bold</b>"),
        ("Tom &lt; Jerry", "Tom &lt; Jerry"),
        ('<img src="/dev/zero">  two\nlines', '<img src="/dev/zero">  two\nlines'),
        ("<!DOCTYPE html>x", "<!DOCTYPE html>x"),
        ("<?xml version='1.0'?><b>x", "<?xml version='1.0'?><b>x"),
        ("a\0b\u202ec", r"a\x00b\u202ec"),
    ],
)
def test_a_tool_tip_shows_what_it_was_given(text: str, shown: str) -> None:
    assert seen(tool_tip(text)) == shown


def test_long_tool_tips_are_wrapped_and_cut() -> None:
    assert tool_tip("word " * 50).count("\n") == 2
    lines = tool_tip("\n".join([LONG] * 100)).split("\n")
    assert len(lines) == 20 and max(map(len, lines)) <= 120 and lines[-1] == "\N{HORIZONTAL ELLIPSIS}"


def test_an_action_shows_the_name_it_was_given() -> None:
    assert without_mnemonics(action_text("Q&A && more\t\n")) == r"Q&A && more\t\n"
    assert len(action_text(LONG)) <= 60


@pytest.mark.parametrize("name", ["a [*] b", "[*][*]", "[*]"])
def test_a_window_shows_the_title_it_was_given(qtbot: QtBot, name: str) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setWindowTitle(window_title(name))
    assert widget.windowTitle().replace("[*][*]", "[*]") == name


@pytest.mark.parametrize("make", [PlainLabel, ElidedLabel])
def test_a_label_takes_no_text_for_html(qtbot: QtBot, make: type[PlainLabel]) -> None:
    label = make("<b>x</b> & y\nz\x1b")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText and label.text() == "<b>x</b> & y\nz\\x1b"
    label.setText(f"Removed {LONG}.")
    assert len(label.text()) == 400 and label.text().startswith("Removed A") and label.text().endswith("b.")


def test_a_message_keeps_its_place_whatever_it_names(qtbot: QtBot) -> None:
    bar = MessageBar({})
    qtbot.addWidget(bar)
    bar.resize(600, 60)
    bar.show_message(Message(f"{LONG} is gone.", is_problem=True))
    assert bar.minimumSizeHint().width() < 400


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes no such names")
def test_qts_own_question_before_a_file_is_replaced_shows_its_name(qtbot: QtBot, tmp_path: Path) -> None:
    path = save(tmp_path, "<img src=nowhere.png>zebra")
    dialog = PlainFileDialog(None, "Export", str(tmp_path))
    qtbot.addWidget(dialog)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(path.name)
    formats = []

    def answer() -> None:
        question = QApplication.activeModalWidget()
        if isinstance(question, QMessageBox):
            assert path.name in question.text()
            formats.extend(label.textFormat() for label in question.findChildren(QLabel) if "zebra" in label.text())
            question.reject()

    look = QTimer()
    look.timeout.connect(answer)
    look.start(5)
    dialog.show()
    dialog.accept()  # returns when the question is answered
    look.stop()
    assert formats == [Qt.TextFormat.PlainText]


# What Qt takes for HTML by itself, and what makes it plain again.
GUESSING = {"QLabel", "QErrorMessage", "QInputDialog", "QProgressDialog", "QSplashScreen", "QStatusBar", "QWizardPage"}
MADE_HERE = {"QLabel", "QFileDialog"}
SETTERS = {"setToolTip", "setStatusTip", "setWhatsThis", "setWindowTitle"}
SAFE_CALLS = {"tool_tip", "explained", "window_title", "toolTip"}
TRANSLATORS = {"tr", "translate"}


def is_safe(text: ast.expr) -> bool:
    """Whether an expression is a constant, a translated one, or has gone through the helpers."""
    if isinstance(text, ast.Constant):
        return True
    if not isinstance(text, ast.Call):
        return False
    name = text.func.attr if isinstance(text.func, ast.Attribute) else getattr(text.func, "id", "")
    return name in SAFE_CALLS or (name in TRANSLATORS and all(isinstance(word, ast.Constant) for word in text.args))


def faults_in(source: str) -> list[str]:
    faults = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            faults += [f"{alias.name} is imported" for alias in node.names if alias.name in GUESSING]
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in MADE_HERE or (name in SETTERS and not all(map(is_safe, node.args))):
                faults.append(f"line {node.lineno}: {ast.unparse(node)}")
    return faults


def test_labels_tips_and_titles_are_made_by_the_helpers_alone() -> None:
    files = [path for path in UI.rglob("*.py") if path.name != "plain_text.py"]
    assert len(files) > 50
    assert {path.name: faults for path in files if (faults := faults_in(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "from PySide6.QtWidgets import QLabel",
        "QFileDialog(self, name)",
        "self.setToolTip(card.title)",
        'self.setToolTip(f"{card.title}")',
        'self.setToolTip(self.tr("Take {} out").format(card.title))',
        "self.setWindowTitle(card.title)",
    ],
)
def test_the_rule_sees_what_it_forbids(line: str) -> None:
    assert faults_in(line)
    assert not faults_in('self.setToolTip(self.tr("Add"))\nself.setToolTip(tool_tip(name))')
