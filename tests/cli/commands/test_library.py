"""The commands of the library: what they print, write and refuse."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from studio.core.classifier.tuned_block import TunedBlock
from studio.core.curator.model_file import read_classifier, write_classifier
from studio.core.engine_api.contract import DescribeRequest
from studio.core.engine_api.learning import ClassifierRequest
from tests.support.command_line import Studio

COLORS = {"red": (200, 30, 30), "rose": (205, 60, 60), "blue": (20, 40, 200), "navy": (15, 30, 150)}
WORKS = (("red", "Anna", 1888), ("rose", "Anna", 1889), ("blue", "Ben", 1925), ("navy", "Ben", ""))
MANIFEST = "path\ttitle\tauthor\tyear\tkind\tlicence\tsource\n" + "".join(
    f"{name}.png\t{name.title()}\t{author}\t{year}\tpainting full\tPublic domain\tx\n" for name, author, year in WORKS
)


@pytest.fixture
def pictures(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STYLE_STUDIO_CACHE", str(studio.folder / "cache"))
    folder = studio.folder / "pictures"
    folder.mkdir()
    for name, color in COLORS.items():
        Image.new("RGB", (40, 30), color).save(folder / f"{name}.png")
    (folder / "MANIFEST.tsv").write_text(MANIFEST, encoding="utf-8")
    return folder


def test_indexing_looks_once_and_leaves_out_what_is_no_picture(studio: Studio, pictures: Path) -> None:
    (pictures / "bad.png").write_bytes(b"no picture")
    assert studio("index", "pictures", "--json") == 0
    last = studio.lines[-1]
    assert (last["looked_at"], last["left_out"], last["pictures"]) == (5, 1, 4)
    assert studio("index", "pictures") == 0
    assert "4 pictures, 0 of them analysed now" in studio.err
    assert len(studio.engine.requests) == 4


def test_a_picture_that_is_there_twice_is_named(studio: Studio, pictures: Path) -> None:
    Image.new("RGB", (80, 60), COLORS["blue"]).save(pictures / "blue again.png")
    assert studio("index", "pictures", "--duplicates", "--json") == 0
    (found,) = [line for line in studio.lines if line["event"] == "duplicates"]
    assert {Path(path).stem for path in found["paths"]} >= {"blue", "blue again"}
    assert studio("index", "pictures", "--duplicates") == 0
    assert studio.out.startswith("One picture: ")


def test_pictures_of_several_folders_are_counted_once_and_compared_with_one_another(
    studio: Studio, pictures: Path
) -> None:
    other = studio.folder / "other"
    other.mkdir()
    Image.new("RGB", (80, 60), COLORS["blue"]).save(other / "blue again.png")
    (pictures / "below").mkdir()
    Image.new("RGB", (40, 30), "white").save(pictures / "below" / "white.png")
    assert studio("index", "pictures", "pictures/below", "other", "--duplicates", "--json") == 0
    assert studio.lines[-1]["pictures"] == len(COLORS) + 2
    found = [line["paths"] for line in studio.lines if line["event"] == "duplicates"]
    assert any({Path(path).stem for path in paths} >= {"blue", "blue again"} for paths in found)


def test_similar_names_the_most_alike_first_with_reasons_and_a_caution(studio: Studio, pictures: Path) -> None:
    assert studio("similar", pictures / "red.png", "--in", "pictures", "--by", "palette", "--json") == 0
    found = [line for line in studio.lines if "path" in line]
    assert [Path(line["path"]).stem for line in found] == ["rose", "navy", "blue"]
    assert set(found[0]["reasons"]) == {"style", "subject", "palette"}
    assert found[0]["author"] == "Anna"
    assert studio("similar", pictures / "red.png", "--in", "pictures", "--count", "1") == 0
    assert "rose.png" in studio.out and "navy.png" not in studio.out
    assert "Similar does not mean by the same artist" in studio.out
    assert studio("similar", pictures / "red.png", "--in", "pictures", "--count", "0") == 2
    assert "--count is 0; it goes from 1 on." in studio.err


@pytest.mark.parametrize("value", ["nan", "1.5", "-2"])
def test_how_alike_is_a_number_from_opposite_to_the_same(studio: Studio, pictures: Path, value: str) -> None:
    for command in ("similar", pictures / "red.png", "--in", "pictures"), ("influence", "pictures"):
        assert studio(*command, f"--at-least={value}") == 2
        assert f"--at-least is {value}; it goes from -1 to 1." in studio.err
    assert studio.is_untouched


def test_a_map_is_one_page_with_the_pictures_in_it(studio: Studio, pictures: Path) -> None:
    assert studio("map", "pictures", "-o", "map.html") == 0
    page = (studio.folder / "map.html").read_text(encoding="utf-8")
    assert page.count('"image": "UklGR') == 4  # WebP
    assert "http" not in page
    assert studio("map", "pictures", "-o", "map.json") == 0
    values = json.loads((studio.folder / "map.json").read_text(encoding="utf-8"))
    assert len(values["pictures"]) == 4
    assert all(-1 <= one["x"] <= 1 and -1 <= one["y"] <= 1 for one in values["pictures"])
    assert sum(group["size"] for group in values["groups"]) == 4
    assert studio("map", "pictures", "-o", "map.html") == 2
    assert "exists already" in studio.err
    assert studio("map", "pictures", "-o", "map.png") == 2


def test_a_map_by_umap_is_computed_once_and_says_what_its_distances_mean(
    studio: Studio, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def lie_on_a_line(vectors: np.ndarray) -> np.ndarray:
        asked.append(len(vectors))
        return np.stack([np.linspace(-1, 1, len(vectors))] * 2, axis=1).astype(np.float32)

    monkeypatch.setattr("studio.cli.commands.library.map_of.umap_plane", lie_on_a_line)
    for _ in range(2):
        assert studio("map", "pictures", "-o", "map.json", "--layout", "umap", "--overwrite") == 0
        values = json.loads((studio.folder / "map.json").read_text(encoding="utf-8"))
        assert [one["x"] for one in values["pictures"]] == [-1, -0.3333, 0.3333, 1]
        assert values["method"].startswith("UMAP") and "distances between islands mean little" in values["note"]
    assert asked == [4]
    assert studio("map", "pictures", "-o", "map.html", "--layout", "umap") == 0
    assert "works close together are alike" in (studio.folder / "map.html").read_text(encoding="utf-8")


def test_too_few_pictures_for_umap_are_told_and_nothing_is_written(studio: Studio, pictures: Path) -> None:
    assert studio("map", "pictures", "-o", "map.json", "--layout", "umap") == 2
    assert "at least 10 pictures; there are 4" in studio.err
    assert not (studio.folder / "map.json").exists()


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_features_are_arrays_by_layer_with_the_paths(studio: Studio, pictures: Path, suffix: str) -> None:
    layers = ("--layer", "features.3", "--layer", "features.14")
    assert studio("features", "pictures", *layers, "-o", f"out.{suffix}", "--json") == 0
    assert studio.lines[-1]["pictures"] == 4
    path = studio.folder / f"out.{suffix}"
    arrays = dict(np.load(path)) if suffix == "npz" else load_file(path)
    assert set(arrays) - {"paths"} == {"features.3", "features.14"}
    assert arrays["features.14"].shape == (4, 24)
    assert arrays["features.14"].dtype == np.float32


def test_the_layers_of_an_encoder_are_listed_without_a_picture(studio: Studio) -> None:
    assert studio("features", "--encoder", "resnet50", "--list-layers", "--json") == 0
    assert studio.lines[-1]["layers"][-1] == "layer4.2" and not studio.lines[-1]["is_bundled"]
    assert studio("features", "--list-layers") == 0
    assert "features.14 (default)\n" in studio.out and "features.15\n" in studio.out
    assert studio("features", "pictures") == 2 and "--list-layers" in studio.err


def test_residual_networks_are_smoothed_unless_told_otherwise(studio: Studio, pictures: Path) -> None:
    for more, is_smooth in ((), True), (("--no-smooth",), False):
        command = ("features", "pictures", "--encoder", "resnet50", "--pool", "gram", "--overwrite", "--download")
        assert studio(*command, *more, "-o", "out.npz") == 0
        request = studio.engine.requests[-1]
        assert isinstance(request, DescribeRequest) and request.query is not None
        assert (request.query.is_smooth, request.query.pool, request.may_download) == (is_smooth, "gram", True)
    assert studio("features", "pictures", "--weights", "nowhere", "-o", "other.npz") == 2
    assert "nowhere is not a folder" in studio.err


def test_features_say_what_cannot_be_had(studio: Studio, pictures: Path) -> None:
    assert studio("features", "pictures", "--layer", "conv9", "-o", "out.npz") == 2
    assert "has no layer 'conv9'" in studio.err
    assert studio("features", "pictures", "-o", "out.csv") == 2
    assert "Traceback" not in studio.err
    (pictures / "bad.png").write_bytes(b"no picture")
    assert studio("features", "pictures", "-o", "out.npz") == 1  # what there is, is written
    assert len(np.load(studio.folder / "out.npz")["paths"]) == 4


def test_parquet_needs_a_package_and_says_so(studio: Studio, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    assert studio("features", "pictures", "-o", "out.parquet") == 2
    assert "pyarrow" in studio.err
    assert studio.is_untouched


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no file whose name is no UTF-8")
def test_parquet_takes_a_picture_whose_name_is_no_text(
    studio: Studio, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pictures / "red.png").rename(os.fsdecode(os.fsencode(pictures) + b"/caf\xe9.png"))

    def write(columns: dict[str, list[str]], file: BinaryIO) -> None:
        file.write("\n".join(columns["path"]).encode())  # pyarrow, too, encodes strictly

    monkeypatch.setitem(sys.modules, "pyarrow", SimpleNamespace(table=dict))
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", SimpleNamespace(write_table=write))
    assert studio("features", "pictures", "-o", "out.parquet") == 0
    assert "caf\\xe9.png" in (studio.folder / "out.parquet").read_text(encoding="utf-8")


def test_bias_counts_works_and_says_what_is_missing(studio: Studio, pictures: Path) -> None:
    assert studio("bias", "pictures", "--json") == 0
    found = json.loads(studio.out)
    assert (found["pictures"], found["works"]) == (4, 4)
    assert found["counts"]["author"] == {"Anna": 2, "Ben": 2}
    assert found["counts"]["century"] == {"19th century": 2, "20th century": 1, "": 1}
    assert studio("bias", "pictures") == 0
    assert "1 of 4 works (25%) do not say their century." in studio.out
    assert "No work says anything of its region" in studio.out
    assert studio.is_untouched


@pytest.mark.parametrize("command", [("index", "nothing"), ("bias", "nothing"), ("map", "nothing", "-o", "a.html")])
def test_a_folder_that_is_not_there_is_a_mistake(studio: Studio, command: tuple[str, ...]) -> None:
    assert studio(*command) == 2
    assert "There is no folder nothing" in studio.err


@pytest.fixture
def classes(studio: Studio) -> Path:
    folder = studio.folder / "classes"
    for name, color in (("red", (190, 40, 40)), ("blue", (40, 60, 190))):
        (folder / name).mkdir(parents=True)
        for number in range(6):
            shade = tuple(value + 5 * number for value in color)
            Image.new("RGB", (40, 30), shade).save(folder / name / f"{number}.png")
    return folder


@pytest.mark.parametrize(
    "command",
    [
        ("map", "pictures", "-o", "nowhere/map.html"),
        ("influence", "pictures", "-o", "nowhere/time.html"),
        ("features", "pictures", "-o", "nowhere/numbers.npz"),
        ("classify", "train", "pictures", "-o", "nowhere/model.safetensors"),
        ("compare", "pictures", "pictures", "-o", "nowhere/both.png"),
    ],
    ids=lambda command: command[0],
)
def test_where_nothing_can_be_written_nothing_is_looked_at(
    studio: Studio, pictures: Path, command: tuple[str, ...]
) -> None:
    assert studio(*command) == 2
    assert "There is no folder" in studio.err and not studio.engine.requests


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("classify", "train", "pictures", "-o", "/"), "/ has the wrong ending for a classifier."),
        (("classify", "label", "/", "pictures"), "/ cannot be read: it is not an ordinary file."),
        (("map", "pictures", "-o", "/"), "/ has the wrong ending for a map."),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
def test_the_root_of_the_disk_has_a_name_in_sentences(
    studio: Studio, pictures: Path, command: tuple[str, ...], sentence: str
) -> None:
    assert studio(*command) == 2
    assert studio.err.startswith(f"style-studio: {sentence}") and not studio.engine.requests


def test_a_classifier_is_trained_tested_and_labels_with_a_caution(studio: Studio, classes: Path) -> None:
    assert studio("classify", "train", "classes", "-o", "model.safetensors", "--json") == 0
    last = studio.lines[-1]
    assert last["accuracy"] == 1.0
    assert last["names"] == ["blue", "red"]
    assert (studio.folder / "model.html").read_text(encoding="utf-8").count("A classifier is not an attribution.") == 1
    assert studio("classify", "test", "model.safetensors", "classes", "--json") == 0
    assert studio.lines[-1]["accuracy"] == 1.0
    assert studio("classify", "label", "model.safetensors", "classes/red", "--json") == 0
    assert {line["likely"] for line in studio.lines} == {"red"}
    assert all(line["note"] == "A classifier is not an attribution." for line in studio.lines)
    assert studio("classify", "label", "model.safetensors", "classes/blue") == 0
    assert studio.out.rstrip().endswith("A classifier is not an attribution.")
    assert studio("classify", "train", "classes", "-o", "model.safetensors") == 2
    assert "exists already" in studio.err


def test_learning_curves_are_lines_of_json_and_settings_reach_the_engine(studio: Studio, classes: Path) -> None:
    command = ("classify", "train", "classes", "-o", "model.safetensors")
    assert studio(*command, "--epochs", "7", "--first-stage", "16", "--json") == 0
    epochs = [line for line in studio.lines if line["event"] == "epoch"]
    assert [line["epoch"] for line in epochs] == [1, 2] and epochs[0]["held_out_loss"] == 1.1
    (request,) = [one for one in studio.engine.requests if isinstance(one, ClassifierRequest)]
    assert (request.settings.epochs, request.settings.first_stage, request.settings.is_tuned) == (7, 16, True)
    assert len(request.pictures) == 12
    page = (studio.folder / "model.html").read_text(encoding="utf-8")
    assert "data:image/jpeg;base64," in page and "How it was trained" in page
    assert studio.lines[-1]["looks"][0]["certainty"] == 0.9
    assert studio(*command, "--overwrite", "--head-only") == 0
    assert not any(isinstance(one, ClassifierRequest) for one in studio.engine.requests[-5:])
    assert studio(*command, "--overwrite", "--epochs", "0") == 2
    assert "Epochs is 0; it goes from 1 to 200" in studio.err


def test_a_fine_tuned_classifier_sees_its_own_layers_and_the_check_for_photos_the_network_as_it_came(
    studio: Studio, classes: Path
) -> None:
    assert studio("classify", "train", "classes", "-o", "model.safetensors") == 0
    path = studio.folder / "model.safetensors"
    block = TunedBlock({"features.18.1.bias": np.ones(1280, np.float32)})
    write_classifier(path, replace(read_classifier(path), block=block))
    assert studio("classify", "label", "model.safetensors", "classes/red/0.png") == 0
    blocks = [one.block for one in studio.engine.requests if isinstance(one, DescribeRequest)]
    assert [each is None for each in blocks[-2:]] == [False, True]
    assert studio("classify", "test", "model.safetensors", "classes", "--json") == 0
    last = studio.engine.requests[-1]
    assert isinstance(last, DescribeRequest) and last.block is not None


def test_classify_says_what_it_needs(studio: Studio, pictures: Path) -> None:
    assert studio("classify", "train", "pictures", "-o", "model.safetensors") == 2
    assert "fewer than two classes" in studio.err
    (studio.folder / "model.safetensors").write_bytes(b"nothing")
    assert studio("classify", "label", "model.safetensors", "pictures") == 2
    assert "is not a classifier of the studio" in studio.err


def test_nothing_to_label_is_a_mistake(studio: Studio, classes: Path) -> None:
    assert studio("classify", "train", "classes", "-o", "model.safetensors") == 0
    (studio.folder / "empty").mkdir()
    assert studio("classify", "label", "model.safetensors", "empty") == 2
    assert "There are no pictures." in studio.err and studio.out == ""


def test_bias_tells_of_the_studio_itself_where_no_folder_is_named(studio: Studio) -> None:
    assert studio("bias") == 0
    assert "The gallery" in studio.out and "VGG-16" in studio.out and "missing" in studio.out
    assert studio("bias", "--json") == 0
    assert json.loads(studio.out)[0]["title"] == "The gallery"
