"""Promises of the decode process: the same pictures, within bounds, stopped when told, started again after a death."""

from __future__ import annotations

import errno
import os
import signal
import struct
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.errors import PictureError, ProjectError
from studio.core.image_io import open_picture
from studio.core.image_io.opening.opener import Cancellation, OpeningCancelled
from studio.core.picture import Picture
from studio.core.project.project import Project
from studio.core.project.project_file import load_project, save_project
from studio.core.storage.folder_lock import LOCK_NAME
from studio.jobs.decoding import child
from studio.jobs.decoding.answering import OpensHere
from studio.jobs.decoding.bounds import Bounds
from studio.jobs.decoding.decode_process import DecodeProcess
from studio.jobs.decoding.messages import Question, Ready, Sized, send_answer
from studio.jobs.decoding.service import serve
from tests.core.project.projects import assert_alike, make_project
from tests.support.picture_files import noise

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are stopped with signals")


@pytest.fixture(scope="module")
def shared() -> Iterator[DecodeProcess]:
    """For tests that leave it alive."""
    opener = DecodeProcess()
    opener.start()
    yield opener
    opener.close()


@pytest.fixture
def make() -> Iterator[Callable[..., DecodeProcess]]:
    """Makes one with other bounds, which is closed when the test ends."""
    made: list[DecodeProcess] = []

    def make(**bounds: Any) -> DecodeProcess:
        made.append(DecodeProcess(Bounds(**bounds)))
        return made[-1]

    yield make
    for opener in made:
        opener.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(noise(40, 30)).save(path)
    return path


def stopped(opener: DecodeProcess, photo: Path) -> int:
    """Its process, alive but standing still: the next picture will never come."""
    opener.open_picture(photo)
    assert opener._child is not None
    process = opener._child._process.pid
    assert process is not None
    os.kill(process, signal.SIGSTOP)
    return process


def plain_png(path: Path, width: int, height: int, depth: int = 8, color_type: int = 0, pixel: bytes = b"\0") -> Path:
    """Of one colour, and quickly written."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row, packed = b"\0" + pixel * width, zlib.compressobj(1)
    rows = b"".join(packed.compress(row) for _ in range(height)) + packed.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path


def test_a_picture_comes_as_it_is(shared: DecodeProcess, tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9 'ö'.png"
    alpha = np.tile(np.arange(40, dtype=np.uint8) * 6, (30, 1))
    exif = Image.Exif()
    exif[0x013B] = "Jürgen"
    Image.fromarray(np.dstack([noise(40, 30), alpha])).save(path, exif=exif, dpi=(300, 300))
    found, here = shared.open_picture(path), open_picture(path)
    assert (found.name, found.source, found.metadata, found.notes) == (here.name, path, here.metadata, here.notes)
    np.testing.assert_array_equal(found.pixels, here.pixels)
    np.testing.assert_array_equal(found.alpha, here.alpha)
    assert not found.pixels.flags.writeable


def test_what_is_missing_is_noted(shared: DecodeProcess, tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    Image.fromarray(noise(200, 200)).save(path)
    path.write_bytes(path.read_bytes()[:-6000])
    assert shared.open_picture(path).notes == ("Part of this file is missing or damaged.",)


def test_a_picture_comes_out_of_bytes(shared: DecodeProcess, photo: Path) -> None:
    found = shared.decode_picture(photo.read_bytes(), "Pasted picture")
    assert (found.name, found.source) == ("Pasted picture", None)
    np.testing.assert_array_equal(found.pixels, noise(40, 30))


def test_a_project_is_opened_there_picture_by_picture(shared: DecodeProcess, tmp_path: Path) -> None:
    place = tmp_path / "boat.jpg"
    Image.fromarray(noise(40, 30)).save(place)
    project, path = make_project(open_picture(place)), tmp_path / "evening.studio"
    save_project(path, project, photos="linked")
    opened: list[str] = []

    class Counted(OpensHere):
        def open_picture(self, path: Path, cancellation: Cancellation | None = None) -> Picture:
            opened.append(path.name)
            return shared.open_picture(path, Cancellation())

        def unpack_picture(
            self, data: bytes, name: str, is_original: bool, cancellation: Cancellation | None = None
        ) -> Picture:
            opened.append(name)
            return shared.unpack_picture(data, name, is_original, Cancellation())

    assert_alike(load_project(path), load_project(path, opener=Counted()))
    assert "boat.jpg" in opened and len(opened) > 3


def test_a_project_with_a_picture_beyond_the_bounds_is_refused_in_a_sentence(
    make: Callable[..., DecodeProcess], tmp_path: Path
) -> None:
    path = tmp_path / "evening.studio"
    plain_png(tmp_path / "zeros.png", 8000, 8000)
    save_project(path, Project(ArtworkState(open_picture(tmp_path / "zeros.png"))))
    with pytest.raises(ProjectError, match=r"evening.studio is damaged.* it took more than 0 s to decode"):
        load_project(path, opener=make(seconds=0.0, per_megapixel=0.0))


@pytest.mark.parametrize("name", ["text.png", "missing.png", "pipe.png", "folder"])
def test_errors_are_those_of_opening_it_here(shared: DecodeProcess, tmp_path: Path, name: str) -> None:
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(PictureError) as here:
        OpensHere().open_picture(tmp_path / name)
    with pytest.raises(PictureError) as there:
        shared.open_picture(tmp_path / name)
    assert str(there.value) == str(here.value)


def test_thumbnails_fill_their_size(shared: DecodeProcess, tmp_path: Path) -> None:
    path = tmp_path / "wide.jpg"
    Image.fromarray(np.hstack([np.zeros((100, 300, 3), np.uint8), np.full((100, 300, 3), 255, np.uint8)])).save(path)
    found = shared.open_thumbnail(path, 30, 40)
    assert found.pixels.shape == (40, 30, 3)
    assert found.pixels[:, :10].max() < 10
    assert found.pixels[:, 20:].min() > 245


def test_a_small_picture_is_whole_and_as_small_as_is_enough(shared: DecodeProcess, tmp_path: Path) -> None:
    for name, size in (("large.jpg", (1600, 900)), ("on_its_side.png", (300, 700)), ("tiny.png", (9, 5))):
        Image.fromarray(np.zeros((*size, 3), np.uint8)).resize(size).save(tmp_path / name)
        found = shared.open_small(tmp_path / name, 200)
        factor = min(1, 200 / min(size))
        assert (found.width, found.height) == tuple(round(edge * factor) for edge in size)


def test_nothing_lies_about_when_it_has_begun(make: Callable[..., DecodeProcess], photo: Path) -> None:
    opener = make()
    opener.open_picture(photo)
    assert opener._child is not None
    assert opener._child._folder is None


def test_what_killed_studios_have_left_is_removed_and_what_others_are_at_stays(
    make: Callable[..., DecodeProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, temporary = tmp_path / "shared", tmp_path / "temporary"
    for place in (shared, temporary):
        place.mkdir()
    monkeypatch.setattr(child, "_SHARED_MEMORY", shared)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    others = child.DecodeChild(Bounds())  # of another studio, which is not ready as far as it has heard
    assert others._folder is not None
    left = [place / others._folder.path.name for place in (shared, temporary)]
    left = [folder.with_name(f"{folder.name}-left") for folder in left]
    for folder in left:
        folder.mkdir()
        (folder / LOCK_NAME).touch()
        (folder / "picture").touch()
    earlier = shared / "style-studio-abcd_123"  # by a version that locked none
    earlier.mkdir()
    (earlier / "picture").touch()
    left.append(earlier)
    for folder in (*left, others._folder.path):
        os.utime(folder, (0, 0))
    make().start()
    assert not any(folder.exists() for folder in left) and others._folder.path.exists()
    others.end()


def test_a_picture_that_never_comes_is_given_up_when_told(make: Callable[..., DecodeProcess], photo: Path) -> None:
    opener, cancellation = make(), Cancellation()
    stopped(opener, photo)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(opener.open_picture, photo, cancellation)
        cancellation.cancel()
        with pytest.raises(OpeningCancelled):
            waiting.result(60)
    np.testing.assert_array_equal(opener.open_picture(photo).pixels, noise(40, 30))


def test_what_was_given_up_before_is_not_begun(shared: DecodeProcess, photo: Path) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(OpeningCancelled):
        shared.open_picture(photo, cancellation)


def test_a_process_that_does_nothing_is_ended(
    make: Callable[..., DecodeProcess], photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = make()
    stopped(opener, photo)
    with monkeypatch.context() as impatient:  # with this one alone: on a busy machine others may rest as long
        impatient.setattr(opener, "_bounds", Bounds(idle=2.0))
        with pytest.raises(PictureError, match=r"photo\.png was not opened: it made no progress for 2 s"):
            opener.open_picture(photo)
    opener.open_picture(photo)


def test_a_picture_that_takes_too_long_is_ended(make: Callable[..., DecodeProcess], tmp_path: Path) -> None:
    path = plain_png(tmp_path / "large.png", 8000, 5000)
    with pytest.raises(PictureError, match="it took more than 0 s to decode"):
        make(seconds=0.0, per_megapixel=0.0).open_picture(path)


def test_a_picture_that_takes_too_much_memory_is_ended(make: Callable[..., DecodeProcess], tmp_path: Path) -> None:
    path = plain_png(tmp_path / "large.png", 8000, 5000)
    with pytest.raises(PictureError, match=r"(more than 0\.0 GB of memory|needs more memory)"):
        make(memory=2**20).open_picture(path)


@pytest.mark.slow
def test_a_hundred_megapixels_of_16_bits_with_alpha_have_room(
    make: Callable[..., DecodeProcess], tmp_path: Path
) -> None:
    path = plain_png(tmp_path / "large.png", 10_000, 10_000, 16, 6, b"\x12\x34" * 4)
    picture = make().open_picture(path)
    assert picture.alpha is not None and picture.deep_rows(slice(0, 1))[0, 0].tolist() == [0x1234] * 3


def test_after_a_death_the_next_picture_opens(make: Callable[..., DecodeProcess], photo: Path) -> None:
    opener = make()
    process = stopped(opener, photo)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(opener.open_picture, photo)
        os.kill(process, signal.SIGKILL)
        with pytest.raises(PictureError, match=r"photo\.png was not opened: its decoder ended \(SIGKILL"):
            waiting.result(60)
    np.testing.assert_array_equal(opener.open_picture(photo).pixels, noise(40, 30))


def test_whoever_waits_goes_before_thumbnails(make: Callable[..., DecodeProcess], photo: Path) -> None:
    opener = make()
    stopped(opener, photo)
    with ThreadPoolExecutor(1) as thread:
        thumbnail = thread.submit(opener.open_thumbnail, photo, 8, 8)
        taken = threading.Event()
        while not opener._is_taken:
            taken.wait(0.01)
        assert opener.open_picture(photo, Cancellation()).width == 40
        assert thumbnail.result(60).width == 8  # it was begun again


def test_a_photo_waits_for_no_crowd_of_thumbnails(
    make: Callable[..., DecodeProcess], photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = make()
    process = stopped(opener, photo)
    looking, begun, decode = threading.Event(), list[bool](), opener._decoded

    def decoded(question: Question, *rest: Any) -> Picture | None:
        begun.append(question.fill is None)
        return decode(question, *rest)

    monkeypatch.setattr(opener, "_decoded", decoded)
    with ThreadPoolExecutor(101) as threads:
        for _ in range(1000):
            threads.submit(opener.open_thumbnail, photo, 8, 8)
        while len(opener._others) < 100:
            looking.wait(0.01)
        waiting = threading.Thread(target=opener.open_picture, args=(photo, Cancellation()))
        waiting.start()
        while not opener._awaited:
            looking.wait(0.01)
        os.kill(process, signal.SIGCONT)
        waiting.join()
    assert begun.index(True) == 1  # after the one that was under way
    assert begun.count(False) >= 1000


class _CancelledAt(Cancellation):
    """Given up when somebody looks for the nth time."""

    def __init__(self, look: int) -> None:
        super().__init__()
        self.left = look

    def check(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.cancel()
        super().check()


def test_a_picture_given_up_at_any_moment_costs_none_of_the_next(
    make: Callable[..., DecodeProcess], photo: Path, tmp_path: Path
) -> None:
    large = plain_png(tmp_path / "large.png", 4000, 4000)
    opener, given_up = make(), 0
    for look in range(1, 16):
        cancellation = _CancelledAt(look)
        try:
            assert opener.open_picture(large, cancellation).width == 4000
        except OpeningCancelled:
            given_up += 1
        if cancellation.left > 0:
            break  # it was open before
        np.testing.assert_array_equal(opener.open_picture(photo, Cancellation()).pixels, noise(40, 30))
        assert not opener._awaited
        assert not opener._is_taken
    assert given_up >= 2


def test_where_shared_memory_has_no_room_pictures_go_by_way_of_the_disk(
    make: Callable[..., DecodeProcess], photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_SHARED_MEMORY", tmp_path / "memory")
    monkeypatch.setattr(child, "_LEAST_FREE", 0)
    (tmp_path / "memory").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(child, "serve", _serve_in_a_full_place)
        opener = make()
        opener.start()
    assert opener.open_picture(photo).width == 40
    monkeypatch.setattr(child, "serve", _serve_in_a_full_place)
    opener = make()
    with pytest.raises(PictureError, match=r"photo\.png was not opened: there is no room for its pixels"):
        opener.open_picture(photo)


def test_without_shared_memory_pictures_open(
    make: Callable[..., DecodeProcess], photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_SHARED_MEMORY", tmp_path / "missing")
    assert make().open_picture(photo).width == 40


def test_a_process_that_cannot_be_started_is_a_sentence_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(process: SpawnProcess) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(SpawnProcess, "start", refuse)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for system in ("posix", "nt"):  # where no folder can be removed while a file in it is open
        monkeypatch.setattr(child, "os", SimpleNamespace(name=system))
        with pytest.raises(PictureError, match=r"Pictures cannot be opened now"):
            child.DecodeChild(Bounds(), in_memory=False)
        assert list(tmp_path.iterdir()) == []


def test_it_starts_though_the_working_folder_is_gone(
    make: Callable[..., DecodeProcess], photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    here.rmdir()
    assert make().open_picture(photo).width
    with pytest.raises(FileNotFoundError):  # what has a relative name is not found elsewhere afterwards
        Path.cwd()


def test_starting_it_waits_for_no_picture(make: Callable[..., DecodeProcess], photo: Path) -> None:
    opener, cancellation = make(), Cancellation()
    stopped(opener, photo)
    with ThreadPoolExecutor(2) as threads:
        waiting = threads.submit(opener.open_picture, photo, cancellation)
        taken = threading.Event()
        while not opener._is_taken:
            taken.wait(0.01)
        threads.submit(opener.start).result(60)
        assert not waiting.done()
        cancellation.cancel()
        with pytest.raises(OpeningCancelled):
            waiting.result(60)


def test_pictures_come_in_the_order_in_which_they_were_asked_for(
    make: Callable[..., DecodeProcess], photo: Path
) -> None:
    opener, order = make(), list[int]()
    process = stopped(opener, photo)
    looking = threading.Event()

    def thumbnail(number: int) -> None:
        opener.open_thumbnail(photo, 8, 8)
        order.append(number)

    with ThreadPoolExecutor(4) as threads:
        for number in range(4):
            threads.submit(thumbnail, number)
            while len(opener._others) + opener._is_taken <= number:
                looking.wait(0.01)
        os.kill(process, signal.SIGCONT)
    assert order == [0, 1, 2, 3]


def test_closing_ends_what_is_under_way(make: Callable[..., DecodeProcess], photo: Path) -> None:
    opener = make()
    stopped(opener, photo)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(opener.open_picture, photo)
        opener.close()
        with pytest.raises(OpeningCancelled):
            waiting.result(60)
    with pytest.raises(OpeningCancelled):
        opener.open_picture(photo)


def _serve_in_a_full_place(connection: Connection, shared: Path, bounds: Bounds) -> None:
    """As a decode process that may write no file of more than 1,000 bytes."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    serve(connection, shared, bounds)


def _say_the_same_for_ever(connection: Connection, shared: Path, bounds: Bounds) -> None:
    """A decode process that was taken over: it would keep the studio listening."""
    with suppress(OSError):
        send_answer(connection, Ready())
        while True:
            send_answer(connection, Sized(10_000, 10_000))


def test_a_process_that_never_stops_talking_is_ended(
    make: Callable[..., DecodeProcess], photo: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(child, "serve", _say_the_same_for_ever)
    opener = make()
    with pytest.raises(PictureError, match="its decoder ended"):
        opener.open_picture(photo)
    monkeypatch.undo()
    assert opener.open_picture(photo).width == 40
    assert "could not be received" in caplog.text
