"""--region: where, and what is different there, by the same table as all options; in one picture and in many."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from studio.core.batch.job import BatchJob
from studio.core.batch.journal import read_journal
from studio.core.card import bundled_cards
from studio.core.engine_api.contract import Event, Request, Seen, SeeRequest, StyleRequest
from studio.core.regions.region import PROTECTION, REGION_KNOBS
from tests.support.command_line import STYLE, Studio
from tests.support.fakes import FakeEngine

OTHER = next(card.id for card in bundled_cards("styles") if card.id != STYLE)


class BlindEngine(FakeEngine):
    """Finds nothing in any photo."""

    def run(self, request: Request) -> list[Event]:  # type: ignore[override]
        return [Seen(request.id, None)] if isinstance(request, SeeRequest) else list(super().run(request))


def painted(studio: Studio) -> StyleRequest:
    request = studio.engine.requests[-1]
    assert isinstance(request, StyleRequest)
    return request


def render(studio: Studio, *words: str) -> int:
    return studio("render", "photo.png", "--style", STYLE, "--size", "128", "-o", "out.png", "--overwrite", *words)


def test_a_region_has_styles_and_settings_of_its_own(studio: Studio) -> None:
    setting = f"subject:style={OTHER}:strength=0.3:keep-colour=1"
    assert render(studio, "--region", setting, "--region", "faces:protect", "--region", "background:off") == 0
    request = painted(studio)
    subject, faces, behind = request.regions
    assert subject.styles != request.styles
    assert (subject.recipe.strength, subject.recipe.keep_color) == (0.3, 1.0)
    assert {name: getattr(faces.recipe, name) for name in PROTECTION} == dict(PROTECTION)
    assert (faces.styles, subject.is_painted, behind.is_painted) == (request.styles, True, False)
    assert subject.mask.shape == (96, 128)


def test_a_mask_comes_from_a_picture_and_the_upper_third_from_its_name(studio: Studio) -> None:
    grey = np.zeros((48, 64), np.uint8)
    grey[:, :32] = 255
    Image.fromarray(grey).save("my mask.png")
    assert render(studio, "--region", "my mask.png:strength=0.9", "--region", "upper:detail=1") == 0
    mask, upper = painted(studio).regions
    assert (mask.mask[:, 0].min(), mask.mask[:, -1].max()) == (255, 0)
    assert (upper.mask[0].min(), upper.mask[-1].max()) == (255, 0)
    assert len(studio.engine.requests) == 1  # nobody looked at the photo for that


@pytest.mark.parametrize("knob", REGION_KNOBS, ids=lambda knob: knob.field)
def test_every_setting_of_a_region_is_checked(studio: Studio, knob: object) -> None:
    name = {"keep_color": "keep-color"}.get(knob.field, knob.field.replace("_", "-"))  # type: ignore[attr-defined]
    assert render(studio, "--region", f"faces:{name}=1") == 0
    assert render(studio, "--region", f"faces:{name}=99") == 2


@pytest.mark.parametrize(
    "text", ["sky", "nowhere.png:strength=1", "faces:size=3", "faces:style=nobody", "faces:protect=1"]
)
def test_a_mistake_is_a_sentence_before_an_engine_is_asked(studio: Studio, text: str) -> None:
    assert render(studio, "--region", text) == 2
    assert studio.is_untouched
    assert studio.err.strip()


@pytest.mark.parametrize("text", ["faces:strength=", "faces:strength", "faces:strong", "upper:", "subject::"])
def test_a_setting_without_a_value_is_told_as_one(studio: Studio, text: str) -> None:
    assert render(studio, "--region", text) == 2
    assert f"no setting {text.partition(':')[2]!r}" in " ".join(studio.err.split())


def test_a_batch_goes_on_with_a_mask_larger_than_masks_are_kept(studio: Studio) -> None:
    Image.new("L", (5000, 40), 255).save("wide.png")
    batch = ("batch", "photo.png", "--style", STYLE, "-o", "out", "--region", "wide.png:strength=0.9")
    assert studio(*batch) == 0 and len(painted(studio).regions) == 1
    assert studio(*batch) == 0


def test_what_is_not_in_the_photo_is_told_and_the_rest_is_painted(studio: Studio) -> None:
    studio.engine = BlindEngine()
    assert render(studio, "--region", "subject:strength=0.2", "--region", "faces:protect") == 0
    assert painted(studio).regions == ()
    assert "No subject was found" in studio.out + studio.err
    assert "No face was found" in studio.out + studio.err


def test_a_batch_looks_at_each_photo_and_continues_with_the_same_regions(studio: Studio) -> None:
    grey = np.zeros((48, 64), np.uint8)
    grey[:, :32] = 255
    Path("masks").mkdir()
    Image.fromarray(grey).save("masks/left.png")
    regions = ("--region", f"background:style={OTHER}", "--region", "masks/left.png:strength=0.2")
    words = ("batch", "photo.png", "--style", STYLE, "--size", "128", "-o", "out", *regions)
    assert studio(*words) == 0
    look, request = studio.engine.started
    assert isinstance(look, SeeRequest) and isinstance(request, StyleRequest)
    assert len(request.regions) == 2
    record = read_journal(Path("out"))
    assert record is not None
    job = BatchJob.from_values(record.job)
    assert [style.card.id for style in job.regions[0].styles] == [OTHER]
    assert np.array_equal(job.request(look.content, Seen(1, None)).regions[-1].mask, request.regions[-1].mask)
    assert job.to_values()["regions"] == record.job["regions"]


def test_the_masks_of_regions_are_hidden_layers_of_an_openraster_file(studio: Studio) -> None:
    words = ("--region", "subject:strength=0.2", "--region", "faces:protect", "--region", "upper:off")
    assert studio("render", "photo.png", "--style", STYLE, "--size", "128", "-o", "out.ora", *words) == 0
    with ZipFile("out.ora") as archive:
        layers = re.findall(r'name="([^"]*)".*?visibility="(\w+)"', archive.read("stack.xml").decode())
        with Image.open(archive.open("data/layer3.png")) as image:
            mask = np.asarray(image)
    assert layers == [
        ("Artwork", "visible"),
        ("Region: Upper", "hidden"),
        ("Region: Faces", "hidden"),
        ("Region: Subject", "hidden"),
        ("Photo: photo.png", "visible"),
    ]
    assert mask.min() == 0 and mask.max() == 255


def test_a_recipe_and_an_exported_picture_bring_their_regions_unless_others_are_named(studio: Studio) -> None:
    assert render(studio, "--region", f"background:style={OTHER}:strength=0.3", "--region", "faces:protect") == 0
    Path("first.png").write_bytes(Path("out.png").read_bytes())
    assert render(studio, "--recipe", "first.png") == 0
    behind, faces = painted(studio).regions
    assert behind.recipe.strength == 0.3 and behind.styles != painted(studio).styles
    assert faces.recipe.strength == PROTECTION["strength"]
    assert render(studio, "--recipe", "first.png", "--region", "subject:off") == 0
    assert [region.is_painted for region in painted(studio).regions] == [False]
    words = ("render", "--method", "pattern", "--style", STYLE, "--recipe", "first.png", "-o", "pattern.png")
    assert studio(*words) == 0
    assert painted(studio).regions == ()
