"""The map and its groups, and what a collection represents."""

from __future__ import annotations

from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.core.library.facts import Facts
from studio.core.library.library_index import IndexedPicture
from studio.core.library.map_page import map_page
from studio.core.library.naming.group_names import Known
from studio.core.library.plane import k_means, make_plane
from studio.core.library.representation import represent


def clouds(sizes: tuple[int, ...] = (30, 20, 10)) -> NDArray[np.float32]:
    draw = np.random.default_rng(1)
    middles = np.eye(3, 16)
    found = [middle + 0.05 * draw.standard_normal((size, 16)) for middle, size in zip(middles, sizes, strict=True)]
    return np.concatenate(found).astype(np.float32)


def test_pictures_that_are_alike_lie_near_each_other_in_named_groups() -> None:
    facts = [Facts(author="Anna")] * 30 + [Facts(year="1650")] * 20 + [Facts()] * 10
    plane = make_plane(clouds(), Known(facts))
    assert np.abs(plane.places).max() <= 1
    own = np.linalg.norm(plane.places[:30] - plane.places[:30].mean(0), axis=1).mean()
    assert own < 0.3 * np.linalg.norm(plane.places[:30].mean(0) - plane.places[30:50].mean(0))
    assert sum(group.size for group in plane.groups) == 60
    names = [group.name for group in plane.groups]
    assert any(name.startswith("Anna") for name in names) and any(name.startswith("1650s") for name in names)
    assert len(set(names)) == len(names)


def test_what_holds_for_nearly_all_pictures_names_no_group() -> None:
    facts = (
        [Facts(medium="painting", author="Anna")] * 30 + [Facts(medium="painting")] * 28 + [Facts(medium="print")] * 2
    )
    names = [group.name for group in make_plane(clouds(), Known(facts)).groups]
    assert any(name.startswith("Anna") for name in names)
    assert not any(name.startswith("painting") for name in names)


def test_groups_are_found_and_the_same_each_time() -> None:
    group = k_means(clouds(), 3)
    assert [len(set(group[part].tolist())) for part in (slice(0, 30), slice(30, 50), slice(50, 60))] == [1, 1, 1]
    assert np.bincount(group).tolist() == [30, 20, 10]
    assert (k_means(clouds(), 3) == group).all()


def test_one_picture_and_equal_pictures_have_a_map_too() -> None:
    for vectors in (clouds((1, 0, 0)), np.ones((5, 16), np.float32), np.zeros((0, 16), np.float32)):
        plane = make_plane(vectors, Known([Facts()] * len(vectors)))
        assert np.isfinite(plane.places).all()
        assert len(plane.groups) == min(1, len(vectors))


def test_no_title_can_break_out_of_the_page() -> None:
    nasty = "</script><script>alert(1)</script>"
    picture = IndexedPicture(0, Path("a.png"), "x", 1, 1, Facts(title=nasty, author=nasty))
    page = map_page(nasty, [picture], make_plane(clouds((1, 0, 0)), Known([picture.facts])), [b""])
    assert "<script>alert" not in page


def test_details_of_a_work_count_once_and_much_of_one_name_is_said() -> None:
    facts = [Facts("Wave", "Hokusai", "1831", "print", work="wave")] * 5
    facts += [Facts("Sun", "Monet", "1872", "painting", work="sun"), Facts(work="x", may_learn=False)]
    found = represent(facts)
    assert (found.pictures, found.works, found.forbidden) == (7, 3, 1)
    assert found.counts["author"] == {"Hokusai": 1, "Monet": 1, "": 1}
    assert any("are by Hokusai" in gap for gap in found.gaps)
    assert represent([]).gaps == ()


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_a_plane_is_left_between_its_steps(steps: int) -> None:
    called: list[int] = []

    def go_on() -> None:
        called.append(1)
        if len(called) == steps:
            raise CancelledError

    with pytest.raises(CancelledError):
        make_plane(clouds(), Known([Facts()] * 60), go_on=go_on)
    assert len(called) == steps
