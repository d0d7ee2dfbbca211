"""The features command: what a network sees in pictures, as numbers for notebooks and other programs."""

from __future__ import annotations

import argparse
import importlib
import json
import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save as save_tensors

from studio.cli.cluster_option import add_cluster_option, check_cluster
from studio.cli.describing import Describing, make_describer
from studio.cli.exit_codes import DONE, FAILED
from studio.cli.options import UsageError
from studio.cli.output import check_free
from studio.cli.terminal import plain_console, print_json, say
from studio.core.engine_api.contract import EngineSettings, MakeEngine
from studio.core.engine_api.features import BUNDLED, DEFAULT_LAYERS, LAYERS, RESIDUAL, EncoderName, FeatureQuery, Pool
from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import is_folder, pictures_in
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.storage.atomic_write import replace_file

_FORMATS = (".npz", ".parquet", ".safetensors")


def add_features_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `features`."""
    add = parser.add_argument
    add("pictures", nargs="*", type=Path, metavar="PICTURES", help="pictures, and folders of them")
    add("--encoder", choices=LAYERS, default="mobilenet_v2", help="network to use (default: mobilenet_v2)")
    add("--layer", action="append", metavar="LAYER", help="such as features.14 or relu3_1; may be repeated")
    add("--pool", choices=get_args(Pool), default="moments", help="what is kept of a layer (default: moments)")
    smooth = f"smooth activations by a softmax (SWAG) before pooling (default: for {', '.join(RESIDUAL)})"
    add("--smooth", action=argparse.BooleanOptionalAction, default=None, help=smooth)
    add(
        "--weights",
        "--weights-folder",
        type=Path,
        metavar="FOLDER",
        help="folder of torchvision's weight files (default: torch's cache)",
    )
    add("--download", action="store_true", help="download weights that are neither here nor in the cache")
    add("--list-layers", action="store_true", help="print the layers of the encoder, and do nothing else")
    add("-o", "--output", type=Path, metavar="OUT", help="file to write: .npz, .parquet or .safetensors")
    add("--overwrite", action="store_true", help="replace a file that exists already")
    add("--device", help="device to compute on, such as cpu or cuda:1 (default: the best there is)")
    add_cluster_option(
        parser,
        "send pictures to the workers of the Dask scheduler at tcp://HOST:PORT, which analyse them; --device, --weights"
        " and --download are theirs",
    )
    add("--json", action="store_true", help="print JSON instead of text")


def write_features(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Write an array per layer, a row per picture, and the pictures' paths. Returns 1 if a picture was left out."""
    encoder: EncoderName = arguments.encoder
    if arguments.list_layers:
        return _list_layers(encoder, arguments.json)
    output = _output(arguments)
    arrow = _arrow() if output.suffix.lower() == ".parquet" else None
    query = _query(arguments)
    paths = pictures_in(arguments.pictures)
    if not paths:
        raise UsageError("There are no pictures.", "Name pictures, or folders of them.")
    seen, arrays = _look(arguments, paths, query, make_engine, opener)
    replace_file(output, _encoded(output.suffix.lower(), seen, arrays, query, arrow))
    if arguments.json:
        print_json({"event": "done", "output": str(output), "pictures": len(seen), "left_out": len(paths) - len(seen)})
    else:
        say(f"{len(seen):,} pictures, {sum(array.shape[1] for array in arrays.values()):,} numbers each, in {output}.")
    return DONE if len(seen) == len(paths) else FAILED


def _output(arguments: argparse.Namespace) -> Path:
    """Where to write to. Raises UsageError, also where the pictures could not be looked at as wanted."""
    output: Path | None = arguments.output
    if output is None:
        raise UsageError("There is no file to write to.", "Name one with -o, or ask for --list-layers.")
    check_cluster(arguments)
    weights = arguments.weights if arguments.cluster is None else None
    if weights is not None and not is_folder(weights):
        raise UsageError(f"{weights} is not a folder.", "Name the folder that holds torchvision's weight files.")
    if output.suffix.lower() not in _FORMATS:
        raise UsageError(f"{output} has the wrong ending for features.", f"End it in {' or '.join(_FORMATS)}.")
    check_free(output, arguments.overwrite)
    return output


def _query(arguments: argparse.Namespace) -> FeatureQuery:
    encoder: EncoderName = arguments.encoder
    layers = tuple(dict.fromkeys(arguments.layer or DEFAULT_LAYERS[encoder]))
    is_smooth = encoder in RESIDUAL if arguments.smooth is None else arguments.smooth
    return FeatureQuery(encoder, layers, arguments.pool, is_smooth)


def _look(
    arguments: argparse.Namespace,
    paths: Sequence[Path],
    query: FeatureQuery,
    make_engine: MakeEngine,
    opener: PictureOpener,
) -> tuple[list[str], dict[str, NDArray[np.float32]]]:
    """The pictures that could be opened, and an array per layer, a row per picture."""
    seen: list[str] = []
    rows: dict[str, list[NDArray[np.float32]]] = {layer: [] for layer in query.layers}
    tell = (lambda note: print_json({"event": "progress", "note": note})) if arguments.json else say
    settings = EngineSettings(arguments.device, arguments.weights)
    with make_describer(make_engine, settings, arguments.cluster, tell) as describer:
        looking = Describing(describer, opener, may_download=arguments.download)
        for path, picture, vectors in looking.each(paths, query):
            if vectors is None:
                _tell(arguments, path, picture)
                continue
            seen.append(str(path))
            for layer in query.layers:
                rows[layer].append(vectors[layer])
    if not seen:
        raise StudioError("None of the pictures could be opened, so nothing was written.")
    return seen, {layer: np.stack(found) for layer, found in rows.items()}


def _list_layers(encoder: EncoderName, is_json: bool) -> int:
    """Print the layers, one a line; those that are looked at unless told otherwise are marked."""
    layers, usual = LAYERS[encoder], DEFAULT_LAYERS[encoder]
    if is_json:
        values = {"event": "layers", "encoder": encoder, "layers": layers, "default": usual}
        print_json(values | {"is_bundled": encoder in BUNDLED})
        return DONE
    console = plain_console()
    for layer in layers:
        console.print(f"{layer}{' (default)' if layer in usual else ''}", soft_wrap=True)
    return DONE


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
        facts["smooth"] = "yes" if query.is_smooth else "no"
        data: bytes = save_tensors(arrays, facts)
        return data
    file = BytesIO()
    if arrow is not None:
        names = [os.fsencode(path).decode(errors="backslashreplace") for path in paths]  # Parquet's text is UTF-8
        columns = {"path": names} | {layer: list(array) for layer, array in arrays.items()}
        arrow[1].write_table(arrow[0].table(columns), file)
    else:
        np.savez(file, paths=np.array(paths), **arrays)  # type: ignore[arg-type]
    return file.getvalue()
