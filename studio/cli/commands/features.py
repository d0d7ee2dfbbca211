"""The features command: what a network sees in pictures, as numbers for notebooks and other programs."""

from __future__ import annotations

import argparse
import importlib
import json
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save as save_tensors

from studio.cli.describing import Describing
from studio.cli.exit_codes import DONE, FAILED
from studio.cli.options import UsageError
from studio.cli.terminal import print_json, say
from studio.core.engine_api.contract import EngineSettings, MakeEngine
from studio.core.engine_api.features import LAYERS, STYLE_LAYERS, FeatureQuery, Pool
from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import pictures_in
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.storage.atomic_write import replace_file

_FORMATS = (".npz", ".parquet", ".safetensors")
_DEFAULT_LAYERS = {"mobilenet_v2": STYLE_LAYERS, "vgg16": ("relu1_1", "relu2_1", "relu3_1", "relu4_1")}


def add_features_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `features`."""
    add = parser.add_argument
    add("pictures", nargs="+", type=Path, metavar="PICTURES", help="pictures, and folders of them")
    add("--encoder", choices=LAYERS, default="mobilenet_v2", help="which network looks (default: mobilenet_v2)")
    add("--layer", action="append", metavar="LAYER", help="such as features.14 or relu3_1; may be repeated")
    add("--pool", choices=get_args(Pool), default="moments", help="what is kept of a layer (default: moments)")
    add("-o", "--output", required=True, type=Path, metavar="OUT", help="file to write: .npz, .parquet or .safetensors")
    add("--overwrite", action="store_true", help="replace a file that exists already")
    add("--device", help="device to look with, such as cpu or cuda:1 (default: the best there is)")
    add("--json", action="store_true", help="print JSON instead of text")


def write_features(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Write an array per layer, a row per picture, and the pictures' paths. Returns 1 if a picture was left out."""
    output: Path = arguments.output
    if output.suffix.lower() not in _FORMATS:
        raise UsageError(f"{output} is named like no format for numbers.", f"End it in {' or '.join(_FORMATS)}.")
    if output.exists() and not arguments.overwrite:
        raise UsageError(f"{output} exists already.", "Choose another name, or add --overwrite to replace it.")
    arrow = _arrow() if output.suffix.lower() == ".parquet" else None
    encoder = arguments.encoder
    layers = arguments.layer or _DEFAULT_LAYERS[encoder.removesuffix("-untrained")]
    query = FeatureQuery(encoder, tuple(dict.fromkeys(layers)), arguments.pool)
    paths = pictures_in(arguments.pictures)
    if not paths:
        raise UsageError("There are no pictures.", "Name pictures, or folders of them.")
    seen: list[str] = []
    rows: dict[str, list[NDArray[np.float32]]] = {layer: [] for layer in query.layers}
    with closing(make_engine(EngineSettings(arguments.device))) as engine:
        for path, picture, vectors in Describing(engine, opener).each(paths, query):
            if vectors is None:
                _tell(arguments, path, picture)
                continue
            seen.append(str(path))
            for layer in query.layers:
                rows[layer].append(vectors[layer])
    if not seen:
        raise StudioError("None of the pictures could be opened, so nothing was written.")
    arrays = {layer: np.stack(found) for layer, found in rows.items()}
    replace_file(output, _encoded(output.suffix.lower(), seen, arrays, query, arrow))
    if arguments.json:
        print_json({"event": "done", "output": str(output), "pictures": len(seen), "left_out": len(paths) - len(seen)})
    else:
        say(f"{len(seen):,} pictures, {sum(array.shape[1] for array in arrays.values()):,} numbers each, in {output}.")
    return DONE if len(seen) == len(paths) else FAILED


def _tell(arguments: argparse.Namespace, path: Path, problem: object) -> None:
    if arguments.json:
        print_json({"event": "left_out", "path": str(path), "problem": str(problem)})
    else:
        say(f"Left out: {path}: {problem}")


def _arrow() -> tuple[Any, Any]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise UsageError(
            "Writing .parquet needs the package pyarrow, which is not installed.",
            "Install it, or write .npz or .safetensors.",
        ) from error


def _encoded(
    suffix: str,
    paths: list[str],
    arrays: dict[str, NDArray[np.float32]],
    query: FeatureQuery,
    arrow: tuple[Any, Any] | None,
) -> bytes:
    if suffix == ".safetensors":
        facts = {"encoder": query.encoder, "pool": query.pool, "paths": json.dumps(paths)}
        data: bytes = save_tensors(arrays, facts)
        return data
    file = BytesIO()
    if arrow is not None:
        columns = {"path": paths} | {layer: list(array) for layer, array in arrays.items()}
        arrow[1].write_table(arrow[0].table(columns), file)
    else:
        np.savez(file, paths=np.array(paths), **arrays)  # type: ignore[arg-type]
    return file.getvalue()
