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

translate = QCoreApplication.translate
_LOGO = 64  # px


def make_about(cards: Sequence[Card], parent: QWidget) -> QDialog:
    """What the studio is and whose work is in it. cards: of weights, styles and photos that come with it."""
    text = translate(
        "About",
        "<h2>Style Studio {version}</h2>"
        "<p>Turns pictures into artworks by style transfer, on your own machine: nothing is uploaded.</p>"
        "<p>Free software under the MIT licence.</p>",
    )
    html = text.format(version=studio.__version__)
    titles = {
        "model": translate("About", "Networks"),
        "style": translate("About", "Styles of the gallery"),
        "photo": translate("About", "Photos"),
    }
    for kind, title in titles.items():
        rows = "".join(
            f"<tr><td style='padding: 2px 0'>{_credit(card)}</td></tr>" for card in cards if card.kind == kind
        )
        html += f"<h3>{escape(title)}</h3><table>{rows}</table>" if rows else ""
    sign = PlainLabel()
    sign.setPixmap(logo().pixmap(QSize(_LOGO, _LOGO), parent.devicePixelRatioF()))
    sign.setAccessibleName(translate("About", "The sign of Style Studio"))
    return _dialog(translate("About", "About Style Studio"), html, parent, sign)


def _credit(card: Card) -> str:
    """As rich text: of a network, what it is as well, for several are made from the same one."""
    of_whom = escape(card.credit_line)
    return f"<b>{escape(card.title)}</b>: {of_whom}" if card.kind == "model" and card.credit else of_whom


def make_shortcut_list(parent: QWidget) -> QDialog:
    """All keys, in the groups of the menu, and those of the parts of the window."""
    title = translate("About", "Keyboard shortcuts")
    html = f"<h2>{title}</h2>"
    for group, rows in shortcut_groups():
        lines = "".join(
            f"<tr><td width='150' style='padding: 2px 24px 2px 0'><b>{escape(keys)}</b></td>"
            f"<td style='padding: 2px 0'>{escape(tip)}</td></tr>"
            for keys, tip in rows
        )
        html += f"<h3>{escape(group)}</h3><table>{lines}</table>"
    return _dialog(title, html, parent)


def shortcut_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """(title, rows of keys and what they do), in the order of the menu."""
    specs = {spec.name: spec for spec in ACTIONS}
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for title, entries in MENUS:
        names = [name for entry in entries for name in ((entry,) if isinstance(entry, str) else entry[1])]
        rows = [_row(specs.pop(name)) for name in names if name and specs[name].keys]
        groups.append((translated(title), rows))
    groups.append(
        (translate("About", "Window"), [*_menu_rows(), *(_row(spec) for spec in specs.values() if spec.keys)])
    )
    groups += [
        (
            translate("About", "Sliders and numbers"),
            [
                (
                    translate("About", "Arrows"),
                    translate("About", "One step; with Shift the finest, with Page up and Page down coarse"),
                ),
                (translate("About", "Delete"), translate("About", "Back to the default, as a double click does")),
            ],
        ),
        (
            translate("About", "Gallery"),
            [
                (translate("About", "Down"), translate("About", "From the search to the styles")),
                (translate("About", "Enter"), translate("About", "Use the style")),
                (translate("About", "Shift + Enter"), translate("About", "Mix the style in, as Ctrl and a click do")),
                (translate("About", "Delete"), translate("About", "Remove a style of your own")),
            ],
        ),
        (
            translate("About", "Library"),
            [
                (
                    translate("About", "Space"),
                    translate("About", "Look at the picture in full, and back; arrows go to the next one"),
                ),
                (
                    translate("About", "Enter"),
                    translate("About", "Use what is selected as the style; with Shift, mix it in"),
                ),
                (translate("About", "Esc"), translate("About", "Back to the canvas")),
            ],
        ),
        (
            translate("About", "Drawing a region"),
            [
                (
                    translate("About", "[ and ]"),
                    translate("About", "A smaller or larger brush; a smaller or larger difference of colour"),
                ),
                (translate("About", "Shift"), translate("About", "Add to the region")),
                (
                    translate("About", "Alt"),
                    translate("About", "Take away from it; with Shift, keep only what is in both"),
                ),
                (translate("About", "Enter"), translate("About", "Close a polygon")),
                (translate("About", "Esc"), translate("About", "Drop what is being drawn, then leave the tool")),
                (translate("About", "Delete"), translate("About", "On a region below the picture: delete it")),
            ],
        ),
        (
            translate("About", "Canvas"),
            [
                (translate("About", "Space + drag"), translate("About", "Move the picture, as the arrows do")),
                (translate("About", "+ and -"), translate("About", "Zoom, as the wheel and a pinch do")),
                (translate("About", "Double click"), translate("About", "The whole picture, or every pixel")),
                (
                    translate("About", "Ctrl + drag"),
                    translate("About", "Drag the picture into another program or a folder, as the handle does"),
                ),
            ],
        ),
    ]
    return [(title, rows) for title, rows in groups if rows]


def _menu_rows() -> list[tuple[str, str]]:
    if sys.platform == "darwin":  # which has no letters in menus
        return []
    text = translate(
        "About", "Open the menu that has this letter, such as F for File; in it, the letter alone is enough"
    )
    return [(translate("About", "Alt + letter"), text)]


def _row(spec: ActionSpec) -> tuple[str, str]:
    return shown_keys(spec), translated(spec.tip)


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
