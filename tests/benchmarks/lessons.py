"""What *Teach a style* gains over a mix of the same pictures, by measures that no lesson learns by.

    python tests/benchmarks/lessons.py [--artists van-gogh hokusai] [--photos DIR] [--works NAME DIR COUNT] [--seeds N]
        [--steps N] [--sheet N] --out DIR
    OMP_NUM_THREADS=1 python tests/benchmarks/lessons.py --seeds 3 --artists van-gogh renoir --out DIR &
    OMP_NUM_THREADS=1 python tests/benchmarks/lessons.py --seeds 3 --artists hokusai arcimboldo --out DIR

By default artists of the gallery with several works are learnt, without the last third of five works or more; the
photos are those of the demo that a lesson keeps for its own exam. --photos names a folder of others, and --works an
artist of a folder, of whose pictures the first COUNT are learnt.

All of it is painted by the engine as Live does at 512 px: the taught works mixed by the small and by the larger
network, and the style that the lesson has saved (which is the mix where it gained nothing). Style errors are relative
distances of mean and covariance of VGG-16's features at relu2_2, relu3_2 and relu4_2, to the works together and to each
of them, taught and not taught, as they are taught (sprites on sheets, line work on paper); content errors are by self-
similarity at relu4_2, as in picture_quality.py. Seconds are those of the processor and by the clock. Writes the numbers
of each artist after every lesson (ARTIST.json), a table of all that are in the folder (lessons.md), with gains on the
mix by the small network, and a sheet of the first N photos for each artist: photo, the mix, the mix by the larger
network, taught. Lessons whose numbers are there are not given again, so that a run can be interrupted, or shared out
among processes: two with a thread each are done sooner than one with two.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from studio.core.card import Card, bundled_cards
from studio.core.engine_api.contract import Done, EngineSettings, Failed, StyleRequest
from studio.core.engine_api.learning import TuneRequest
from studio.core.engine_api.tune_settings import TuneSettings
from studio.core.generators import run_to_end
from studio.core.image_io import open_picture
from studio.core.image_io.find_pictures import pictures_in
from studio.core.picture import Picture
from studio.core.recipe import FINE_NETWORK, QUICK_NETWORK, StyleRecipe
from studio.core.styles.learned_style import LearnedStyle
from studio.core.training.ablation import ARTISTS, works_of
from studio.core.training.taught_pictures import as_taught
from studio.engine.finetune.dataset import blend_targets, hold_out
from studio.engine.finetune.validation import (
    EXAM_CONTENT_LAYER,
    EXAM_STYLE_LAYERS,
    correlation,
    similarity,
    style_error,
)
from studio.engine.losses.statistics import Moments, moments
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import LAYOUTS, load_encoder_weights
from studio.engine.runtime.tensors import picture_at, to_picture, to_tensor
from studio.engine.torch_engine import TorchEngine

EDGE = 512  # px of the longer edge
FIELD = 512  # px of a field of the sheet
KEPT_BACK = 3  # of so many works the last is, where there are five or more
CPU = torch.device("cpu")
NAMES = ("taught", "each taught", "unseen", "each unseen", "content")

Row = dict[str, Any]


class Judge:
    """Takes the errors of paintings of some photos in the style of some works."""

    def __init__(self, photos: Sequence[Picture], works: Sequence[Picture], unseen: Sequence[Picture]) -> None:
        """photos: as large as they are painted. works, unseen: as they are opened; judged as they are taught."""
        weights = run_to_end(load_encoder_weights("vgg16", None))
        self._encoder = Encoder(LAYOUTS["vgg16"], weights, CPU, torch.float32)
        sets = {"taught": works, "unseen": unseen}
        self._works = {
            name: [self._moments(_at_edge(sheet)) for sheet in as_taught(pictures)]
            for name, pictures in sets.items()
            if pictures
        }
        self._alike = [similarity(self._see(photo)[EXAM_CONTENT_LAYER]) for photo in photos]

    def errors(self, painted: Sequence[Picture]) -> dict[str, float]:
        """The means over the photos, by NAMES."""
        found: list[dict[str, float]] = []
        for picture, alike in zip(painted, self._alike, strict=True):
            features = self._see(picture)
            own = {layer: moments(features[layer]) for layer in EXAM_STYLE_LAYERS}
            errors = {"content": 1 - correlation(similarity(features[EXAM_CONTENT_LAYER]), alike)}
            for name, works in self._works.items():
                errors[name] = style_error(own, blend_targets(works))
                errors[f"each {name}"] = statistics.mean(style_error(own, work) for work in works)
            found.append(errors)
        return {name: statistics.mean(each[name] for each in found) for name in NAMES if name in found[0]}

    def _moments(self, work: Picture) -> dict[str, Moments]:
        features = self._see(work)
        return {layer: moments(features[layer]) for layer in EXAM_STYLE_LAYERS}

    @torch.no_grad()
    def _see(self, picture: Picture) -> dict[str, Tensor]:
        return self._encoder(to_tensor(picture, CPU), EXAM_STYLE_LAYERS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--artists", nargs="*", default=list(ARTISTS), help="of the gallery (%(default)s)")
    parser.add_argument("--photos", type=Path, help="folder of photos")
    parser.add_argument("--works", nargs=3, action="append", default=[], metavar=("NAME", "DIR", "COUNT"))
    parser.add_argument("--seeds", type=int, default=1, help="lessons of each artist (%(default)s)")
    parser.add_argument("--steps", type=int, default=TuneSettings.deep_steps, help="of a lesson (%(default)s)")
    parser.add_argument("--sheet", type=int, default=3, help="photos on a sheet (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="folder for what is written")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    demo = [card.file for card in bundled_cards("demo")]
    files = pictures_in([chosen.photos]) if chosen.photos else [demo[number] for number in hold_out(len(demo))[1]]
    photos = [_at_edge(open_picture(file)) for file in files]
    artists = {name: _split(files) for name, files in works_of(bundled_cards("styles"), chosen.artists).items()}
    for name, folder, count in chosen.works:
        found = pictures_in([Path(folder)])
        artists[name] = found[: int(count)], found[int(count) :]
    engine = TorchEngine(EngineSettings())
    for name, (taught, unseen) in artists.items():
        kept = chosen.out / f"{name}.json"
        rows: list[Row] = json.loads(kept.read_text()) if kept.exists() else []
        works = [open_picture(file) for file in taught]
        judge = Judge(photos, works, [open_picture(file) for file in unseen])
        mixes = {network: [_paint(engine, photo, works, network) for photo in photos] for network in _MIXES}
        if not rows:
            rows += [{"artist": name, "way": way, **judge.errors(mixes[network])} for network, way in _MIXES.items()]
        for seed in range(chosen.seeds):
            if any(row["way"] == _taught(seed) for row in rows):
                continue
            learned, lesson = learn(engine, works, TuneSettings(deep_steps=chosen.steps, seed=seed))
            painted = [_paint(engine, photo, [learned.references[0]], "", learned) for photo in photos]
            rows.append({"artist": name, "way": _taught(seed), **judge.errors(painted), **lesson})
            kept.write_text(json.dumps(rows, indent=1))
            if seed == 0:
                columns = [photos, *mixes.values(), painted]
                _write_sheet([column[: chosen.sheet] for column in columns], chosen.out / f"{name}.png")
        print("\n".join([*table_of(rows), "", *gains_of(rows)]), flush=True)
    every = [row for file in sorted(chosen.out.glob("*.json")) for row in json.loads(file.read_text())]
    (chosen.out / "lessons.md").write_text("\n".join([*table_of(every), "", *gains_of(every)]) + "\n")


def learn(
    engine: TorchEngine, works: Sequence[Picture], settings: TuneSettings
) -> tuple[LearnedStyle, dict[str, object]]:
    """The style that a lesson saves, and what it took and said."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "style.safetensors"
        card = Card("style", "style", "Style", "", "", "unknown", "", output)
        started, used = time.perf_counter(), time.process_time()
        for event in engine.run(TuneRequest(tuple(works), card, output, settings)):
            if isinstance(event, Failed):
                raise event.error
        assert isinstance(event, Done)
        assert event.learned is not None
        seconds = {"seconds": time.perf_counter() - started, "processor": time.process_time() - used}
        return event.learned, {**seconds, "bytes": output.stat().st_size, "notes": " ".join(event.notes)}


def gains_of(rows: Sequence[Row]) -> list[str]:
    """How far the errors are from those of the mix by the small network: mean over the lessons, and the worst."""
    names = ("taught", "unseen", "content")
    lines = ["| artist | lessons | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]
    for artist in dict.fromkeys(row["artist"] for row in rows):
        own = [row for row in rows if row["artist"] == artist]
        mix = next(row for row in own if row["way"] == _MIXES[QUICK_NETWORK])
        lessons = [row for row in own if str(row["way"]).startswith(_TAUGHT)]
        cells = []
        for name in names:
            changes = [row[name] / mix[name] - 1 for row in lessons if name in mix]
            cells.append(f"{statistics.mean(changes):+.1%}, {max(changes):+.1%} at worst" if changes else "-")
        lines.append(f"| {artist} | {len(lessons)} | {' | '.join(cells)} |")
    return lines


def table_of(rows: Sequence[Row]) -> list[str]:
    """The rows in Markdown; "-" where an artist has no other works."""
    names = (*NAMES, "processor", "seconds")
    lines = ["| artist | way | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]
    for row in rows:
        values = (row.get(name) for name in names)
        cells = ["-" if value is None else f"{value:.3f}" if value < 10 else f"{value:.0f}" for value in values]
        lines.append(f"| {row['artist']} | {row['way']} | {' | '.join(cells)} |")
    return lines


_TAUGHT = "taught, seed "
_MIXES = {QUICK_NETWORK: "mix", FINE_NETWORK: "mix, larger network"}


def _taught(seed: int) -> str:
    return f"{_TAUGHT}{seed}"


def _paint(
    engine: TorchEngine, photo: Picture, works: Sequence[Picture], network: str, learned: LearnedStyle | None = None
) -> Picture:
    recipe = StyleRecipe(method="live", long_edge=EDGE, network=QUICK_NETWORK)
    if network:
        recipe = recipe.change(network=network)
    known = (learned,) if learned is not None else (None,) * len(works)
    *_, done = engine.run(StyleRequest(photo, tuple(works), recipe, learned=known))
    if isinstance(done, Failed):
        raise done.error
    assert isinstance(done, Done)
    return done.result


def _split(files: Sequence[Path]) -> tuple[Sequence[Path], Sequence[Path]]:
    count = len(files) - (len(files) // KEPT_BACK if len(files) >= 5 else 0)
    return files[:count], files[count:]


def _at_edge(picture: Picture) -> Picture:
    return to_picture(picture_at(picture, EDGE, CPU), picture.with_pixels(picture.pixels, None))


def _write_sheet(columns: Sequence[Sequence[Picture]], path: Path) -> None:
    """A row for each photo."""
    sheet = Image.new("RGB", (FIELD * len(columns), FIELD * len(columns[0])), "white")
    for across, column in enumerate(columns):
        for down, picture in enumerate(column):
            image = Image.fromarray(picture.pixels)
            image.thumbnail((FIELD - 4, FIELD - 4))
            sheet.paste(image, (FIELD * across, FIELD * down))
    sheet.save(path)


if __name__ == "__main__":
    main()
