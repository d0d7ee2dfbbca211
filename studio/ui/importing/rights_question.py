"""RightsQuestion: asks once whose work a new style of the artist's is; the card keeps the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction

from studio.core.card import RIGHTS, Card, Rights, licence_is_unknown
from studio.ui.importing.user_styles import UserStyles
from studio.ui.session.message import Message

_ACTIONS: dict[str, Rights] = {
    "rights_mine": "mine",
    "rights_permitted": "permitted",
    "rights_public_domain": "public-domain",
}


class RightsQuestion(QObject):
    """A message with three answers. Unanswered, the licence stays unknown, which exports and batches say again.

    It takes the place of no other question and no problem: the menu and the details of a style ask the same.
    """

    def __init__(
        self,
        user_styles: UserStyles,
        actions: Mapping[str, QAction],
        shown: Callable[[], Message | None],
        parent: QObject | None = None,
    ) -> None:
        """shown: gives the message that is on screen."""
        super().__init__(parent)
        self._user_styles = user_styles
        self._shown = shown
        self._asked: tuple[str, ...] = ()  # ids of the styles
        self._question: Message | None = None
        self._before = ""
        user_styles.licence_missing.connect(self._ask)
        user_styles.changed.connect(self._follow)
        for name, rights in _ACTIONS.items():
            actions[name].triggered.connect(partial(self._answer, rights))

    @Slot(object, object)
    def _ask(self, cards: Sequence[Card], news: Message | None) -> None:
        """news: what was said of them just now, which the question is added to."""
        shown, asked = self._shown(), tuple(card.id for card in cards if licence_is_unknown(card))
        if not asked:
            return
        if news is None and shown is not None and shown is self._question:  # several, one after the other
            asked = (*self._asked, *asked)
        elif news is None and shown is not None and (shown.is_problem or shown.stays):
            return
        else:  # news of the drop that they came with stays said
            self._before = f"{shown.text} " if news is None and shown is not None and not shown.action else ""
        one, many = self.tr("Whose work is it?"), self.tr("Whose work are they?")
        question = one if len(asked) == 1 else many
        if news is None:
            told = self.tr("{} styles are new in your gallery.").format(len(asked))
            if len(asked) == 1:
                told = self.tr("{} is a style in your gallery now.").format(cards[0].title)
            news = Message(f"{self._before}{told}")
        self._asked = asked
        self._question = replace(news, text=f"{news.text} {question}", stays=True, more=tuple(_ACTIONS))
        self._user_styles.message_posted.emit(self._question)

    @Slot()
    def _follow(self) -> None:
        """Ask no more once the styles are gone again."""
        is_shown = self._question is not None and self._shown() is self._question
        if is_shown and not any(card.id in self._asked for card in self._user_styles.cards):
            self._user_styles.message_posted.emit(None)

    def _answer(self, rights: Rights, _is_checked: bool = False) -> None:
        """Write it into the cards."""
        asked, self._asked = set(self._asked), ()
        for card in self._user_styles.cards:
            if card.id in asked:
                self._user_styles.edit(replace(card, licence=RIGHTS[rights], credit=""))
