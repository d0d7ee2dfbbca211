"""The letters that choose the entries of a menu: no two the same, in any language, and the same ones each time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from string import ascii_lowercase

_MARK = re.compile(r"&&|&(?=[^\s&])")  # && is one & of the text; another one stands before the letter
_WORD = re.compile(r"\w+")
_UNTYPED = ("Lo", "Lm")  # letters of scripts that are not typed by one key, such as Chinese ones
_Choice = Mapping[str, int]  # letters, the best first, and where they stand


def with_mnemonics(texts: Sequence[str]) -> list[str]:
    """The texts of a menu's entries, in order, each with & before its letter; what has no letter left has none.

    A letter that a text marks itself, such as a translation, stays if no text before it has the same. Else the first
    letter is best, then that of another word, then any; a text without letters that can be typed gets one behind it, in
    brackets. What stands behind a tab are keys. "" is no entry.
    """
    plain = [without_mnemonic(text) for text in texts]
    choices = [_choices(text) for text in plain]
    wished = [{letter: 0} if (letter := mnemonic_of(text)) else {} for text in texts]
    owners: dict[str, int] = {}
    for ranked in (wished, *zip(*choices, strict=True)):  # all first letters are given before any other one
        for number, letters in enumerate(ranked):
            free = next((letter for letter in letters if letter not in owners), "")
            if free and number not in owners.values():
                owners[free] = number
    places: list[_Choice] = [{**any_letter, **initials, **first} for first, initials, any_letter in choices]
    for number in set(range(len(plain))) - set(owners.values()):
        _make_room(number, places, owners, set())
    for number, text in enumerate(plain):
        if text.strip() and not places[number]:
            owners[next((letter for letter in ascii_lowercase if letter not in owners), "")] = number
    given = {number: letter for letter, number in owners.items()}
    return [_marked(text, given.get(number, ""), places[number]) for number, text in enumerate(plain)]


def without_mnemonic(text: str) -> str:
    """The text without the mark of its letter; && stays, which Qt takes for one &."""
    return _MARK.sub(lambda found: found[0] if found[0] == "&&" else "", text)


def mnemonic_of(text: str) -> str:
    """The letter that a text marks, in small, or ""."""
    return next((text[found.end()].lower() for found in _MARK.finditer(text) if found[0] == "&"), "")


def _choices(text: str) -> tuple[_Choice, _Choice, _Choice]:
    """The first letter, those of the other words, and all."""
    shown = text.partition("\t")[0].replace("&&", "  ")
    letters: dict[str, int] = {}
    for place, letter in enumerate(shown):
        if letter.isalnum() and unicodedata.category(letter) not in _UNTYPED and len(letter.lower()) == 1:
            letters.setdefault(letter.lower(), place)
    starts = [found.start() for found in _WORD.finditer(shown)]
    initials = {shown[start].lower(): start for start in reversed(starts) if shown[start].lower() in letters}
    first = {letter: place for letter, place in initials.items() if place == starts[0]}
    return first, dict(sorted(initials.items(), key=lambda one: one[1])), letters


def _make_room(number: int, places: Sequence[_Choice], owners: dict[str, int], tried: set[str]) -> bool:
    """Give an entry a letter that another one can do without."""
    for letter in places[number]:
        if letter not in tried:
            tried.add(letter)
            if letter not in owners or _make_room(owners[letter], places, owners, tried):
                owners[letter] = number
                return True
    return False


def _marked(text: str, letter: str, places: _Choice) -> str:
    if not letter:
        return text
    if letter in places:
        return f"{text[: places[letter]]}&{text[places[letter] :]}"
    shown, tab, keys = text.partition("\t")
    return f"{shown} (&{letter.upper()}){tab}{keys}"
