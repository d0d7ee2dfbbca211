"""About the studio, its credits, and the list of keys: two windows that block nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

import studio
from studio.core.card import Card
from studio.ui.actions.actions import ACTIONS, shown_keys, translated
from studio.ui.widgets.plain_text import window_title
from studio.ui.widgets.screen_room import resize_within_screen


def make_about(cards: Sequence[Card], parent: QWidget) -> QDialog:
    """What the studio is and whose work is in it. cards: of weights, styles and photos that come with it."""
    rows = "".join(f"<tr><td>{escape(card.credit_line)}</td></tr>" for card in cards)
    text = _tr(
        "<h2>Style Studio {version}</h2>"
        "<p>Turns pictures into artworks by style transfer, on your own machine: nothing is uploaded.</p>"
        "<p>Free software under the MIT licence.</p><h3>Credits</h3>"
    )
    return _dialog(_tr("About Style Studio"), f"{text.format(version=studio.__version__)}<table>{rows}</table>", parent)


def make_shortcut_list(parent: QWidget) -> QDialog:
    """All keys, from the table of actions and the sliders' own."""
    rows = [(shown_keys(spec), translated(spec.tip)) for spec in ACTIONS if spec.keys]
    rows += [
        (_tr("Arrows"), _tr("On a slider: one step; with Shift the finest, with PageUp and PageDown coarse")),
        (_tr("Delete"), _tr("On a slider: back to its default, as a double click does")),
        (_tr("Space + drag"), _tr("Move the picture")),
        (_tr("Delete"), _tr("In the gallery: remove a style of your own")),
        (_tr("Enter"), _tr("In the gallery: use the style")),
        (_tr("Shift + Enter"), _tr("In the gallery: mix the style in, as Ctrl and a click do")),
    ]
    lines = "".join(
        f"<tr><td style='padding: 2px 24px 2px 0'><b>{escape(keys)}</b></td>"
        f"<td style='padding: 2px 0'>{escape(tip)}</td></tr>"
        for keys, tip in rows
    )
    return _dialog(_tr("Keyboard shortcuts"), f"<h2>{_tr('Keyboard shortcuts')}</h2><table>{lines}</table>", parent)


def _tr(text: str) -> str:
    return QCoreApplication.translate("About", text)


def _dialog(title: str, html: str, parent: QWidget) -> QDialog:
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
    box.addWidget(text)
    box.addWidget(buttons)
    return dialog
