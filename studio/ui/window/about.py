"""About the studio, its credits, and the list of keys: two windows that block nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

import studio
from studio.core.card import Card
from studio.ui.actions.actions import ACTIONS, ActionSpec, shown_keys, translated
from studio.ui.theme.theme import logo
from studio.ui.widgets.plain_text import PlainLabel, window_title
from studio.ui.widgets.screen_room import resize_within_screen
from studio.ui.window.main_menu import MENUS

_LOGO = 64  # px


def make_about(cards: Sequence[Card], parent: QWidget) -> QDialog:
    """What the studio is and whose work is in it. cards: of weights, styles and photos that come with it."""
    rows = "".join(f"<tr><td>{escape(card.credit_line)}</td></tr>" for card in cards)
    text = _tr(
        "<h2>Style Studio {version}</h2>"
        "<p>Turns pictures into artworks by style transfer, on your own machine: nothing is uploaded.</p>"
        "<p>Free software under the MIT licence.</p><h3>Credits</h3>"
    )
    html = f"{text.format(version=studio.__version__)}<table>{rows}</table>"
    sign = PlainLabel()
    sign.setPixmap(logo().pixmap(QSize(_LOGO, _LOGO), parent.devicePixelRatioF()))
    sign.setAccessibleName(_tr("The sign of Style Studio"))
    return _dialog(_tr("About Style Studio"), html, parent, sign)


def make_shortcut_list(parent: QWidget) -> QDialog:
    """All keys, in the groups of the menu, and those of the parts of the window."""
    html = f"<h2>{_tr('Keyboard shortcuts')}</h2>"
    for title, rows in shortcut_groups():
        lines = "".join(
            f"<tr><td width='150' style='padding: 2px 24px 2px 0'><b>{escape(keys)}</b></td>"
            f"<td style='padding: 2px 0'>{escape(tip)}</td></tr>"
            for keys, tip in rows
        )
        html += f"<h3>{escape(title)}</h3><table>{lines}</table>"
    return _dialog(_tr("Keyboard shortcuts"), html, parent)


def shortcut_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """(title, rows of keys and what they do), in the order of the menu."""
    specs = {spec.name: spec for spec in ACTIONS}
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for title, entries in MENUS:
        names = [name for entry in entries for name in ((entry,) if isinstance(entry, str) else entry[1])]
        rows = [_row(specs.pop(name)) for name in names if name and specs[name].keys]
        groups.append((QCoreApplication.translate("MainMenu", title), rows))
    groups.append((_tr("Window"), [*_menu_rows(), *(_row(spec) for spec in specs.values() if spec.keys)]))
    groups += [
        (
            _tr("Sliders and numbers"),
            [
                (_tr("Arrows"), _tr("One step; with Shift the finest, with Page up and Page down coarse")),
                (_tr("Delete"), _tr("Back to the default, as a double click does")),
            ],
        ),
        (
            _tr("Gallery"),
            [
                (_tr("Down"), _tr("From the search to the styles")),
                (_tr("Enter"), _tr("Use the style")),
                (_tr("Shift + Enter"), _tr("Mix the style in, as Ctrl and a click do")),
                (_tr("Delete"), _tr("Remove a style of your own")),
            ],
        ),
        (
            _tr("Library"),
            [
                (_tr("Space"), _tr("Look at the picture in full, and back; arrows go to the next one")),
                (_tr("Enter"), _tr("Use what is selected as the style; with Shift, mix it in")),
                (_tr("Esc"), _tr("Back to the canvas")),
            ],
        ),
        (
            _tr("Drawing a region"),
            [
                (_tr("[ and ]"), _tr("A smaller or larger brush; a smaller or larger difference of colour")),
                (_tr("Shift"), _tr("Add to the region")),
                (_tr("Alt"), _tr("Take away from it; with Shift, keep only what is in both")),
                (_tr("Enter"), _tr("Close a polygon")),
                (_tr("Esc"), _tr("Drop what is being drawn, then leave the tool")),
                (_tr("Delete"), _tr("On a region below the picture: delete it")),
            ],
        ),
        (
            _tr("Canvas"),
            [
                (_tr("Space + drag"), _tr("Move the picture, as the arrows do")),
                (_tr("+ and -"), _tr("Zoom, as the wheel and a pinch do")),
                (_tr("Double click"), _tr("The whole picture, or every pixel")),
                (_tr("Ctrl + drag"), _tr("Drag the picture into another program or a folder, as the handle does")),
            ],
        ),
    ]
    return [(title, rows) for title, rows in groups if rows]


def _menu_rows() -> list[tuple[str, str]]:
    if sys.platform == "darwin":  # which has no letters in menus
        return []
    text = _tr("Open the menu that has this letter, such as F for File; in it, the letter alone is enough")
    return [(_tr("Alt + letter"), text)]


def _row(spec: ActionSpec) -> tuple[str, str]:
    return shown_keys(spec), translated(spec.tip)


def _tr(text: str) -> str:
    return QCoreApplication.translate("About", text)


def _dialog(title: str, html: str, parent: QWidget, sign: QWidget | None = None) -> QDialog:
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(window_title(title))
    resize_within_screen(dialog, QSize(600, 680))
    text = QTextBrowser()
    text.setHtml(html)
    text.setOpenExternalLinks(True)
    text.setAccessibleName(title)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()
    box = QVBoxLayout(dialog)
    if sign is not None:
        box.addWidget(sign, 0, Qt.AlignmentFlag.AlignHCenter)
    box.addWidget(text)
    box.addWidget(buttons)
    return dialog
