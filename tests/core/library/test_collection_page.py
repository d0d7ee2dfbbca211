"""What pages about collections share: texts that cannot reach beyond their place."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from studio.core.library.collection_page import filled
from studio.core.library.facts import Facts
from studio.core.library.influence import InfluenceGraph
from studio.core.library.influence_page import influence_page
from studio.core.library.library_index import IndexedPicture
from studio.core.library.map_page import map_page
from studio.core.library.naming.group_names import Known
from studio.core.library.plane import make_plane

TITLE = "{data} {note} {script} {title}"
PICTURE = IndexedPicture(0, Path("/p/a.png"), "x", 1, 1, Facts(title=TITLE))


@pytest.mark.parametrize(
    "page",
    [
        map_page(TITLE, [PICTURE], make_plane(np.ones((1, 16), np.float32), Known([PICTURE.facts])), [b"webp"]),
        influence_page(TITLE, InfluenceGraph((), (), 0), []),
    ],
    ids=["map", "influence"],
)
def test_a_folder_that_is_called_like_a_field_keeps_its_name(page: str) -> None:
    assert re.findall("<title>(.*)</title>", page) == re.findall("<h1>(.*)</h1>", page) == [TITLE]
    assert page.count("const data = ") == page.count("function draw()") == 1


def test_a_template_is_filled_in_one_pass_and_what_is_no_field_stays() -> None:
    assert filled("{a}{b} { margin: 0 } {c}", {"a": "{b}", "b": "{a}"}) == "{b}{a} { margin: 0 } {c}"
