"""What a classifier is trained on, put together off the GUI thread: sorted out, then opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from studio.core.classifier.settings import MOST_PICTURES, ClassifierSettings
from studio.core.curator.examples import Collection, LabelledBy, collection_in, collection_of, thinned
from studio.core.curator.training_pictures import small_copy
from studio.core.engine_api.learning import ClassifierRequest
from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import is_folder
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.opening.places import reachable
from studio.core.library.library_index import IndexedPicture
from studio.core.picture import Picture

translate = QCoreApplication.translate
OPENED_EDGE = 512  # px of the shorter edge: twice of what the networks see, so that it is shrunk well
_NAMED = 3  # files that a note names


@dataclass(frozen=True)
class Source:
    """Where classes come from: the subfolders of a folder, or what is known of the pictures of the library.

    is_selected: only those that are selected there.
    """

    by: LabelledBy = "folder"
    folder: Path | None = None
    is_selected: bool = False


class TrainingEnded(StudioError):  # noqa: N818 - it says what happened
    """Stop was pressed, or something else was chosen."""


def sort_out_folder(paths: Sequence[Path], least_works: int, check: Callable[[], None]) -> Collection:
    """The pictures of one folder. Raises StudioError, in the artist's words, for what is no folder."""
    folders = [path for path in paths if is_folder(path)]
    if not folders:
        name = paths[0].name or str(paths[0])
        text = translate("TrainingSet", "{} is not there.")
        if paths[0].exists():
            text = translate("TrainingSet", "{} is not a folder.")
        hint = translate("TrainingSet", "Choose a folder whose subfolders are the classes.")
        raise StudioError(text.format(name), hint)
    if len(paths) > 1:
        raise StudioError(
            translate("TrainingSet", "That is more than one folder."),
            translate("TrainingSet", "Choose the one folder in which they lie."),
        )
    return collection_in(reachable(folders[0]).absolute().resolve(), "folder", least_works, check)


def sort_out_library(
    pictures: Sequence[IndexedPicture], by: LabelledBy, least_works: int, check: Callable[[], None]
) -> Collection:
    """Pictures of the library, by what is known of them."""
    return collection_of([(picture.path, picture.facts) for picture in pictures], by, least_works, check)


def open_all(
    collection: Collection, settings: ClassifierSettings, opener: PictureOpener, told: Callable[[int, int], None]
) -> ClassifierRequest:
    """The request to train on these pictures. told: how many of all are open; what it raises ends the work.

    Pictures that cannot be opened are left out and named in the notes. Raises StudioError if too few are left.
    """
    examples = thinned(replace(collection.examples, notes=collection.notes), MOST_PICTURES, settings.seed)
    places: list[int] = []
    pictures: list[Picture] = []
    failed: list[str] = []
    for number, path in enumerate(examples.paths):
        told(number, len(examples.paths))
        try:
            pictures.append(small_copy(opener.open_small(path, OPENED_EDGE)))
        except (StudioError, OSError, ValueError):
            told(number, len(examples.paths))  # was it closed meanwhile?
            failed.append(path.name)
        else:
            places.append(number)
    left = examples.only(places)
    if len(left.names) < 2:
        text = translate("TrainingSet", "{} of the pictures cannot be opened, and too few are left.")
        raise StudioError(text.format(len(failed)), translate("TrainingSet", "Look at the files."))
    notes = (*examples.notes, _left_out(failed)) if failed else examples.notes
    return ClassifierRequest(tuple(pictures), left.labels, left.works, left.paths, settings, notes)


def _left_out(names: Sequence[str]) -> str:
    named, more = ", ".join(names[:_NAMED]), len(names) - _NAMED
    if more > 0:
        return translate("TrainingSet", "Could not be opened and were left out: {} and {} more.").format(named, more)
    return translate("TrainingSet", "Could not be opened and were left out: {}.").format(named)
