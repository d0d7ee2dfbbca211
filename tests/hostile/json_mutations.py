"""Ways to damage JSON that keep it JSON, or nearly: wrong types, numbers and words that cannot be, and its frame.

Texts that hold JSON themselves are gone into as well: the files of the studio nest it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

MEGABYTE = 2**20
DEEP = 100_000  # brackets; Python's own limit is about 1,000
_INTO_TEXT = 0.8  # how often a text that holds JSON is gone into, and not replaced


@dataclass(frozen=True)
class Raw:
    """A value that no `dumps` writes: it stands in the file as it is."""

    text: str


_PATHS = ("../victim.png", "../../victim.png", "../new.png", "a/../../new.png", "a/../../victim.png")
_NAMES_OF_PATHS = ("file", "folder", "output", "photo", "source", "id")


def odd_groups(bait: str) -> tuple[tuple[Any, ...], ...]:
    """Values that nobody expects, of a kind each. bait: the path of a file that must not be touched."""
    words = ("", " ", "{}", "[]", '"', "null", "NaN", "1", "true")
    marks = ("\ud800", "a\udfffb", "\0", "a\0b", "a\nb\tc", "\x1b[2J\x1b]0;x\x07", "\u202egnp.exe", "\ufeff")
    return (
        (None, True, False, [], {}, 0, 1, [[]], [{}], [None], {"": ""}, [1, "1", None], *words),
        (-1, 0.5, 1e308, -1e308, 2**31, 2**63, 2**64, 10**400, -(10**400)),
        (float("nan"), float("inf"), float("-inf"), Raw("1e999"), Raw("-0"), Raw("9" * 5000)),
        (Raw("[" * DEEP + "]" * DEEP), Raw('{"a":' * DEEP + "1" + "}" * DEEP), Raw("[" * 3000 + "]" * 3000)),
        (*marks, "\u0301" * 500),
        (*_PATHS, bait, f"{bait}.png"),
        ("..", ".", "/", "..\\victim.png", f"{bait}/x", "~", "~root", "$HOME", "C:\\", "con", "//host/share"),
        ("file:///etc/hostname", "../" * 3000, "/dev/zero", "/dev/stdin", "/proc/self/mem"),
        ("x" * 300, "x" * MEGABYTE, "é" * MEGABYTE, ["x"] * 100_000),
        ("<b>bold</b>", "<img src='file:///etc/hostname'>", "</p><script>alert(1)</script>", "<h1>" * 1000),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "%s%n%d{0}{x}", {"__class__": "x"}, "@Variant(\\0\\0)"),
    )  # fmt: skip


def odd_value(random: Random, bait: str, name: str = "") -> Any:
    """One of them; each kind is as likely as any other. name: where it goes; where a path is kept, mostly a path."""
    if name in _NAMES_OF_PATHS and random.random() < 0.5:
        return random.choice((*_PATHS, bait, f"{bait}.png"))
    return random.choice(random.choice(odd_groups(bait)))


Way = Callable[[Any, Random, str], Any]


def replace(tree: Any, random: Random, bait: str) -> Any:
    return _change(tree, random, lambda _, name: odd_value(random, bait, name))


def replace_number_or_word(tree: Any, random: Random, bait: str) -> Any:
    """By another of the same type, so that a check of types alone does not see it."""

    def other(value: Any, name: str) -> Any:
        fitting = [odd for group in odd_groups(bait) for odd in group if type(odd) is type(value)]
        is_path = name in _NAMES_OF_PATHS
        return random.choice(fitting) if fitting and not is_path else odd_value(random, bait, name)

    return _change(tree, random, other)


def nudge(tree: Any, random: Random, bait: str) -> Any:
    """A number by a little, a word by a letter."""

    def nudged(value: Any, _: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return value
        if isinstance(value, str):
            at = random.randrange(len(value) + 1)
            return value[:at] + random.choice(("", "\0", "/", "\ud800", "x", ".")) + value[at + 1 :]
        return random.choice((value + 1, value - 1, -value, value * 1.5, value / 3, float(value), str(value)))

    return _change(tree, random, nudged)


def wrap(tree: Any, random: Random, bait: str) -> Any:
    return _change(
        tree, random, lambda value, _: random.choice(([value], {"value": value}, [value] * 1000, str(value)))
    )


def drop(tree: Any, random: Random, bait: str) -> Any:
    def without(value: Any, _: str) -> Any:
        if isinstance(value, dict) and value:
            gone = random.choice(list(value))
            return {name: part for name, part in value.items() if name != gone}
        return value[:-1] if isinstance(value, list | str) else None

    return _change(tree, random, without, is_for_groups=True)


def add(tree: Any, random: Random, bait: str) -> Any:
    def with_more(value: Any, _: str) -> Any:
        odd = odd_value(random, bait)
        if isinstance(value, dict):
            return value | {random.choice(("extra", "", "__class__", "x" * 10_000, "\0", "file", "version")): odd}
        return [*value, odd] if isinstance(value, list) else [value, odd]

    return _change(tree, random, with_more, is_for_groups=True)


def rename(tree: Any, random: Random, bait: str) -> Any:
    def renamed(value: Any, _: str) -> Any:
        if not isinstance(value, dict) or not value:
            return value
        old = random.choice(list(value))
        new = random.choice((old.upper(), f" {old}", f"{old}\0", "", *value))
        return {new if name == old else name: part for name, part in value.items()}

    return _change(tree, random, renamed, is_for_groups=True)


def shuffle_values(tree: Any, random: Random, bait: str) -> Any:
    def shuffled(value: Any, _: str) -> Any:
        if isinstance(value, dict):
            return dict(zip(value, random.sample(list(value.values()), len(value)), strict=True))
        return random.sample(value, len(value)) if isinstance(value, list) else value

    return _change(tree, random, shuffled, is_for_groups=True)


def double(tree: Any, random: Random, bait: str) -> Any:
    """Names twice in one object, or a list twice."""

    def twice(value: Any, _: str) -> Any:
        if isinstance(value, dict) and value:
            name = random.choice(list(value))
            return Raw(dumps(value)[:-1] + f", {dumps(name)}: {dumps(odd_value(random, bait))}}}")
        return value + value if isinstance(value, list | str) else value

    return _change(tree, random, twice, is_for_groups=True)


def several(tree: Any, random: Random, bait: str) -> Any:
    for _ in range(random.randrange(2, 6)):
        tree = random.choice((replace, nudge, wrap, drop, add))(tree, random, bait)
    return tree


WAYS: tuple[Way, ...] = (
    replace, replace_number_or_word, nudge, wrap, drop, add, rename, shuffle_values, double, several,
)  # fmt: skip


def dumps(tree: Any) -> str:
    """As `json.dumps`, with what `Raw` says."""
    raws: list[str] = []

    def plain(value: Any) -> Any:
        if isinstance(value, Raw):
            raws.append(value.text)
            return f"\0raw {len(raws) - 1}\0"
        if isinstance(value, dict):
            return {name: plain(part) for name, part in value.items()}
        return [plain(part) for part in value] if isinstance(value, list) else value

    text = json.dumps(plain(tree))
    for number, raw in enumerate(raws):
        text = text.replace(f'"\\u0000raw {number}\\u0000"', raw)
    return text


def damage_text(text: str, random: Random) -> bytes:
    """The frame around the JSON: encodings, marks, cuts and rubbish."""
    data = text.encode("utf-8", "surrogatepass")
    at = random.randrange(len(data) + 1)
    return random.choice(
        (
            b"", data[:at], b"\xef\xbb\xbf" + data, text.encode("utf-16", "surrogatepass"), data + b"\0" * 100,
            data + data, data[:at] + b"\0" + data[at:], data[:at] + b"\xff\xfe" + data[at:], b"null", b"[]", b"0",
            data.replace(b'"', b"'"), data.replace(b",", b",,"), data.replace(b"\n", b"\r"), b"\xed\xa0\x80",
        )
    )  # fmt: skip


def _change(
    tree: Any, random: Random, change: Callable[[Any, str], Any], *, is_for_groups: bool = False, name: str = ""
) -> Any:
    """The tree with one part of it changed, and everything above it copied. name: of the part in its object."""
    if isinstance(tree, str) and (inner := _json_in(tree)) is not None and random.random() < _INTO_TEXT:
        return dumps(_change(inner, random, change, is_for_groups=is_for_groups))
    is_group = isinstance(tree, dict | list) and bool(tree)
    if not is_group or random.random() < (0.3 if is_for_groups else 0.05):
        return change(tree, name)
    places = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
    if is_for_groups:
        places = [place for place in places if _is_group(tree[place])]
        if not places:
            return change(tree, name)
    place = random.choice(places)
    below = place if isinstance(place, str) else name
    part = _change(tree[place], random, change, is_for_groups=is_for_groups, name=below)
    return tree | {place: part} if isinstance(tree, dict) else [*tree[:place], part, *tree[place + 1 :]]


def _is_group(part: Any) -> bool:
    return bool(part) and (isinstance(part, dict | list) or (isinstance(part, str) and _json_in(part) is not None))


def _json_in(text: str) -> Any:
    if text[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):
            return json.loads(text)
    return None
