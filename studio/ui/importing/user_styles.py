"""UserStyles: the artist's own styles while the window is open; all work on their files is done off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.card import Card, licence_is_unknown
from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import pictures_in
from studio.core.image_io.opening.places import reachable
from studio.core.picture import Picture
from studio.core.styles.load_style import is_style_file
from studio.core.styles.style import Style
from studio.core.styles.style_library import StyleLibrary, kept_size
from studio.ui.importing.opening import Opening, WaitedFor
from studio.ui.session.message import Message
from studio.ui.threads.serial_executor import SerialExecutor

T = TypeVar("T")

MANY = 25  # pictures that become styles only when that is agreed


class UserStyles(QObject):
    """Reads, adds, edits and removes them; reports the outcome in a sentence.

    cards: by title. Signals: changed(), other cards; added(Card), the one that `use` has kept, new or not;
    came(ids), new ones that were opened or dropped; edited(Card), one of them has changed;
    licence_missing(cards, news), new ones without a licence, and the message just posted about them or None;
    message_posted(Message).
    """

    changed = Signal()
    added = Signal(object)
    came = Signal(object)
    edited = Signal(object)
    licence_missing = Signal(object, object)
    message_posted = Signal(object)

    def __init__(
        self,
        library: StyleLibrary,
        opening: Opening,
        files: SerialExecutor,
        many: SerialExecutor,
        parent: QObject | None = None,
    ) -> None:
        """opening: of what the artist waits for. files: of the library. many: of files that come by the hundred."""
        super().__init__(parent)
        self.cards: tuple[Card, ...] = ()
        self._library = library
        self._opening = opening
        self._files = files
        self._many = many
        self._offered: tuple[Path, ...] = ()
        self._added: tuple[Card, ...] = ()  # by the last batch, if nothing was added since

    @property
    def folder(self) -> Path:
        """Where the artist's own styles lie."""
        return self._library.folder

    def load(self) -> None:
        """Read the library."""
        self._files.submit(self._library.read, lambda found: self._take_library(*found), self._refuse)

    def find(self, card_id: str, take: Callable[[Card], None]) -> None:
        """Call `take` with a style that another studio has put into the library meanwhile; tell if there is none."""
        missing = StudioError(
            self.tr("The style that was dropped is not in the gallery of this window."),
            self.tr("Drop its picture or its style file instead."),
        )

        def read() -> Card:
            card = next((card for card in self._library.read()[0] if card.id == card_id), None)
            if card is None:
                raise missing
            return card

        def found(card: Card) -> None:
            self._insert(card)
            take(card)

        self._files.submit(read, found, self._refuse)

    def use(
        self,
        open_one: Callable[[WaitedFor], Picture],
        take: Callable[[Style], None],
        about: Callable[[Card], Card] = lambda card: card,
    ) -> None:
        """Open a picture and hand it on as a style at once; then keep it, so that it is in the gallery from now on.

        about: fills in what is known of the picture elsewhere; on any thread.
        """

        def open_style(opener: WaitedFor) -> Style:
            picture = kept_size(open_one(opener))
            return Style(picture, about(self._library.card_for(picture)))

        def add(picture: Picture) -> Card:
            card = self._library.add(picture)
            told = about(card)
            if told != card:
                self._library.edit(told)
            return told

        def keep(style: Style) -> None:
            take(style)
            self._files.submit_write(lambda: add(style.picture), kept, self._refuse)

        def kept(card: Card) -> None:
            is_new = not self._has(card)
            self._replace(card.id, card)
            self.added.emit(card)
            if is_new:
                self.came.emit((card.id,))
                self._note_licences([card])

        self._opening.submit(open_style, keep, self._refuse)

    def offer(self, paths: Sequence[Path], used: str) -> None:
        """Ask in a message whether files become styles, too. used: the name of the one that is in use already."""
        self._offered = tuple(paths)
        many = self.tr("{} is the style. {} others were dropped with it; they can become styles in your gallery.")
        text = self.tr("{} is the style. One other was dropped with it; it can become a style in your gallery.")
        self.message_posted.emit(self._question((text if len(paths) == 1 else many).format(used, len(paths))))

    @Slot()
    def add_offered(self) -> None:
        """Make styles from the files that were offered last."""
        offered, self._offered = self._offered, ()
        if offered:
            self._add_files(offered)

    def add(self, places: Sequence[Path]) -> None:
        """Make styles from many files, and from all pictures in folders; of MANY and more, only when that is agreed."""

        def begin(paths: Sequence[Path]) -> None:
            if len(paths) < MANY:
                self._add_files(paths)
                return
            self._offered = tuple(paths)
            text = self.tr("{} pictures would become styles in your gallery.").format(len(paths))
            self.message_posted.emit(self._question(text))

        def find(_: None) -> None:
            self._many.submit(lambda: pictures_in(places), begin, self._refuse)

        # Only after the library has been read: reading deletes what was removed earlier, which may be added again here.
        self._files.submit(lambda: None, find, self._refuse)

    def take_added(self) -> tuple[Card, ...]:
        """The styles of the last batch that are still in the gallery; () once they were fetched."""
        added, self._added = self._added, ()
        return tuple(card for card in added if self._has(card))

    def _question(self, text: str) -> Message:
        remedy = self.tr("They stay under Mine until you remove them.")
        return Message(text, remedy, action="add_offered", stays=True)

    def _add_files(self, paths: Sequence[Path]) -> None:
        """At the end, one message sums up."""
        batch = _Batch()
        for path in paths:
            self._many.submit(partial(self._add_file, path), partial(self._took, batch), batch.refused.append)
        self._many.submit(lambda: batch, self._tell, self._refuse)

    @Slot(object)
    def edit(self, card: Card) -> None:
        """Save what a style's card says now."""

        def done(_: None) -> None:
            self._replace(card.id, card)
            self.edited.emit(card)

        self._files.submit_write(lambda: self._library.edit(card), done, self._refuse)

    def remove(self, *card_ids: str) -> None:
        """Take styles out of the gallery, until they are restored."""

        def remove_one(card_id: str) -> str:
            self._library.remove(card_id)
            return card_id

        def show(tried: _Tried[str]) -> None:
            gone = set(tried.done)
            self._show([card for card in self.cards if card.id not in gone])
            self._tell_problems(tried.problems)

        self._files.submit_write(lambda: _try_each(remove_one, card_ids), show, self._refuse)

    def restore(self, *card_ids: str) -> None:
        """Bring removed styles back."""

        def show(tried: _Tried[Card]) -> None:
            self._show([*self.cards, *(card for card in tried.done if not self._has(card))])
            self._tell_problems(tried.problems)

        self._files.submit_write(lambda: _try_each(self._library.restore, card_ids), show, self._refuse)

    def forget_removed(self, kept: Callable[[], Set[str]]) -> None:
        """Delete for good what was removed, but for what `kept` says, which is asked on another thread."""
        self._files.submit_write(lambda: self._library.forget_removed(kept()), lambda _: None, self._refuse)

    def keep_learned(self, path: Path, done: Callable[[Card], None], failed: Callable[[], None] = lambda: None) -> None:
        """Put the learned style in a file into the gallery, then call `done` with its card, or `failed`."""

        def kept(card: Card) -> None:
            self._insert(card)
            self.added.emit(card)
            self._tell_of([card], Message(self.tr("{} is in the gallery, under Mine.").format(card.title)))
            done(card)

        def refuse(error: StudioError) -> None:
            self._refuse(error)
            failed()

        self._files.submit_write(lambda: self._library.import_learned(reachable(path)), kept, refuse)

    def export(self, card: Card, path: Path) -> None:
        """Write a learned style into a file of its own."""

        def done(_: None) -> None:
            self.message_posted.emit(Message(self.tr("{} is in {}.").format(card.title, path.name)))

        self._files.submit_write(lambda: self._library.export_learned(card, path), done, self._refuse)

    def _add_file(self, path: Path) -> Card:
        if is_style_file(path):
            return self._library.import_learned(path)
        return self._library.add(kept_size(self._opening.opener.open_picture(path)))

    def _took(self, batch: _Batch, card: Card) -> None:
        if self._has(card):
            batch.known += 1
        else:
            batch.added.append(card)
            self._insert(card)

    def _has(self, card: Card) -> bool:
        return any(known.id == card.id for known in self.cards)

    def _insert(self, card: Card) -> None:
        if not self._has(card):
            self._replace(card.id, card)

    def _replace(self, card_id: str, card: Card | None = None) -> None:
        others = [known for known in self.cards if known.id != card_id]
        self._show(others if card is None else [*others, card])

    def _show(self, cards: Sequence[Card]) -> None:
        self.cards = tuple(sorted(cards, key=lambda card: (card.title.casefold(), card.id)))
        self.changed.emit()

    def _take_library(self, cards: Sequence[Card], problems: Sequence[StudioError]) -> None:
        if cards:
            read = {card.id for card in cards}
            self._show([*cards, *(card for card in self.cards if card.id not in read)])  # those kept meanwhile, too
        if problems:
            count = len(problems)
            text = (
                self.tr("One of your styles is left out.")
                if count == 1
                else self.tr("{} of your styles are left out.").format(count)
            )
            remedy = self.tr("They are in {}.").format(self._library.folder)
            once = "\n".join(sorted(problem.message for problem in problems))
            text = f"{text} {problems[0].message}"
            self.message_posted.emit(Message(text, remedy, is_problem=True, action="show_styles", once=once))

    def _tell(self, batch: _Batch) -> None:
        parts = []
        self._added = tuple(batch.added)
        if batch.added:
            many = self.tr("{} styles added, under Mine.").format(len(batch.added))
            parts.append(self.tr("One style added, under Mine.") if len(batch.added) == 1 else many)
        if batch.known:
            many = self.tr("{} are in the gallery already.").format(batch.known)
            parts.append(self.tr("One is in the gallery already.") if batch.known == 1 else many)
        if batch.refused:
            many = self.tr("{} files were left out.").format(len(batch.refused))
            parts.append(self.tr("One file was left out.") if len(batch.refused) == 1 else many)
            parts.append(batch.refused[0].message)
        text = " ".join(parts) or self.tr("There are no pictures in this folder.")
        action = "remove_added" if batch.added else ""
        if batch.added:  # before it is told: the message is about the step that this makes
            self.came.emit(tuple(card.id for card in batch.added))
        self._tell_of(batch.added, Message(text, is_problem=not (batch.added or batch.known), action=action))

    def _tell_of(self, new: Sequence[Card], news: Message) -> None:
        self.message_posted.emit(news)
        self._note_licences(new, news)

    def _note_licences(self, new: Sequence[Card], news: Message | None = None) -> None:
        unknown = [card for card in new if licence_is_unknown(card)]
        if unknown:
            self.licence_missing.emit(unknown, news)

    def _tell_problems(self, problems: Sequence[StudioError]) -> None:
        if problems:
            self._refuse(problems[0])

    def _refuse(self, error: StudioError) -> None:
        self.message_posted.emit(Message.about(error))


@dataclass
class _Batch:
    """The outcome for many files: which styles are new, how many known, and what could not be used."""

    added: list[Card] = field(default_factory=list)
    known: int = 0
    refused: list[StudioError] = field(default_factory=list)


@dataclass
class _Tried(Generic[T]):
    """What became of many things, each by itself."""

    done: list[T] = field(default_factory=list)
    problems: list[StudioError] = field(default_factory=list)


def _try_each(work: Callable[[str], T], card_ids: Sequence[str]) -> _Tried[T]:
    tried = _Tried[T]()
    for card_id in card_ids:
        try:
            tried.done.append(work(card_id))
        except StudioError as error:
            tried.problems.append(error)
    return tried
