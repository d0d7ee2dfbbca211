"""StyleDetails: the whole card of a style: who made it, when, under which licence, and where it comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.core.card import Card, licence_is_unknown
from studio.core.image_io.opening.opener import PictureOpener
from studio.ui.images.thumbnails import Thumbnails
from studio.ui.theme.theme import set_role
from studio.ui.widgets.licence_combo import LicenceCombo
from studio.ui.widgets.plain_text import PlainLabel, window_title
from studio.ui.widgets.screen_room import resize_within_screen

_EDGE = 160


class StyleDetails(QDialog):
    """Stays beside the window, without blocking it. A card that comes with the studio is shown, every line to be
    copied; one of the artist's own is edited. Signals: edited(Card), when another one is to be kept.
    """

    edited = Signal(object)

    def __init__(
        self,
        card: Card,
        parent: QWidget | None = None,
        *,
        is_editable: bool = False,
        thumbnail_folder: Path | None = None,
        opener: PictureOpener | None = None,
    ) -> None:
        """thumbnail_folder, opener: as of the gallery."""
        super().__init__(parent)
        self._card = card
        self._thumbnails = Thumbnails(QSize(_EDGE, _EDGE), self.devicePixelRatioF(), thumbnail_folder, self, opener)
        self._thumbnails.arrived.connect(self._show_picture)
        self.picture = PlainLabel()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(window_title(card.title))
        self.fields: list[QLineEdit] = []  # title, artist, year, source
        self.licence = LicenceCombo()
        self.no_learn = QCheckBox(self.tr("Not to be learnt from"))
        self._form = QFormLayout()
        self._form.setVerticalSpacing(8)
        self._form.setHorizontalSpacing(16)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        buttons = QDialogButtonBox()
        if is_editable:
            self._add_fields()
            save = buttons.addButton(QDialogButtonBox.StandardButton.Save)
            set_role(save, "primary")
            buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        else:
            self._add_lines()
            buttons.addButton(QDialogButtonBox.StandardButton.Close)
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.close)
        self._arrange(buttons)

    @property
    def card(self) -> Card:
        """What the fields say; without a title, the old one stays."""
        title, author, year, source = (field.text().strip() for field in self.fields)
        title = title or self._card.title
        return replace(
            self._card,
            title=title,
            author=author,
            year=year,
            licence=self.licence.value,
            source=source,
            credit="",
            no_learn=self.no_learn.isChecked(),
        )

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._thumbnails.set_pixel_ratio(self.devicePixelRatioF())
            self._show_picture()
        return super().event(event)

    @Slot()
    def _show_picture(self) -> None:
        self.picture.setPixmap(self._thumbnails.pixmap(self._card.file) or QPixmap())

    @Slot()
    def _save(self) -> None:
        if self.card != self._card:
            self.edited.emit(self.card)
        self.close()

    def _add_fields(self) -> None:
        card = self._card
        for text, value, hint in (
            (self.tr("Title"), card.title, card.title),
            (self.tr("Artist"), card.author, self.tr("Who made it")),
            (self.tr("Year"), card.year, self.tr("When")),
            (self.tr("Source"), card.source, self.tr("Where it comes from")),
        ):
            field = QLineEdit(value)
            field.setAccessibleName(text)
            field.setPlaceholderText(hint)
            field.setCursorPosition(0)
            self.fields.append(field)
            self._form.addRow(text, field)
        self.licence.show_licence_of(card)
        self._form.insertRow(3, self.tr("Licence"), self.licence)
        note = PlainLabel(self.tr("Any text will do. It goes into the credits; exports warn while it is unknown."))
        note.setWordWrap(True)
        set_role(note, "caption")
        self._form.insertRow(4, "", note)
        self.no_learn.setChecked(card.no_learn)
        self.no_learn.setToolTip(self.tr("Teach a style and classifiers leave it out, here and wherever its card goes"))
        self._form.addRow(self.tr("Learning"), self.no_learn)

    def _add_lines(self) -> None:
        card = self._card
        for name, value in (
            (self.tr("Title"), card.title),
            (self.tr("Artist"), card.author),
            (self.tr("Year"), card.year),
            (self.tr("Licence"), self.tr("unknown") if licence_is_unknown(card) else card.licence),
            (self.tr("Source"), card.source),
            (self.tr("Credit"), card.credit_line),
        ):
            if value:
                label = PlainLabel(name)
                set_role(label, "muted")
                label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
                label.setAlignment(Qt.AlignmentFlag.AlignTop)
                self._form.addRow(label, _line(name, value))

    def _arrange(self, buttons: QDialogButtonBox) -> None:
        self.picture.setAccessibleName(self.tr("Picture of {}").format(self._card.title))
        self.picture.setFixedSize(_EDGE, _EDGE)
        self._show_picture()
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(self._form, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(16)
        box.addLayout(top)
        box.addWidget(buttons)
        resize_within_screen(self, QSize(520, self.sizeHint().height()))


def _line(name: str, value: str) -> PlainLabel:
    line = PlainLabel(value)
    line.setWordWrap(True)
    line.setAlignment(Qt.AlignmentFlag.AlignTop)
    line.setAccessibleName(name)
    line.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return line
