"""The map command: a collection on a plane, as numbers or as a page."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.cli.commands.library.index import add_index_options, bring_up_to_date
from studio.cli.exit_codes import DONE
from studio.cli.options import UsageError
from studio.cli.output import check_free
from studio.cli.terminal import print_json, say
from studio.core.engine_api.contract import MakeEngine
from studio.core.errors import StudioError
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.library.indexing import absolute_folders
from studio.core.library.layout_cache import LayoutCache
from studio.core.library.library_index import LibraryIndex
from studio.core.library.map_page import LAYOUT_NOTES, map_page, map_values
from studio.core.library.naming.color_words import color_traits
from studio.core.library.naming.group_names import Known
from studio.core.library.plane import make_plane
from studio.core.library.umap_plane import umap_plane
from studio.core.storage.atomic_write import replace_file

LAYOUTS = tuple(LAYOUT_NOTES)
_FORMATS = (".json", ".html")


def add_map_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `map`."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder of pictures; it is indexed first")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="OUT", help=".html (a page) or .json")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that exists already")
    parser.add_argument(
        "--layout",
        choices=LAYOUTS,
        default="pca",
        help="pca (at once; the default) or umap (takes a while; works close together are alike, distances between"
        " islands mean little)",
    )
    add_index_options(parser)


def draw_map(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Write where each picture lies among those it is like in style, and the groups there are."""
    output: Path = arguments.output
    if output.suffix.lower() not in _FORMATS:
        raise UsageError(f"{output} has the wrong ending for a map.", f"End it in {' or '.join(_FORMATS)}.")
    check_free(output, arguments.overwrite)
    (folder,) = absolute_folders([arguments.folder])
    with LibraryIndex(arguments.index, is_writer=True) as index:
        bring_up_to_date(arguments, index, [folder], make_engine, opener)
        rows = index.rows(folder)
        if not len(rows):
            raise StudioError(f"There are no pictures in {arguments.folder}.", "Choose another folder.")
        pictures = index.pictures(rows)
        vectors = index.vectors("style", rows)
        places = _umap_places(index, vectors) if arguments.layout == "umap" else None
        known = Known(
            [picture.facts for picture in pictures],
            [picture.path.parent.name for picture in pictures],
            color_traits(index.vectors("palette", rows)),
        )
        plane = make_plane(vectors, known, places=places)
        if output.suffix.lower() == ".json":
            values = map_values(pictures, plane, arguments.layout)
            replace_file(output, _json(values))
        else:
            thumbnails = [index.thumbnail(picture.row) for picture in pictures]
            page = map_page(folder.name, pictures, plane, thumbnails, arguments.layout)
            replace_file(output, page.encode())
    names = ", ".join(f"{group.name} ({group.size})" for group in plane.groups)
    if arguments.json:
        groups = [{"name": group.name, "size": group.size} for group in plane.groups]
        print_json({"event": "done", "output": str(output), "pictures": len(pictures), "groups": groups})
    else:
        say(f"{len(pictures):,} pictures in {len(plane.groups)} groups: {names}. Written to {output}.")
    return DONE


def _umap_places(index: LibraryIndex, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """As they were laid out before, if these are the same pictures."""
    cache = LayoutCache(index.folder)
    places = cache.find(vectors)
    if places is None:
        places = umap_plane(vectors)
        cache.keep(vectors, places)
    return places


def _json(values: object) -> bytes:
    return json.dumps(values, indent=1).encode()
