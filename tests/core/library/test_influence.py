"""Works in time: dates, the earlier ones that are alike, and where they are drawn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.core.library.facts import Facts, Years, years_of
from studio.core.library.influence import InfluenceGraph, influence_graph, lay_out
from studio.core.library.influence_page import influence_page, influence_values
from studio.core.library.library_index import IndexedPicture


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("1889", (1889, 1889)),
        ("painted in 1889 at Arles", (1889, 1889)),
        ("1888\N{EN DASH}1890", (1888, 1890)),
        ("1888-90", (1888, 1890)),
        ("1503/4", (1503, 1504)),
        ("between 1880 and 1885", (1880, 1885)),
        ("1890-1880", (1890, 1890)),
        ("c. 1890", (1885, 1895)),
        ("ca.1890", (1885, 1895)),
        ("circa 1830\N{EN DASH}1832", (1825, 1837)),
        ("about 1890", (1885, 1895)),
        ("before 1880", (1870, 1879)),
        ("after 1880", (1881, 1890)),
        ("1880s", (1880, 1889)),
        ("19th century", (1801, 1900)),
        ("early 19th century", (1801, 1834)),
        ("late 16th century", (1568, 1600)),
        ("", None),
        ("unknown", None),
        ("inv. 12345", None),
    ],
)
def test_a_date_in_words_is_a_time(text: str, years: tuple[int, int] | None) -> None:
    assert years_of(text) == (None if years is None else Years(*years))


def pictures(*years: str, work: str = "") -> list[IndexedPicture]:
    return [
        IndexedPicture(number, Path(f"/p/{number:02}.png"), f"f{number}", 9, 9, Facts(f"Work {number}", year=year))
        for number, year in enumerate(years)
    ]


def along(*degrees: float) -> NDArray[np.float32]:
    """Vectors of style at angles."""
    turns = np.deg2rad(np.array(degrees))
    vectors = np.zeros((len(degrees), 128), np.float32)
    vectors[:, 0], vectors[:, 1] = np.cos(turns), np.sin(turns)
    return vectors


def lines_of(graph: InfluenceGraph) -> list[tuple[str, str]]:
    titles = [work.picture.facts.title for work in graph.works]
    return [(titles[edge.later], titles[edge.earlier]) for edge in graph.edges]


def test_only_earlier_works_are_named_the_most_alike_first() -> None:
    graph = influence_graph(pictures("1890", "1880", "1885", "1895"), along(0, 30, 10, 1), nearest=2)
    assert lines_of(graph) == [
        ("Work 2", "Work 1"),
        ("Work 0", "Work 2"),
        ("Work 0", "Work 1"),
        ("Work 3", "Work 0"),
        ("Work 3", "Work 2"),
    ]
    assert [round(edge.similarity, 2) for edge in graph.edges] == [0.94, 0.98, 0.87, 1.0, 0.99]
    assert all(edge.is_certain for edge in graph.edges)


def test_what_is_not_alike_enough_is_left_out_and_so_is_the_same_year() -> None:
    assert lines_of(influence_graph(pictures("1880", "1880", "1890"), along(0, 0, 70), at_least=0.4)) == []
    assert lines_of(influence_graph(pictures("1880", "1890"), along(0, 70), at_least=0.3)) == [("Work 1", "Work 0")]


def test_times_that_overlap_make_a_line_uncertain_and_no_date_makes_none() -> None:
    graph = influence_graph(pictures("c. 1890", "1892", "", "someday"), along(0, 0, 0, 0))
    assert [edge.is_certain for edge in graph.edges] == [False]
    assert lines_of(graph) == [("Work 1", "Work 0")]
    assert graph.undated == 2
    assert influence_graph(pictures("", "?"), along(0, 0)).works == ()


def test_a_detail_and_a_copy_of_a_work_count_once() -> None:
    found = pictures("1880", "1881", "1882")
    found[1] = IndexedPicture(1, Path("/p/copy.png"), "f0", 9, 9, Facts("Copy", year="1881"))
    found[2] = IndexedPicture(2, Path("/p/detail.png"), "f2", 9, 9, Facts("Detail", year="1882", work="W"))
    found.append(IndexedPicture(3, Path("/p/whole.png"), "f3", 9, 9, Facts("Whole", year="1882", work="W")))
    assert [work.picture.facts.title for work in influence_graph(found, along(0, 0, 0, 0)).works] == [
        "Work 0",
        "Detail",
    ]


def test_many_works_are_searched_as_if_in_one_piece() -> None:
    draw = np.random.default_rng(0)
    vectors = draw.standard_normal((700, 128)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    years = draw.integers(1400, 1950, 700)
    graph = influence_graph(pictures(*map(str, years)), vectors, nearest=1, at_least=-1)
    later = int(np.argmax(years))
    before = np.flatnonzero(years < years[later])
    best = before[np.argmax(vectors[before] @ vectors[later])]
    assert (f"Work {later}", f"Work {best}") in lines_of(graph)
    assert len(graph.edges) == int((years > years.min()).sum())


def test_no_work_is_drawn_over_another_and_time_goes_to_the_right() -> None:
    years = ["1500", *["1888"] * 6, *["1889"] * 6, "1890", "1923"]
    graph = influence_graph(pictures(*years), along(*range(15)), nearest=3)
    layout = lay_out(graph)
    for number, place in enumerate(layout.places):
        others = np.delete(layout.places, number, axis=0)
        assert (np.abs(others - place) >= 1).any(1).all()
    assert (np.diff(layout.places[:, 0]) >= 0).all()
    assert len(layout.breaks) == 2
    assert layout.ticks[0][1] == "1500"
    assert lay_out(InfluenceGraph((), (), 0)).places.shape == (0, 2)


def test_the_page_holds_all_of_it_and_no_foreign_script() -> None:
    found = pictures("1880", "1890")
    found[0] = IndexedPicture(0, Path("/p/a.png"), "f", 9, 9, Facts("</script><b>", year="1880"))
    graph = influence_graph(found, along(0, 1))
    page = influence_page("<Works>", graph, [b"webp", b""])
    assert page.count("</script>") == 1 and "<b>" not in page and "&lt;Works&gt;" in page
    assert "does not mean influenced" in page
    values = json.loads(json.dumps(influence_values(graph)))
    assert values["edges"] == [{"later": 1, "earlier": 0, "similarity": 0.9998, "is_certain": True}]
