"""ReferencePictures: pictures an artist has chosen, opened off the GUI thread, with remarks on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.engine_api.tune_settings import MOST_PICTURES
from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import pictures_in
from studio.core.image_io.opening.opener import Cancellation, PictureOpener
from studio.core.library.consent import permitted
from studio.core.library.facts import Facts, FactsReader
from studio.core.picture import Picture
from studio.core.training.reference_checks import ENOUGH, Remark, whole
from studio.core.training.tune_request_file import learning_copy
from studio.core.training.works_taught import TaughtWork
from studio.ui.session.message import Message
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.threads.task_error import task_error

_TOLD = 3  # files left out that are named, with what is wrong
Check = Callable[[Sequence[Picture]], tuple[Remark, ...]]


class ReferencePictures(QObject):
    """Each picture once, MOST_PICTURES at most, no larger than needed for learning: `pictures`, and `remarks` on them.

    is_locked: whether they stay as they are, whatever is asked. Signals: changed(); opening_changed();
    message_posted(Message), on what was left out.
    """

    changed = Signal()
    opening_changed = Signal()
    message_posted = Signal(object)

    def __init__(
        self, files: SerialExecutor, check: Check, opener: PictureOpener, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.opener = opener
        self.pictures: tuple[Picture, ...] = ()
        self.remarks: tuple[Remark, ...] = ()
        self.is_locked = False
        self._asked = 0  # places whose pictures are not there yet
        self._files = files
        self._facts: dict[str, Facts] = {}  # by fingerprint
        self._check = check
        self._known: tuple[Picture, ...] = ()  # after all that was asked so far; for the thread, which works in order

    @property
    def author(self) -> str:
        """Whose works all of them are, as far as their cards say; "" where these disagree or one is silent."""
        return self._agreed([self._facts.get(picture.fingerprint, Facts()).known_author for picture in self.pictures])

    @property
    def licence(self) -> str:
        """The licence of all of them, as `author`."""
        return self._agreed([self._facts.get(picture.fingerprint, Facts()).licence for picture in self.pictures])

    @property
    def works(self) -> tuple[TaughtWork, ...]:
        """What is known of each, for the credits of what is learnt from them; at least the name of its file."""
        known = [(picture, self._facts.get(picture.fingerprint, Facts())) for picture in self.pictures]
        return tuple(
            TaughtWork(facts.title or Path(picture.name).stem, facts.known_author, facts.licence)
            for picture, facts in known
        )

    @staticmethod
    def _agreed(values: Sequence[str]) -> str:
        return values[0] if len(set(values)) == 1 else ""

    @property
    def is_opening(self) -> bool:
        """Whether others are on their way."""
        return self._asked > 0

    @Slot(list)
    def add(self, places: Sequence[Path]) -> None:
        """Add pictures, and all in folders; what cannot be opened is reported and left out."""
        if not self.is_locked:
            self._count(1)
            self._files.submit(lambda: self._add(places), self._take_added, self._refuse_added)

    @Slot(list)
    def remove(self, numbers: Sequence[int]) -> None:
        """Remove these."""
        if not self.is_locked:
            gone = [self.pictures[number] for number in numbers]
            self._files.submit(lambda: self._remove(gone), lambda left: self._take(*left), self._refuse)

    def show_pictures(self, pictures: tuple[Picture, ...], remarks: tuple[Remark, ...]) -> None:
        """Replace them by these."""
        self._known = pictures
        self._show(pictures, remarks)

    def _add(self, places: Sequence[Path]) -> tuple[tuple[Picture, ...], tuple[Remark, ...], list[StudioError]]:
        found = {picture.fingerprint: picture for picture in self._known}
        problems: list[StudioError] = []
        paths: list[Path] = []
        for place in places:
            paths += (there := pictures_in([place]))
            if not there:
                text = self.tr("There are no pictures that can be read in {}.").format(place.name or place)
                problems.append(StudioError(text, self.tr("Choose another folder.")))
        allowed = permitted(paths)
        problems += map(StudioError, allowed.refusals)
        reader = FactsReader()
        for path in allowed.paths:
            if len(found) == MOST_PICTURES:
                text = self.tr("At most {} pictures can be used.").format(MOST_PICTURES)
                problems.append(StudioError(text, self.tr("The others are left out.")))
                break
            try:
                picture = learning_copy(whole(self.opener.open_picture(path, Cancellation())))
                found.setdefault(picture.fingerprint, picture)
                self._facts[picture.fingerprint] = reader.facts_of(path)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are taken
                problems.append(task_error(error))
        pictures = tuple(found.values())
        remarks = self._check(pictures)
        self._known = pictures
        if len(pictures) < ENOUGH and (too_few := allowed.too_few(len(pictures))):
            problems.insert(0, StudioError(too_few, self.tr("Choose others, or ask their makers.")))
        return pictures, remarks, problems

    def _remove(self, gone: Sequence[Picture]) -> tuple[tuple[Picture, ...], tuple[Remark, ...], list[StudioError]]:
        left = tuple(known for known in self._known if not any(known is picture for picture in gone))
        remarks = self._check(left)
        self._known = left
        return left, remarks, []

    def _count(self, more: int) -> None:
        self._asked += more
        self.opening_changed.emit()

    def _take_added(self, found: tuple[tuple[Picture, ...], tuple[Remark, ...], list[StudioError]]) -> None:
        self._count(-1)
        self._take(*found)

    def _refuse_added(self, error: StudioError) -> None:
        self._count(-1)
        self._refuse(error)

    def _take(
        self, pictures: tuple[Picture, ...], remarks: tuple[Remark, ...], problems: Sequence[StudioError]
    ) -> None:
        if self.is_locked:
            self._known = self.pictures
            text = self.tr("Learning has begun: what was chosen last is left out.")
            self.message_posted.emit(Message(text, self.tr("Choose it again afterwards.")))
            return
        self._show(pictures, remarks)
        if problems:
            texts = [problem.message for problem in problems[:_TOLD]]
            if len(problems) > _TOLD:
                texts.append(self.tr("And {} more are left out.").format(len(problems) - _TOLD))
            self.message_posted.emit(Message(" ".join(texts), problems[0].remedy, is_problem=True))

    def _show(self, pictures: tuple[Picture, ...], remarks: tuple[Remark, ...]) -> None:
        self.pictures, self.remarks = pictures, remarks
        self.changed.emit()

    def _refuse(self, error: StudioError) -> None:
        self.message_posted.emit(Message.about(error))
