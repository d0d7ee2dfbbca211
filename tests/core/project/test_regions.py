"""Regions in projects and saved sessions: masks, settings and styles come back; older projects have none."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.artwork.artwork import Artwork
from studio.core.errors import PictureError, ProjectError, RecipeError
from studio.core.image_io import open_picture
from studio.core.project.project import Project, project_of
from studio.core.project.project_file import load_project, save_project
from studio.core.project.recipe_file import load_recipe, load_recipe_with_regions, save_recipe
from studio.core.project.session_store import open_session
from studio.core.recipe import StyleRecipe
from studio.core.regions.mask_file import mask_of, pack_mask, save_mask
from studio.core.regions.region import Region
from studio.core.regions.shapes import Drawn, Found, Gradient, Mask, Polygon
from tests.core.project.projects import make_project, make_style
from tests.support.fakes import make_picture

DATA = Path(__file__).parent / "data"
VALUES = np.random.default_rng(3).integers(0, 256, (40, 60), np.uint8)
POLYGON = Polygon(((0.1, 0.2), (0.5, 0.25), (0.3, 0.75)))


def make_regions() -> tuple[Region, ...]:
    mask = Mask.of(Found("faces")).then("subtract", POLYGON).then("add", Drawn(VALUES))
    sky = Mask.of(Gradient((0.5, 0.0), (0.5, 0.4)))
    return (
        Region(
            "Faces", mask, {"strength": 0.3, "style_shares": (30.0, 70.0)}, (make_style("a", 4), make_style("b", 5))
        ),
        Region("Sky", Mask(sky.steps, grow=0.01, feather=0.02, is_inverted=True), is_painted=False),
    )


def make_artwork() -> Artwork:
    artwork = Artwork()
    artwork.change(content=make_picture(30, 20, "boat.jpg"), styles=(make_style("wave", 2),))
    artwork.commit()
    artwork.change(regions=make_regions())
    artwork.commit()
    artwork.change_region(1, artwork.regions[1].change(strength=0.5))
    artwork.commit()
    return artwork


def assert_regions(found: Project) -> None:
    faces, sky = found.undo[-1].regions
    expected = make_regions()
    assert faces.mask == expected[0].mask and dict(faces.changes) == dict(expected[0].changes)
    assert [style.fingerprint for style in faces.styles] == [style.fingerprint for style in expected[0].styles]
    assert sky == expected[1]
    assert found.state.regions[0] is faces, "one region became two"
    assert found.state.regions[1].changes == {"strength": 0.5}


def test_regions_come_back_with_their_masks(tmp_path: Path) -> None:
    path = tmp_path / "evening.studio"
    save_project(path, project_of(make_artwork()))
    assert_regions(load_project(path))
    with zipfile.ZipFile(path) as archive:
        assert [name for name in archive.namelist() if name.startswith("masks/")] == [
            f"masks/{Drawn(VALUES).fingerprint}.png"
        ]


def test_regions_come_back_with_the_saved_session(tmp_path: Path) -> None:
    store = open_session(tmp_path)
    store.record(project_of(make_artwork()))
    store.close()
    store = open_session(tmp_path)
    found = store.recover()
    assert found is not None and found.problems == ()
    assert_regions(found)
    store.record(Project())
    assert not list((store.folder / "masks").iterdir()), "what no state names is removed"
    store.close()


def test_a_project_of_version_3_opens() -> None:
    assert_regions(load_project(DATA / "version_3.studio"))


@pytest.mark.parametrize("version", [1, 2])
def test_older_projects_have_no_regions(version: int) -> None:
    found = load_project(DATA / f"version_{version}.studio")
    assert all(state.regions == () for state in (found.state, *found.undo, *found.redo))


@pytest.mark.parametrize(
    "values", [{"mask": {"steps": [{"shape": "moon"}]}}, {"mask": {}, "changes": {"seed": 1}}, {"styles": ["-1"]}, 7]
)
def test_a_region_that_cannot_be_refuses_the_project(tmp_path: Path, values: object) -> None:
    path = tmp_path / "evening.studio"
    save_project(path, project_of(make_artwork()))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(parts["project.json"])
    document["regions"][0] = values
    parts["project.json"] = json.dumps(document).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    with pytest.raises(ProjectError):
        load_project(path)


def test_a_project_without_regions_is_what_it_was(tmp_path: Path) -> None:
    save_project(tmp_path / "evening.studio", make_project())
    with zipfile.ZipFile(tmp_path / "evening.studio") as archive:
        assert not [name for name in archive.namelist() if name.startswith("masks/")]


def test_a_mask_goes_to_a_greyscale_png_and_comes_back(tmp_path: Path) -> None:
    save_mask(tmp_path / "mask.png", VALUES)
    assert np.array_equal(mask_of(open_picture(tmp_path / "mask.png")), VALUES)


def test_a_black_picture_is_no_mask(tmp_path: Path) -> None:
    (tmp_path / "black.png").write_bytes(pack_mask(np.zeros((32, 32), np.uint8)))
    with pytest.raises(PictureError, match="black"):
        mask_of(open_picture(tmp_path / "black.png"))


def test_what_is_transparent_lies_outside_of_a_mask(tmp_path: Path) -> None:
    pixels = np.full((32, 32, 2), 255, np.uint8)
    pixels[:, 16:, 1] = 0
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    values = mask_of(open_picture(tmp_path / "mask.png"))
    assert (values[:, :16] == 255).all() and not values[:, 16:].any()


def test_a_mask_of_which_a_part_is_missing_is_refused(tmp_path: Path) -> None:
    data = pack_mask(np.random.default_rng(1).integers(0, 256, (64, 64), np.uint8))
    (tmp_path / "half.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(PictureError, match="missing"):
        mask_of(open_picture(tmp_path / "half.png"))


def test_a_recipe_file_carries_regions_that_mean_something_in_any_photo(tmp_path: Path) -> None:
    path = tmp_path / "portrait.recipe.json"
    faces, sky = make_regions()
    subject = Region("Subject", Mask.of(Found("subject")), {"strength": 0.4}, faces.styles)
    save_recipe(path, StyleRecipe(strength=0.9), (faces, sky, subject))
    recipe, found = load_recipe_with_regions(path)
    assert recipe == load_recipe(path) == StyleRecipe(strength=0.9)
    assert [one.region.name for one in found] == ["Faces", "Sky", "Subject"] and found[1].region == sky
    assert found[2].style_ids == tuple(style.card.id for style in subject.styles)
    assert found[2].with_styles({style.card.id: style for style in subject.styles}) == subject
    assert found[2].with_styles({}).styles == ()


def test_a_recipe_file_without_regions_is_what_older_studios_read(tmp_path: Path) -> None:
    path = tmp_path / "plain.recipe.json"
    save_recipe(path, StyleRecipe())
    assert StyleRecipe.from_json(path.read_text()) == StyleRecipe()


@pytest.mark.parametrize("regions", [7, [7], [{"mask": {"steps": [{"shape": "drawn", "pixels": "x"}]}}], [{}] * 99])
def test_regions_that_cannot_be_refuse_a_recipe_file(tmp_path: Path, regions: object) -> None:
    path = tmp_path / "strange.recipe.json"
    path.write_text(json.dumps(json.loads(StyleRecipe().to_json()) | {"regions": regions}))
    with pytest.raises(RecipeError):
        load_recipe(path)


def test_regions_of_one_name_are_told_apart_wherever_they_come_from(tmp_path: Path) -> None:
    alike = [Region(name, Mask.of(POLYGON)) for name in ("Sky", "sky", "", "  ", "Sky")]
    names = ["Sky", "sky 2", "Region", "Region 2", "Sky 3"]
    artwork = Artwork()
    artwork.change(regions=alike)
    assert [region.name for region in artwork.regions] == names
    save_recipe(tmp_path / "alike.recipe.json", StyleRecipe(), alike)
    assert [one.region.name for one in load_recipe_with_regions(tmp_path / "alike.recipe.json")[1]] == names


def test_a_project_of_two_regions_with_one_name_opens_with_both_to_be_chosen(tmp_path: Path) -> None:
    artwork = make_artwork()
    twice = replace(artwork.state, regions=(*artwork.regions, replace(artwork.regions[0], name="Sky")))
    project = project_of(artwork)
    save_project(tmp_path / "twice.studio", replace(project, state=twice))
    assert [region.name for region in load_project(tmp_path / "twice.studio").state.regions] == [
        "Faces", "Sky", "Sky 2",
    ]  # fmt: skip
