"""Names that are proposed for files: every system takes them."""

from __future__ import annotations

from pathlib import PureWindowsPath

import pytest

from studio.core.storage.file_names import proposed_stem


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("Taj Mahal, Great Wave", "Taj Mahal, Great Wave"),
        ("Noord-Holland (1888) & Ærø's, 金閣寺", "Noord-Holland (1888) & Ærø's, 金閣寺"),
        ("v1.2", "v1.2"),
        ('\\a/b:c*d?e"f<g>h|i', "a b c d e f g h i"),
        ("10:30", "10 30"),
        ("Who?, Spring: (why?).", "Who, Spring (why)"),
        ("two\nlines\tand \x7f\x85 more", "two lines and more"),
        ("gnp.\u202etaob", "gnp. taob"),
        ("no UTF-8: \udcff", "no UTF-8"),
        (" . hidden . . ", "hidden"),
        ("..", "artwork"),
        ("???", "artwork"),
        ("", "artwork"),
    ],
)
def test_what_a_system_refuses_is_left_out_of_a_name(text: str, stem: str) -> None:
    assert proposed_stem(text, "artwork") == stem


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("con", "con_"),
        ("NUL", "NUL_"),
        ("Aux. study", "Aux_. study"),
        ("com1 .boat", "com1_.boat"),
        ("LPT¹", "LPT¹_"),
        ("conout$", "conout$_"),
        ("COM10", "COM10"),
        ("Con brio", "Con brio"),
        ("Falcon", "Falcon"),
    ],
)
def test_the_names_of_devices_are_none_of_files(text: str, stem: str) -> None:
    assert proposed_stem(text, "artwork") == stem
    assert not PureWindowsPath(f"{stem}.png").is_reserved()


def test_a_long_name_is_cut_between_letters_and_leaves_room_for_an_ending() -> None:
    assert proposed_stem("a" * 300, "artwork") == "a" * 120
    assert proposed_stem("寺" * 300, "artwork") == "寺" * 66  # three bytes each
    assert proposed_stem("word " * 30, "artwork", 10) == "word word"
