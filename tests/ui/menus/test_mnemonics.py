"""The letters that choose the entries of a menu."""

from __future__ import annotations

import pytest

from studio.ui.menus.mnemonics import mnemonic_of, with_mnemonics, without_mnemonic


def letters(*texts: str) -> str:
    marked = with_mnemonics(texts)
    assert [without_mnemonic(text) for text in marked] == [without_mnemonic(text) for text in texts]
    return "".join(mnemonic_of(text) or "-" for text in marked)


def test_the_first_letter_is_best_then_that_of_another_word_then_any() -> None:
    assert with_mnemonics(["Open", "Open recent", "Print"]) == ["&Open", "Open &recent", "&Print"]
    assert with_mnemonics(["Save", "Save as", "Seven"]) == ["&Save", "Save &as", "S&even"]


def test_first_letters_are_given_before_letters_within() -> None:
    assert letters("Open", "Open project", "Print") == "oep"


def test_no_two_are_the_same_as_long_as_there_are_letters() -> None:
    assert sorted(letters("AB", "A", "B")) == ["-", "a", "b"]
    assert sorted(letters("AC", "AB", "A", "B")) == ["-", "a", "b", "c"]
    assert letters("A", "A", "A") == "a--"


def test_a_letter_is_given_up_by_who_can_do_without() -> None:
    assert letters("Tab", "at", "t") == "bat"


def test_a_mark_of_the_text_stays_unless_it_is_there_already() -> None:
    assert with_mnemonics(["Da&tei", "Bearbei&ten", "Datum"]) == ["Da&tei", "&Bearbeiten", "&Datum"]


def test_what_is_behind_a_tab_is_no_letter_of_the_text() -> None:
    assert with_mnemonics(["1\tTab", "1\tTab"]) == ["&1\tTab", "1\tTab"]


def test_an_ampersand_of_the_text_stays_what_it_is() -> None:
    assert with_mnemonics(["&&c", "Black && White.png"]) == ["&&&c", "&Black && White.png"]
    assert without_mnemonic("&Black && White") == "Black && White"
    assert mnemonic_of("A && &B") == "b" and mnemonic_of("A && B") == "" and mnemonic_of("A & B") == ""


def test_texts_without_letters_that_can_be_typed_get_one_in_brackets() -> None:
    assert with_mnemonics(["\u6587\u4ef6", "Add", "\u7f16\u8f91\tF2"]) == [
        "\u6587\u4ef6 (&B)", "&Add", "\u7f16\u8f91 (&C)\tF2"
    ]  # fmt: skip
    assert letters("\u0424\u0430\u0439\u043b", "\u0424\u043e\u0442\u043e") == "\u0444\u043e"


def test_separators_and_nothing_get_none() -> None:
    assert with_mnemonics(["", "Open", " "]) == ["", "&Open", " "]
    assert with_mnemonics([]) == []


@pytest.mark.parametrize(
    "text", ["\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "\N{COMBINING ACUTE ACCENT}", "\U0001f3a8", "&", "&&"]
)
def test_odd_texts_do_no_harm(text: str) -> None:
    assert len(with_mnemonics([text, text])) == 2
