"""Pictures in and out: photos, styles, formats, what may not be overwritten, and pipes."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from studio.cli.inputs import suggestion
from studio.core.artwork.blend import Blend, blend_pictures
from studio.core.card import bundled_cards
from studio.core.engine_api.contract import EngineSettings, StyleRequest
from studio.core.engine_api.learning import TuneRequest
from studio.core.image_io import open_picture
from studio.core.image_io.xmp import read_recipe
from tests.support.command_line import STYLE, Studio
from tests.support.fakes import FakeEngine, make_picture


def test_styles_are_mixed_in_the_shares_given(studio: Studio) -> None:
    mix = ("--style", STYLE, "--style", "photo.png", "--share", "70", "--share", "30")
    assert studio("render", "photo.png", *mix, "-o", "out.png") == 0
    assert [style.name for style in studio.request.styles] == [f"{STYLE}.webp", "photo.png"]
    assert studio.request.recipe.style_shares == (70, 30)


def test_the_file_of_a_style_of_the_gallery_keeps_its_card(studio: Studio) -> None:
    card = next(card for card in bundled_cards("styles") if card.id == STYLE)
    assert studio("render", "photo.png", "--style", str(card.file), "-o", "out.png") == 0
    written = (studio.folder / "out.png").read_bytes()
    assert card.title.encode() in written
    assert b"licence unknown" not in written
    shutil.copy(card.file, f"copy{card.file.suffix}")  # of which nobody says where it is from
    assert studio("render", "photo.png", "--style", f"copy{card.file.suffix}", "-o", "other.png") == 0
    assert b"copy: licence unknown" in (studio.folder / "other.png").read_bytes()


def test_two_pictures_are_blended_before_they_are_painted_and_both_are_credited(studio: Studio) -> None:
    Image.fromarray(make_picture(32, 32, seed=4).pixels).save("sky.png")
    blend = ("--blend-with", "sky.png", "--blend-mode", "screen", "--blend-opacity", "0.8")
    assert studio("render", "photo.png", "--style", STYLE, *blend, "-o", "out.png") == 0
    expected = blend_pictures(Blend(open_picture(Path("photo.png")), open_picture(Path("sky.png")), "screen", 0.8))
    assert studio.request.content is not None
    assert studio.request.content.fingerprint == expected.fingerprint
    assert b"photo.png blended with sky.png" in Path("out.png").read_bytes()
    assert studio("render", "photo.png", "--style", STYLE, *blend, "-o", "out.ora") == 0
    with zipfile.ZipFile("out.ora") as file:
        assert b'name="Photo: photo.png and sky.png"' in file.read("stack.xml")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("photo.png", "--blend-with", "missing.jpg"), "There is no picture missing.jpg."),
        (("photo.png", "--blend-mode", "screen"), "There is no second picture to blend."),
        (
            ("photo.png", "--blend-with", "photo.png", "--blend-opacity", "2"),
            "Opacity is 2; it must be between 0 and 1.",
        ),
        (("photo.png", "--blend-with", "photo.png", "--blend-mode", "dodge"), "Blend is 'dodge'; it must be one of"),
        (("--method", "pattern", "--blend-with", "photo.png"), "There is no photo to blend with another."),
        (("-", "--blend-with", "-"), "Standard input holds only one picture."),
    ],
)
def test_an_impossible_blend_is_said_before_the_engine_is_loaded(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, words: Sequence[str], sentence: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path("photo.png").read_bytes())))
    assert studio("render", *words, "--style", STYLE, "-o", "out.png") == 2
    assert studio.err.startswith(f"style-studio: {sentence}")
    assert len(studio.err.splitlines()) == 1
    assert studio.is_untouched


def test_what_is_missing_of_a_photo_is_said_and_it_is_painted(studio: Studio) -> None:
    data = Path("photo.png").read_bytes()
    Path("half.png").write_bytes(data[: len(data) // 2] + bytes(len(data) // 2))
    assert studio("render", "half.png", "--style", STYLE, "-o", "out.png") == 0
    assert "half.png: Part of this file is missing or damaged." in studio.err
    assert Path("out.png").exists()


def test_help_names_the_options_of_a_blend_with_their_ranges(studio: Studio) -> None:
    assert studio("render", "--help") == 0
    shown = " ".join(studio.out.split())
    assert "--blend-mode normal|multiply|screen|overlay|soft-light" in shown
    assert "--blend-opacity 0..1" in shown


def test_a_pattern_needs_no_photo(studio: Studio) -> None:
    assert studio("render", "--method", "pattern", "--style", STYLE, "-o", "out.png") == 0
    assert studio.request.content is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--style", STYLE), "There is no photo to paint."),
        (("missing.jpg", "--style", STYLE), "There is no picture missing.jpg."),
        (("photo.png", "--style", "missing.jpg"), "There is no style and no file called 'missing.jpg'."),
        (("photo.png", "--style", "pipe.png"), "pipe.png is not an ordinary file. Choose an ordinary file."),
        (("photo.png", "--style", "data"), "data is a folder. Choose a file in it."),
        (("photo.png", "--style", STYLE, "--recipe", "missing.json"), "There is no recipe missing.json."),
        (("photo.png", "--style", STYLE, "--recipe", "pipe.png"), "pipe.png is not an ordinary file."),
        (("photo.png", "--style", STYLE, "--region", "pipe.png"), "pipe.png is not an ordinary file."),
        (("photo.png", "--style", STYLE, "--region", "data"), "data is a folder."),
        (("photo.png", "--style", STYLE, "--profile", "data"), "data is a folder. Choose a file in it."),
        (("x" * 5000, "--style", STYLE), "There is no picture xxx"),
        (("data", "--style", STYLE), "data is a folder."),
        (("pipe.png", "--style", STYLE), "pipe.png is not an ordinary file."),
        (("notes.txt", "--style", STYLE), "notes.txt is not a picture"),
        (("photo.png",), "The following arguments are required: --style."),
    ],
)
def test_what_is_not_there_is_said_before_the_engine_is_loaded(
    studio: Studio, arguments: Sequence[str], sentence: str
) -> None:
    Path("notes.txt").write_text("Dear diary", encoding="utf-8")
    Path("data").mkdir()
    os.mkfifo("pipe.png")
    assert studio("render", *arguments, "-o", "out.png") == 2
    assert studio.err.startswith(f"style-studio: {sentence}")
    assert len(studio.err.splitlines()) == 1
    assert studio.is_untouched


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("great wave", STYLE),
        ("Café Terrace", "van-gogh-cafe-terrace-at-night"),
        ("durer-lyon", "durer-lion"),
        ("kandinsky", "kandinsky-composition-viii"),
    ],
)
def test_an_unknown_style_is_answered_with_the_nearest(name: str, meant: str) -> None:
    assert meant in suggestion(name)


def test_what_resembles_no_style_is_sent_to_the_list() -> None:
    assert suggestion("zzzz") == "See 'style-studio styles' for all of them."


@pytest.mark.parametrize(
    ("name", "format_name"),
    [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.webp", "WEBP"), ("a.tif", "TIFF"), ("a.avif", "AVIF")],
)
def test_the_name_decides_the_format(studio: Studio, name: str, format_name: str) -> None:
    assert studio("render", "photo.png", "--style", STYLE, "-o", name) == 0
    with Image.open(name) as image:
        assert image.format == format_name
    assert read_recipe(Path(name)) == studio.request.recipe


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("there.png", "there.png exists already."),
        ("no/such/folder.png", "There is no folder no/such."),
        ("folder.png", "folder.png is a folder."),
        ("out.psd", "out.psd ends in .psd"),
        ("out", "out has no ending"),
        (os.sep, f"{os.sep} has no ending"),
    ],
)
def test_an_impossible_output_is_said_before_painting(studio: Studio, output: str, sentence: str) -> None:
    Path("folder.png").mkdir()
    Path("there.png").touch()
    assert studio("render", "photo.png", "--style", STYLE, "-o", output) == 2
    assert studio.err.startswith(f"style-studio: {sentence}")
    assert studio.is_untouched


def test_a_format_that_contradicts_the_name_is_refused(studio: Studio) -> None:
    assert studio("render", "photo.png", "--style", STYLE, "-o", "out.png", "--format", "jpeg") == 2
    assert "named like a PNG file" in studio.err
    assert studio.is_untouched


def test_an_existing_file_stays_unless_overwriting_is_allowed(studio: Studio) -> None:
    Path("old.png").write_text("old")
    assert studio("render", "photo.png", "--style", STYLE, "-o", "old.png") == 2
    assert Path("old.png").read_text() == "old"
    assert studio("render", "photo.png", "--style", STYLE, "-o", "old.png", "--overwrite") == 0
    assert open_picture(Path("old.png")).width == 48


def test_frames_on_the_way_are_kept_in_order(studio: Studio) -> None:
    assert studio("render", "photo.png", "--style", STYLE, "-o", "out.png", "--frames", "way/there") == 0
    names = sorted(path.name for path in Path("way/there").iterdir())
    assert names == ["frame-0001.png", "frame-0002.png", "frame-0003.png"]
    assert studio("render", "photo.png", "--style", STYLE, "-o", "out2.png", "--frames", "way/there") == 2
    assert "holds frames already" in studio.err


class RobbedEngine(FakeEngine):
    """Somebody deletes the folder of the frames while the second one is painted, and makes it anew before the last."""

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if step == 2:
            shutil.rmtree("way")
        if step == self.frames:
            Path("way").mkdir()


def test_frames_that_cannot_be_written_cost_nothing_but_themselves(studio: Studio) -> None:
    studio.engine = RobbedEngine(frames=4)
    assert studio("render", "photo.png", "--style", STYLE, "-o", "out.png", "--frames", "way", "--json") == 1
    assert [line["file"] for line in studio.lines if line["event"] == "frame"] == [
        "way/frame-0001.png", None, None, "way/frame-0004.png"
    ]  # fmt: skip
    assert studio.lines[-1]["event"] == "done" and Path("out.png").is_file()
    assert studio.lines[-1]["notes"][0].startswith("2 of 4 frames were not kept: The folder way is not there.")


def test_people_are_told_of_frames_that_could_not_be_written(studio: Studio) -> None:
    studio.engine = RobbedEngine(frames=3)
    assert studio("render", "photo.png", "--style", STYLE, "-o", "out.png", "--frames", "way") == 1
    assert "1 of 3 frames were not kept: " in studio.err
    assert "saved to out.png" in studio.err.splitlines()[-1]


def test_credits_and_the_ai_label_go_into_the_file(studio: Studio) -> None:
    label, title = b"compositeWithTrainedAlgorithmicMedia", "Sea & <castle>"
    studio("render", "photo.png", "--style", STYLE, "-o", "out.jpg", "--title", title, "--artist", "Anna")
    data = Path("out.jpg").read_bytes()
    assert label in data
    for word in (b"Sea &amp; &lt;castle&gt;", b"Anna", b"Katsushika Hokusai", b"Simonyan", b"CC BY 4.0"):
        assert word in data
    studio("render", "photo.png", "--style", STYLE, "-o", "bare.jpg", "--no-ai-label")
    assert label not in Path("bare.jpg").read_bytes()


@pytest.mark.parametrize("name", ["out.jpg", "out.png", "out.tif"])
def test_resolution_is_noted(studio: Studio, name: str) -> None:
    studio("render", "photo.png", "--style", STYLE, "-o", name, "--dpi", "300")
    with Image.open(name) as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)  # PNG counts pixels per metre
    assert open_picture(Path(name)).metadata.dpi == pytest.approx(300, abs=0.01)


def test_device_and_weights_folder_reach_the_engine(studio: Studio) -> None:
    studio("render", "photo.png", "--style", STYLE, "-o", "out.png", "--device", "cuda:1", "--weights-folder", "w")
    assert studio.settings == [EngineSettings("cuda:1", Path("w"))]
    assert studio.engine.is_closed


def piped(*arguments: str, data: bytes) -> subprocess.CompletedProcess[bytes]:
    code = "import sys; from studio.cli import main; from tests.support.fakes import make_fake_engine as make; "
    command = [sys.executable, "-c", code + "sys.exit(main(sys.argv[1:], make))", *arguments]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(command, input=data, capture_output=True, env=environment, timeout=60)


def test_a_picture_goes_in_and_out_through_pipes(studio: Studio) -> None:
    photo = Path("photo.png").read_bytes()
    done = piped("render", "-", "--style", STYLE, "-o", "-", "--format", "webp", data=photo)
    assert done.returncode == 0, done.stderr
    with Image.open(io.BytesIO(done.stdout)) as image:
        assert (image.format, image.size) == ("WEBP", (48, 36))
    assert b"standard output" in done.stderr


def test_an_empty_pipe_is_one_sentence() -> None:
    done = piped("render", "-", "--style", STYLE, "-o", "-", data=b"")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"style-studio: standard input is empty")


def test_picture_and_json_do_not_share_standard_output(studio: Studio) -> None:
    assert studio("render", "photo.png", "--style", STYLE, "-o", "-", "--json") == 2
    assert "cannot take both" in studio.err
