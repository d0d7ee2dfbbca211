"""RightsMenu: whose work a style of the artist's is, and whether anybody may learn from it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QWidget

from studio.core.card import RIGHTS, Card, Rights, rights_of
from studio.ui.menus.menu import Menu


class RightsMenu(Menu):
    """Shows what the card says. Signals: edited(Card), when it is to say something else."""

    edited = Signal(object)

    def __init__(self, card: Card, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Rights"))
        self._card = card
        group = QActionGroup(self)
        names: dict[Rights, str] = {
            "mine": self.tr("Mine"),
            "permitted": self.tr("Permitted"),
            "public-domain": self.tr("Public domain"),
            "unknown": self.tr("Unknown"),
        }
        for rights, name in names.items():
            action = self.addAction(name)
            action.setCheckable(True)
            action.setChecked(rights_of(card) == rights)
            action.triggered.connect(partial(self._say, rights))
            group.addAction(action)
        self.addSeparator()
        no_learn = self.addAction(self.tr("Not to be learnt from"))
        no_learn.setCheckable(True)
        no_learn.setChecked(card.no_learn)
        no_learn.toggled.connect(self._forbid_learning)

    def _say(self, rights: Rights, _is_checked: bool = False) -> None:
        if rights_of(self._card) != rights:  # else a licence in other words would be lost
            self.edited.emit(replace(self._card, licence=RIGHTS[rights], credit=""))

    def _forbid_learning(self, is_forbidden: bool) -> None:
        self.edited.emit(replace(self._card, no_learn=is_forbidden))
