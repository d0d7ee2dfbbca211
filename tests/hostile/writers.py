"""What the studio writes, as kills and failing disks meet it: the files before, the work, and what must hold after.

A new thing to write is one line in WRITERS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from studio.core.batch.job import BatchJob
from studio.core.batch.journal import JOURNAL_NAME, read_journal
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import StudioError
from studio.core.image_io import ExportOptions, encode_picture, open_picture, save_picture
from studio.core.image_io.formats import SUFFIX_OF, ExportFormat
from studio.core.image_io.xmp import read_recipe
from studio.core.recipe import StyleRecipe
from studio.core.styles.learned_style import LearnedStyle
from studio.core.styles.learned_style_file import read_learned, training_file, write_learned
from studio.core.styles.load_style import open_style, open_style_file
from studio.core.styles.style_library import StyleLibrary
from studio.core.training.tune_log import read_training_log
from studio.core.training.tune_request_file import read_request, request_file, write_request
from studio.jobs.batch.batch import open_batch
from studio.jobs.batch.runner import run_batch
from tests.support.fakes import FakeEngine, make_card, make_learned, make_picture

PHOTOS = 2
LEFTOVERS = (".style-studio-*.part", ".style-studio.lock")  # of a killed process; one that failed leaves none


@dataclass(frozen=True)
class Writer:
    """prepare: the files there were before, in an empty folder. work: from there to the end; raises StudioError.

    faults: what is wrong in the folder after the work was cut short at any moment, or ended; sentences. finished:
    what is still missing once the same work was done again; sentences.
    """

    name: str
    prepare: Callable[[Path], None]
    work: Callable[[Path], None]
    faults: Callable[[Path], Iterator[str]]
    finished: Callable[[Path], Iterator[str]]


def leftovers(folder: Path) -> list[Path]:
    """What only a killed process may have left."""
    return sorted(path for pattern in LEFTOVERS for path in folder.rglob(pattern))


# An export over an older one.


def _exporter(format_name: ExportFormat) -> Writer:
    name = f"art{SUFFIX_OF[format_name]}"
    options = ExportOptions(format_name)

    @cache
    def whole(seed: int) -> bytes:
        return encode_picture(make_picture(160, 120, seed=seed), options)

    def prepare(folder: Path) -> None:
        (folder / name).write_bytes(whole(1))

    def work(folder: Path) -> None:
        save_picture(make_picture(160, 120, seed=2), folder / name, options)

    def faults(folder: Path) -> Iterator[str]:
        if not (folder / name).is_file():
            yield f"{name} is gone"
        elif (folder / name).read_bytes() not in (whole(1), whole(2)):
            yield f"{name} is neither the old file nor the new one"
        yield from _strangers(folder, {name})

    def finished(folder: Path) -> Iterator[str]:
        if (folder / name).read_bytes() != whole(2):
            yield f"{name} is not the new file"

    return Writer(f"export {format_name}", prepare, work, faults, finished)


# A batch, one artwork of which is to replace an older file.


def _prepare_batch(folder: Path) -> None:
    (folder / "photos").mkdir()
    (folder / "out").mkdir()
    for number in range(PHOTOS):
        (folder / "photos" / f"{number}.png").write_bytes(_small(number))
    (folder / "style.png").write_bytes(_small(9))
    (folder / "out" / "1.png").write_bytes(_small(77))


@cache
def _small(seed: int) -> bytes:
    return encode_picture(make_picture(32, 24, seed=seed), ExportOptions("png"))


def _paint_batch(folder: Path) -> None:
    job = BatchJob((open_style_file(folder / "style.png"),), StyleRecipe(long_edge=128))
    with closing(open_batch(folder / "out", job, [folder / "photos"], may_overwrite=True)) as batch:
        failed = [report for report in run_batch(batch, FakeEngine(frames=1)) if report.state in ("skipped", "failed")]
    if failed:
        raise StudioError(failed[0].reason)


def _faults_of_batch(folder: Path) -> Iterator[str]:
    for number in range(PHOTOS):
        name = f"{number}.png"
        if (folder / "photos" / name).read_bytes() != _small(number):
            yield f"the photo {name} is another"
        artwork = folder / "out" / name
        if number == 1 and not artwork.exists():
            yield f"{name}, which was there, is gone"
        if artwork.exists() and not (_is_artwork(artwork) or (number == 1 and artwork.read_bytes() == _small(77))):
            yield f"{name} is neither the old file nor an artwork"
    yield from _strangers(folder / "out", {f"{number}.png" for number in range(PHOTOS)} | {JOURNAL_NAME})


def _is_artwork(path: Path) -> bool:
    try:
        return read_recipe(path).long_edge == 128 and open_picture(path).long_edge == 48
    except StudioError:
        return False


def _lacks_of_batch(folder: Path) -> Iterator[str]:
    yield from (
        f"{number}.png is not painted" for number in range(PHOTOS) if not _is_artwork(folder / "out" / f"{number}.png")
    )
    record = read_journal(folder / "out")
    if record is None or not record.has_ended:
        yield "the journal does not say that the batch is at its end"


# A style that is being learnt, over an older one.


def _style_file(folder: Path) -> Path:
    return folder / "style.safetensors"


def _prepare_learning(folder: Path) -> None:
    write_learned(_style_file(folder), make_card("old"), _learned(9))


@cache
def _learned(seed: int) -> LearnedStyle:
    return make_learned(seed, references=1, is_deep=False)


def _learn(folder: Path) -> None:
    references = (make_picture(40, 30, "a.png", 1), make_picture(40, 30, "b.png", 2))
    request = TuneRequest(references, make_card("new"), _style_file(folder))
    write_request(request)
    for _ in FakeEngine(frames=2).run(request):
        pass
    request_file(request.output).unlink()


def _faults_of_learning(folder: Path) -> Iterator[str]:
    output = _style_file(folder)
    try:
        card, _ = read_learned(output)
        if card.title not in ("Title of old", "Title of new"):
            yield f"the style says it is {card.title!r}"
        if request_file(output).exists():
            read_request(output)
    except StudioError as error:
        yield f"what was being learnt cannot be read: {error}"
    if training_file(output).exists() and not read_training_log(output):
        yield "the training file is torn"
    yield from _strangers(folder, {path.name for path in (output, request_file(output), training_file(output))})


def _lacks_of_learning(folder: Path) -> Iterator[str]:
    if read_learned(_style_file(folder))[0].title != "Title of new":
        yield "the style is still the old one"
    yield from (f"{path.name} is left" for path in folder.iterdir() if path != _style_file(folder))


# The artist's own styles.


def _prepare_library(folder: Path) -> None:
    StyleLibrary(folder).add(make_picture(32, 24, "first.png", 1))


def _keep_styles(folder: Path) -> None:
    library = StyleLibrary(folder)
    first = library.add(make_picture(32, 24, "first.png", 1))
    library.edit(replace(first, author="Anna"))
    library.add(make_picture(32, 24, "second.png", 2))
    library.add_learned(make_card("third"), _learned(3))
    library.remove(first.id)
    library.restore(first.id)
    library.remove(first.id)
    library.forget_removed()


def _faults_of_library(folder: Path) -> Iterator[str]:
    cards, problems = StyleLibrary(folder).read()
    yield from (f"a card cannot be read: {problem}" for problem in problems)
    for card in cards:
        try:
            open_style(card)
        except StudioError as error:
            yield f"the style {card.title} cannot be opened: {error}"
        if card.author not in ("", "Anna"):
            yield f"the card of {card.title} names {card.author!r}"


def _lacks_of_library(folder: Path) -> Iterator[str]:
    titles = [card.title for card in StyleLibrary(folder).read()[0]]
    if titles != ["second", "Title of third"]:
        yield f"the styles are {titles}"


def _strangers(folder: Path, known: set[str]) -> Iterator[str]:
    """Files that nobody has reason to leave; those of LEFTOVERS are counted elsewhere."""
    names = {path.name for path in folder.iterdir()} - {path.name for path in leftovers(folder)} - known
    yield from (f"{name} was left" for name in sorted(names))


WRITERS: tuple[Writer, ...] = (
    _exporter("png"),
    _exporter("webp"),
    Writer("batch", _prepare_batch, _paint_batch, _faults_of_batch, _lacks_of_batch),
    Writer("learning", _prepare_learning, _learn, _faults_of_learning, _lacks_of_learning),
    Writer("own styles", _prepare_library, _keep_styles, _faults_of_library, _lacks_of_library),
)
