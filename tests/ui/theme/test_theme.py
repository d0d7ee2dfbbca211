"""Promises of the theme: readable in dark and light, neutral greys, icons sharp and in the palette's colours."""

import gc
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QRadioButton, QSpinBox, QToolButton

from studio.ui.theme import theme
from studio.ui.theme.theme import PALETTES, apply_theme, color, icon, icon_names, set_role, theme_name

THEMES = ("dark", "light")
TEXT_ON = [
    ("text", "window"), ("text", "panel"), ("text", "raised"), ("text", "hover"), ("text", "canvas"),
    ("muted", "window"), ("muted", "panel"), ("hint", "raised"),
    ("on_accent", "accent"), ("error_text", "window"), ("error_text", "panel"), ("error_text", "raised"),
    ("panel", "text"),  # a chosen chip
]  # fmt: skip
CONTROLS_ON = [
    (mark, ground)
    for mark in ("control", "accent", "error")
    for ground in ("window", "panel", "raised")
] + [("accent", "canvas")]  # fmt: skip


@pytest.fixture
def styled(qapp):
    yield qapp
    qapp.setStyleSheet("")
    qapp.setProperty("studio_theme", None)


def luminance(name: str) -> float:
    channels = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in QColor(name).getRgbF()[:3]
    ]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_has_a_contrast_of_at_least_4_5(name, ink, ground):
    assert contrast(PALETTES[name][ink], PALETTES[name][ground]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("mark", "ground"), CONTROLS_ON)
def test_controls_have_a_contrast_of_at_least_3(name, mark, ground):
    assert contrast(PALETTES[name][mark], PALETTES[name][ground]) >= 3.0


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(
    "path", sorted(Path(theme.__file__).parent.glob("icons/indicators/*.svg")), ids=lambda p: p.stem
)
def test_indicators_with_one_colour_for_both_themes_are_seen_in_both(name, path):
    ink = re.search(r'stroke="(#\w+)"', path.read_text())[1]
    ground = "accent" if path.stem in ("check", "radio") else "raised"
    assert contrast(ink, PALETTES[name][ground]) >= 3.0


@pytest.mark.parametrize("name", THEMES)
def test_greys_carry_no_tint(name):
    tinted = {"accent", "error", "error_text"}
    assert all(QColor(value).saturation() == 0 for role, value in PALETTES[name].items() if role not in tinted)


def test_both_themes_name_the_same_roles():
    assert PALETTES["dark"].keys() == PALETTES["light"].keys()


@pytest.mark.parametrize("name", THEMES)
def test_the_style_sheet_uses_known_roles_only_and_qt_can_read_it(styled, name):
    apply_theme(styled, name)  # an unknown $role raises; a sheet Qt cannot parse warns, and warnings fail
    assert theme_name() == name
    assert color("panel").name() == PALETTES[name]["panel"]
    assert "$" not in styled.styleSheet()


def test_an_unknown_theme_is_refused(styled):
    with pytest.raises(ValueError, match="sepia"):
        apply_theme(styled, "sepia")


def test_fields_show_their_text(styled, qtbot):
    apply_theme(styled, "dark")
    number, words = QSpinBox(), QLineEdit("0")
    number.setValue(88)
    for field in (number, words):
        qtbot.addWidget(field)
        field.resize(80, 30)
        assert holds_ink(field.grab().toImage().copy(8, 4, 40, 22), color("text"))


def test_text_is_13_px_and_captions_are_11(styled, qtbot):
    apply_theme(styled, "dark")
    text, caption = QLabel("Great Wave"), QLabel("Hokusai")
    theme.set_role(caption, "caption")
    for label in (text, caption):
        qtbot.addWidget(label)
        label.ensurePolished()
    assert (text.font().pixelSize(), caption.font().pixelSize()) == (13, 11)


@pytest.mark.parametrize("name", icon_names())
@pytest.mark.parametrize("edge", [16, 20, 40])
def test_every_icon_renders_at_every_size(styled, name, edge):
    apply_theme(styled, "dark")
    image = icon(name).pixmap(QSize(edge, edge), 1.0).toImage()
    assert image.size() == QSize(edge, edge)
    assert holds_ink(image, color("text"))
    assert image.pixelColor(0, 0).alpha() == 0


@pytest.mark.parametrize("name", icon_names())
def test_icons_stay_within_their_margin(name):
    image = icon(name).pixmap(QSize(80, 80), 1.0).toImage()
    edge = [(i, j) for i in range(80) for j in (0, 1, 78, 79)]
    assert all(image.pixelColor(x, y).alpha() == 0 and image.pixelColor(y, x).alpha() == 0 for x, y in edge)


def test_an_icon_has_all_pixels_of_a_hi_dpi_screen():
    pixmap = icon("open").pixmap(QSize(20, 20), 2.0)
    assert pixmap.size() == QSize(40, 40)
    assert pixmap.devicePixelRatio() == 2.0


def test_an_icon_follows_a_change_of_theme(styled):
    apply_theme(styled, "dark")
    stop = icon("stop")
    assert holds_ink(stop.pixmap(20, 20).toImage(), QColor(PALETTES["dark"]["text"]))
    apply_theme(styled, "light")
    assert holds_ink(stop.pixmap(20, 20).toImage(), QColor(PALETTES["light"]["text"]))


def test_a_disabled_icon_is_fainter():
    image = icon("stop").pixmap(QSize(20, 20), 1.0, QIcon.Mode.Disabled).toImage()
    strongest = max(image.pixelColor(x, y).alpha() for x in range(20) for y in range(20))
    assert 0 < strongest < 140


def test_an_icon_survives_being_copied_and_changed(styled):
    first = icon("style")
    copied = QIcon(first)
    copied.addPixmap(icon("open").pixmap(8, 8))  # shared so far: Qt clones the engine now
    del first
    gc.collect()
    assert holds_ink(copied.pixmap(QSize(20, 20), 1.0).toImage(), color("text"))


def test_an_icon_that_is_painted_again_and_again_is_read_once(monkeypatch):
    icon("check")
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} is read again."))
    assert not icon("check", "on_accent").pixmap(QSize(16, 16)).isNull()


def test_an_unknown_icon_is_an_error():
    with pytest.raises(KeyError, match="unicorn"):
        icon("unicorn")


def test_the_focus_is_seen_on_a_button(styled, qtbot):
    apply_theme(styled, "dark")
    button = QPushButton("Finish")
    qtbot.addWidget(button)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitActive(button):
        button.show()
    assert holds_ink(button.grab().toImage(), color("accent"))


@pytest.mark.parametrize("kind", [QPushButton, QToolButton, QCheckBox, QRadioButton])
def test_the_focus_by_keyboard_has_one_frame(styled, qtbot, kind):
    apply_theme(styled, "dark")
    button = kind()
    button.setText("Finish")
    qtbot.addWidget(button)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    with qtbot.waitActive(button):
        button.show()
    button.setFocus()
    by_mouse = button.grab().toImage()
    button.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)  # as Tab does
    assert button.grab().toImage() == by_mouse


def holds_ink(image, ink: QColor, tolerance: int = 12) -> bool:
    """Whether some pixel is nearly `ink` and nearly opaque."""
    plain = image.convertToFormat(image.Format.Format_ARGB32)
    return any(
        pixel.alpha() > 200
        and max(abs(a - b) for a, b in zip(pixel.getRgb()[:3], ink.getRgb()[:3], strict=True)) <= tolerance
        for pixel in (plain.pixelColor(x, y) for x in range(plain.width()) for y in range(plain.height()))
    )


def test_the_same_role_again_looks_no_rule_up(qtbot, styled):
    apply_theme(styled, "dark")
    asked = []

    class Watched(QLabel):
        def style(self):
            asked.append(self)
            return super().style()

    qtbot.addWidget(label := Watched("Error"))
    set_role(label, "error")
    label.ensurePolished()
    assert asked and label.palette().windowText().color() == QColor(PALETTES["dark"]["error_text"])
    asked.clear()
    set_role(label, "error")
    assert asked == []
    set_role(label, "caption")
    assert asked and label.palette().windowText().color() != QColor(PALETTES["dark"]["error_text"])
