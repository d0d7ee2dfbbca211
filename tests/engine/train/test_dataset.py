"""What the Live network learns from: works are kept apart, doubles left out, and a view is the same whenever taken."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from studio.core.errors import StudioError
from studio.engine.networks.style_predictor import StylePredictor
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import ORIGINAL_NETWORK, load_style_network
from studio.engine.runtime.generators import run_to_end
from studio.engine.train.augmentation import ENDLESS, Views, seeded
from studio.engine.train.dataset import Doubles, Pictures, is_held_out, read_pictures, split_works
from studio.engine.train.procedural_styles import procedural_style
from tests.support.scenes import waves, weave
from tests.support.small_training import WORKS, look_at_little, make_folders

CPU = torch.device("cpu")
LAYERS = (("relu1_1",), ("relu1_1", "relu2_1"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_folders(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def predictor() -> StylePredictor:
    return StylePredictor(load_style_network(ORIGINAL_NETWORK)[1], CPU)


def bytes_of(image: torch.Tensor) -> torch.Tensor:
    return (image[0] * 255).round().byte()


def make_views(encoder: Encoder, predictor: StylePredictor, memory: int) -> Views:
    photos = Pictures((bytes_of(waves(48, 64)),), ("waves",))
    styles = Pictures((bytes_of(weave()),), ("weave",))
    return Views(photos, styles, encoder, predictor, LAYERS, 32, 7, memory)


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


def test_a_view_is_the_same_whether_remembered_or_taken_again(
    encoder: Encoder, predictor: StylePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at_little(monkeypatch)
    keeping, forgetting = (make_views(encoder, predictor, memory) for memory in (10**8, 0))
    assert forgetting.content_count == ENDLESS
    assert keeping.content(3) is keeping.content(3)
    for number in (0, 3, 11):
        one, other = keeping.content(number), forgetting.content(number)
        assert torch.equal(one.image, other.image)
        assert torch.equal(one.features["relu1_1"], other.features["relu1_1"])
        one_style, other_style = keeping.style(number), forgetting.style(number)
        assert torch.equal(one_style.vector, other_style.vector)
        assert torch.equal(one_style.moments["relu2_1"].covariance, other_style.moments["relu2_1"].covariance)
    assert not torch.equal(keeping.content(0).image, keeping.content(3).image)


def test_what_is_remembered_fits_the_memory(encoder: Encoder, predictor: StylePredictor) -> None:
    one_photo = 3 * 32 * 32 + 2 * 64 * 32 * 32
    one_style = 2 * 64 * 64 + 2 * 128 * 128
    views = make_views(encoder, predictor, 10 * one_photo)
    assert views.content_count == 5
    assert views.style_count == 5 * one_photo // one_style


def test_textures_made_by_formula_are_many_and_pictures() -> None:
    textures = [procedural_style(32, seeded(number), CPU) for number in range(20)]
    for texture in textures:
        assert texture.shape == (1, 3, 32, 32)
        assert float(texture.min()) >= 0 and float(texture.max()) <= 1
        assert float(texture.std()) > 0.005
    assert len({tuple(texture[0, :, 5, 5].tolist()) for texture in textures}) == 20


def test_where_there_are_more_pictures_than_looks_these_are_at_works_all_over(
    encoder: Encoder, predictor: StylePredictor
) -> None:
    works = tuple(f"work{number}" for number in range(10))
    images = tuple(torch.full((3, 40, 40), 20 * number, dtype=torch.uint8) for number in range(10))
    one_photo = 3 * 32**2 + 2 * 64 * 32**2
    views = Views(Pictures(images, works), Pictures(images, works), encoder, predictor, LAYERS, 32, 7, 10 * one_photo)
    assert views.content_count == 5
    shown = {round(float(views.content(number).image.mean()) * 255) for number in range(5)}
    assert shown == {0, 40, 80, 120, 160}
    assert views.works[0] == {"work0", "work2", "work4", "work6", "work8"}
    assert views.works[1] == set(works)
