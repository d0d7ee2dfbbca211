"""Project files: what was saved comes back, with photos in it or beside it, from older studios and not from newer."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import ArtworkState
from studio.core.card import bundled_cards
from studio.core.errors import ProjectError, StudioError
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.project import archive
from studio.core.project.document import ProjectDocument
from studio.core.project.project import HistoryEntry, Project, project_of
from studio.core.project.project_file import (
    MissingPhoto,
    ProjectChanged,
    is_unchanged,
    load_project,
    preview_project,
    save_project,
    size_of,
)
from studio.core.styles.style import Style
from tests.core.project.projects import assert_alike, bundled_style, make_evening, make_project, make_result
from tests.support.fakes import make_card, make_learned, make_picture
from tests.support.network_share import NEEDS_SHARES, connect_share
from tests.support.picture_files import encoded, noise, quarters

VERSION_1, VERSION_2 = (Path(__file__).parent / "data" / f"version_{number}.studio" for number in (1, 2))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evening.studio"


@pytest.fixture
def photo(tmp_path: Path) -> Picture:
    """A photo that was opened from a JPEG file."""
    (tmp_path / "photos").mkdir()
    place = tmp_path / "photos" / "boat.jpg"
    place.write_bytes(encoded("JPEG", noise(), quality=90))
    return open_picture(place)


def test_an_evening_comes_back_with_everything_in_it(path: Path) -> None:
    project = make_project()
    size, _ = save_project(path, project)
    found = load_project(path)
    assert_alike(project, found)
    assert found.problems == () and 0 < size < path.stat().st_size
    again = found.artwork()
    assert again.awaited_blend is None and again.is_half_painted, "the picture still belongs to its sliders"
    assert again.can_undo and again.can_redo


def test_a_project_that_was_opened_is_saved_as_it_was(path: Path, tmp_path: Path) -> None:
    save_project(path, make_project())
    first = load_project(path)
    save_project(tmp_path / "again.studio", first)
    assert_alike(first, load_project(tmp_path / "again.studio"))


def test_an_empty_project_is_one_too(path: Path) -> None:
    save_project(path, Project())
    assert_alike(Project(), load_project(path))


def test_a_photo_is_embedded_as_its_own_file_and_stays_that_when_the_file_is_gone(
    path: Path, photo: Picture, tmp_path: Path
) -> None:
    assert photo.source is not None
    data = photo.source.read_bytes()
    save_project(path, make_project(photo))
    photo.source.unlink()
    found = load_project(path)
    save_project(path, found)
    with zipfile.ZipFile(path) as archive_file:
        (name,) = [name for name in archive_file.namelist() if name.endswith(".jpg")]
        assert archive_file.read(name) == data
    state = load_project(path).state
    assert state.photo is not None and state.photo.fingerprint == photo.fingerprint
    assert state.photo.source is None, "where it lay is nobody else's business"


def test_a_photo_whose_file_holds_another_picture_by_now_is_embedded_as_it_was_opened(
    path: Path, photo: Picture
) -> None:
    assert photo.source is not None
    photo.source.write_bytes(encoded("JPEG", quarters()))
    save_project(path, make_project(photo))
    found = load_project(path).state.photo
    assert found is not None and found.fingerprint == photo.fingerprint


def test_no_folder_of_the_artist_is_told_in_the_file(path: Path, photo: Picture) -> None:
    evening = make_evening(photo)
    style = Style(make_picture(), replace(make_card(), file=Path("/home/anna/secret/style.png")))
    evening.change_mix(evening.mix.only(style))
    save_project(path, project_of(evening))
    data = path.read_bytes()
    assert photo.source is not None
    assert str(photo.source.parent).encode() not in data and b"secret" not in data


def test_pictures_are_stored_as_they_are_and_equal_ones_once(path: Path) -> None:
    twin = make_picture(40, 30, seed=1)
    state = ArtworkState(content=twin, styles=(Style(make_picture(40, 30, "twin", seed=1), make_card()),))
    save_project(path, Project(state))
    with zipfile.ZipFile(path) as archive_file:
        assert {info.compress_type for info in archive_file.infolist()} == {zipfile.ZIP_STORED}
        assert len(archive_file.namelist()) == 2
    found = load_project(path).state
    assert found.content is not found.styles[0].picture and found.styles[0].picture.name == "twin"


@pytest.mark.parametrize("shape", [(2, 17_000), (1100, 1000)])
@pytest.mark.parametrize("has_alpha", [False, True])
def test_pictures_too_large_for_one_codec_come_back_too(path: Path, shape: tuple[int, int], has_alpha: bool) -> None:
    random = np.random.default_rng(0)
    alpha = random.integers(0, 255, shape, np.uint8) if has_alpha else None
    large = Picture(random.integers(0, 255, (*shape, 3), np.uint8), "large", alpha)
    save_project(path, Project(ArtworkState(content=large)))
    found = load_project(path).state.content
    assert found is not None and found.fingerprint == large.fingerprint


def test_a_linked_photo_is_read_where_it_lies_also_after_both_have_moved(
    path: Path, photo: Picture, tmp_path: Path
) -> None:
    save_project(path, make_project(photo), photos="linked")
    with zipfile.ZipFile(path) as archive_file:
        assert not any(name.endswith(".jpg") for name in archive_file.namelist())
    moved = tmp_path / "moved"
    moved.mkdir()
    path.rename(moved / path.name)
    (tmp_path / "photos").rename(moved / "photos")
    state = load_project(moved / path.name).state
    assert state.photo is not None and state.photo.fingerprint == photo.fingerprint
    assert state.photo.source == moved / "photos" / "boat.jpg"


def test_a_linked_photo_that_is_gone_is_named_and_can_be_shown_where_it_is(
    path: Path, photo: Picture, tmp_path: Path
) -> None:
    save_project(path, make_project(photo), photos="linked")
    assert photo.source is not None
    elsewhere = tmp_path / "elsewhere.jpg"
    photo.source.rename(elsewhere)
    with pytest.raises(MissingPhoto, match=r"boat\.jpg") as caught:
        load_project(path)
    assert caught.value.path == photo.source and caught.value.fingerprint == photo.fingerprint and caught.value.remedy
    found = load_project(path, moved={photo.fingerprint: elsewhere}).state.photo
    assert found is not None and found.source == elsewhere


def test_a_linked_photo_that_is_another_picture_by_now_is_not_taken(path: Path, photo: Picture) -> None:
    save_project(path, make_project(photo), photos="linked")
    assert photo.source is not None
    photo.source.write_bytes(encoded("JPEG", quarters()))
    with pytest.raises(MissingPhoto, match="a different picture"):
        load_project(path)


def test_the_size_is_told_beforehand(path: Path, photo: Picture) -> None:
    project = make_project(photo)
    embedded, linked = size_of(project), size_of(project, "linked")
    assert photo.source is not None
    assert embedded.photos - linked.photos == photo.source.stat().st_size
    save_project(path, project)
    assert 0 <= path.stat().st_size - embedded.total < 200 * (len(zipfile.ZipFile(path).namelist()) + 1)


def test_the_size_is_told_though_the_working_folder_is_gone(
    tmp_path: Path, photo: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked = size_of(make_project(photo), "linked")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    here.rmdir()
    assert size_of(make_project(photo), "linked").photos == linked.photos


@NEEDS_SHARES
def test_one_on_a_network_place_is_opened_by_its_address_and_saved_where_that_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = connect_share(tmp_path, monkeypatch) / "evening.studio"
    save_project(file, make_project())
    found = load_project(Path("smb:/nas/art/evening.studio"))
    assert found.file is not None and found.file.path == file
    with pytest.raises(ProjectError, match="lies at smb://box, which is not connected"):
        load_project(Path("smb:/box/art/evening.studio"))


def test_undo_stays_at_home_where_it_is_left_out(path: Path) -> None:
    project = make_project()
    save_project(path, project.without_undo())
    found = load_project(path)
    assert_alike(project, found, has_undo=False)
    assert not found.artwork().can_undo and not found.artwork().can_redo


def test_what_is_in_it_can_be_seen_without_its_pictures(path: Path) -> None:
    project = make_project()
    save_project(path, project)
    entries = preview_project(path).entries
    assert [entry.recipe for entry, _ in entries] == [entry.result.recipe for entry in project.history]
    assert [entry.is_pinned for entry, _ in entries] == [True, False, False]
    for _, thumbnail in entries:
        assert thumbnail is not None and (thumbnail.width, thumbnail.height) == (20, 16)


def test_a_bundled_style_is_the_one_that_is_here_and_an_own_one_is_found_in_the_library(path: Path) -> None:
    bundled, own = bundled_style(), Style(make_picture(seed=1), make_card("mine"))
    save_project(path, Project(ArtworkState(styles=(bundled, own))))
    place = Path("/library/mine.webp")
    found = load_project(path, cards=[replace(own.card, file=place)]).state.styles
    assert found[0].card == bundled_cards("styles")[0] and found[1].card == replace(own.card, file=place)


def test_what_cards_say_today_is_written(path: Path) -> None:
    own = Style(make_picture(seed=1), make_card("mine"))
    artwork = Artwork(ArtworkState(styles=(own,)))
    artwork.cards.note(replace(own.card, author="Bo", licence="CC BY 4.0"))
    save_project(path, project_of(artwork))
    (found,) = load_project(path).state.styles
    assert (found.card.author, found.card.licence) == ("Bo", "CC BY 4.0")


def test_a_style_learnt_for_a_network_that_is_not_here_costs_that_style_alone(path: Path) -> None:
    learned = replace(make_learned(), network_sha256="0" * 64)
    save_project(path, Project(ArtworkState(make_picture(), (Style(learned.references[0], make_card(), learned),))))
    found = load_project(path)
    assert found.state.content is not None and found.state.styles[0].learned is None
    assert len(found.problems) == 1 and "another version of the network" in found.problems[0]


def test_a_project_of_version_1_opens() -> None:
    found = load_project(VERSION_1)
    assert [entry.note for entry in found.history] == ["for <b>Anna</b> \N{PARTY POPPER}", "", ""]
    assert found.history[0].is_pinned and found.history[0].time == 1.7e9 and found.shown == 2
    assert found.window == {"zoom": 1.5, "panels": ["styles", {"open": True}]}
    assert found.state.blend is not None and found.state.blend.mode == "screen" and found.state.blend.opacity == 0.25
    assert found.state.recipe.strength == 0.8 and len(found.undo) == 3 and len(found.redo) == 1
    assert [style.learned is not None for style in found.state.styles] == [False, True]
    assert found.history[1].result.uncolored is not None and not found.history[2].result.is_complete


def test_a_project_of_version_2_opens() -> None:
    found = load_project(VERSION_2)
    assert_alike(load_project(VERSION_1), found)
    assert len({entry.id for entry in found.history}) == 3 and not any(entry.result.is_draft for entry in found.history)


def test_files_that_lie_somewhere_already_are_not_made_again(path: Path) -> None:
    project = make_project()
    whole = size_of(project)
    document = ProjectDocument(project)
    made = {name: pack() for name, pack in document.files.items()}
    kept = {name: partial(made.__getitem__, name) for name in made}
    assert save_project(path, project, kept=kept).size == path.stat().st_size - overhead(path)
    assert_alike(project, load_project(path))
    assert size_of(project, sizes=dict.fromkeys(made, 1)).total < whole.total


def overhead(path: Path) -> int:
    """What the zip itself takes."""
    with zipfile.ZipFile(path) as archive_file:
        return path.stat().st_size - sum(info.file_size for info in archive_file.infolist())


def test_a_project_of_a_newer_studio_is_refused_in_a_sentence(path: Path) -> None:
    save_project(path, Project())
    with zipfile.ZipFile(path) as archive_file:
        values = json.loads(archive_file.read("project.json"))
    archive.write_archive(path, {"project.json": json.dumps(values | {"version": 4, "new": [1]}).encode()})
    with pytest.raises(ProjectError, match="newer Style Studio; this one reads up to 3") as caught:
        load_project(path)
    assert caught.value.remedy == "Install the newest Style Studio."


def test_what_cannot_be_written_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_project(path, make_project())
    before = path.read_bytes()
    monkeypatch.setattr(archive, "LARGEST_ARCHIVE", 1000)
    for save in (save_project, lambda _, project: size_of(project)):
        with pytest.raises(ProjectError, match="would have"):
            save(path, make_project())
    assert path.read_bytes() == before
    monkeypatch.undo()
    with pytest.raises(StudioError, match="cannot be written down"):
        save_project(path, replace(make_project(), window={"zoom": float("nan")}))
    assert path.read_bytes() == before and [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_recolored_result_keeps_its_entry_and_a_new_one_gets_one() -> None:
    artwork = make_evening()
    first = project_of(artwork)
    assert [entry.group for entry in first.history] == ["boat.jpg", "boat.jpg", "boat.jpg and sky.png"]
    pinned = tuple(replace(entry, is_pinned=True) for entry in first.history)
    artwork.recolor_result(make_picture(20, 16, "recolored", seed=11), 0.9)
    artwork.add_result(make_result(artwork, seed=12))
    second = project_of(artwork, pinned)
    assert [entry.is_pinned for entry in second.history] == [True, True, True, False]
    assert second.history[2].result.picture.name == "recolored" and second.shown == 3


@pytest.mark.parametrize("fields", [{"note": "x" * 3000}, {"group": "x" * 300}, {"time": float("nan")}, {"time": -1.0}])
def test_an_entry_that_says_too_much_is_refused(fields: dict[str, object]) -> None:
    entry = make_project().history[0]
    with pytest.raises(ProjectError):
        replace(entry, **fields)  # type: ignore[arg-type]
    assert HistoryEntry(entry.result, 0.0, "two\nlines").note == r"two\nlines"


def test_a_file_that_somebody_else_has_written_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "evening.studio"
    saved = save_project(path, make_project())
    file = load_project(path).file
    assert file is not None and (file.path, file.mark, file.is_saved) == (path, saved.mark, True)
    again = save_project(path, make_project(), mark=file.mark)
    assert not is_unchanged(file) and is_unchanged(replace(file, mark=again.mark))
    whole = path.read_bytes()
    with pytest.raises(ProjectChanged, match="has been changed since") as told:
        save_project(path, make_project(), mark=file.mark)
    assert path.read_bytes() == whole and not told.value.is_gone
    path.unlink()
    with pytest.raises(ProjectChanged, match="is no longer in") as told:
        save_project(path, make_project(), mark=again.mark)
    assert told.value.is_gone and not list(tmp_path.iterdir())


def test_a_file_that_is_written_while_it_is_saved_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "evening.studio"
    mark = save_project(path, make_project()).mark
    photo = next(name for name in ProjectDocument(make_project()).files if name.startswith("pictures/"))
    read = ProjectDocument(make_project()).files[photo]

    def read_slowly() -> bytes:
        save_project(path, Project())  # by another studio
        return read()

    with pytest.raises(ProjectChanged):
        save_project(path, make_project(), kept={photo: read_slowly}, mark=mark)
    assert not load_project(path).history
