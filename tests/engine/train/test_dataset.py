"""The pictures that the Live network learns from: works are kept apart, and doubles and what is damaged left out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from studio.core.errors import StudioError
from studio.core.generators import run_to_end
from studio.engine.train.dataset import Doubles, is_held_out, read_pictures, split_works
from tests.support.scenes import waves
from tests.support.small_training import WORKS, make_folders

CPU = torch.device("cpu")
FORBIDDEN = b"http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_folders(tmp_path_factory.mktemp("pictures"))


def test_no_work_is_both_learnt_from_and_validated_on(folders: tuple[Path, Path]) -> None:
    learnt, held_out = run_to_end(read_pictures(folders[0], (), Doubles(()), CPU))
    assert not set(learnt.works) & set(held_out.works)
    assert len(set(learnt.works) | set(held_out.works)) == WORKS
    assert len(learnt) == 2 * len(set(learnt.works))
    assert len(held_out) == len(set(held_out.works))


def test_a_tenth_of_the_works_is_held_out_and_others_beside_them_change_nothing() -> None:
    works = [f"work{number}" for number in range(1000)]
    _, held_out = split_works(works)
    assert 70 < len(held_out) < 130
    assert set(held_out) == {work for work in works if is_held_out(work)}


def test_one_work_alone_is_too_few() -> None:
    with pytest.raises(StudioError, match="two works"):
        split_works(["wave", "wave"])


def test_a_picture_that_is_not_to_be_learnt_from_is_known_in_another_size_and_its_crops_go_with_it(
    folders: tuple[Path, Path],
) -> None:
    doubles = Doubles([torch.nn.functional.interpolate(waves(40, 44, turn=2), scale_factor=2.0, mode="bilinear")])
    learnt, held_out = run_to_end(read_pictures(folders[0], (), doubles, CPU))
    assert {*learnt.works, *held_out.works} == {"photo0", "photo1", "photo3"}


def test_what_cannot_be_opened_is_named_and_left_out(tmp_path: Path) -> None:
    photos, _ = make_folders(tmp_path)
    (photos / "broken_full.png").write_bytes(b"nothing")
    notes = list(read_pictures(photos, (), Doubles(()), CPU))
    assert any("broken_full.png" in note for note in notes)


def test_what_forbids_it_is_named_and_neither_learnt_from_nor_validated_on(tmp_path: Path) -> None:
    photos, _ = make_folders(tmp_path)
    paths = sorted(photos.glob("*.png"))
    marked = [path for path in paths if path.name.startswith("photo1_")]
    for path in marked:
        path.write_bytes(path.read_bytes() + FORBIDDEN)
    notes = list(read_pictures(photos, (), Doubles(()), CPU))
    assert [note for note in notes if "data mining" in note] == [
        f"Left out: {path.name} may not be learnt from: "
        "its data mining property (IPTC/PLUS, DMI-PROHIBITED) forbids it."
        for path in marked
    ]
    learnt, held_out = run_to_end(read_pictures(photos, (), Doubles(()), CPU))
    works = {*learnt.works, *held_out.works}
    assert "photo1" not in works and len(works) == WORKS - 1
    for path in paths:
        path.write_bytes(path.read_bytes() + FORBIDDEN)
    with pytest.raises(StudioError, match=f"{len(paths)} of {len(paths)} pictures .* may not be learnt from"):
        list(read_pictures(photos, (), Doubles(()), CPU))
