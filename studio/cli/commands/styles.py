"""The styles command: the gallery as a list, the card of one style, and styles of one's own."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.cli.exit_codes import DONE, FAILED
from studio.cli.inputs import style_card, suggestion
from studio.cli.options import UsageError
from studio.cli.terminal import plain_console, print_json, say
from studio.core.card import OWN_CATEGORY, RIGHTS, Card, bundled_cards, licence_is_unknown, rights_of, unknown_licences
from studio.core.errors import StudioError
from studio.core.image_io.find_pictures import pictures_in
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.styles.load_style import is_style_file
from studio.core.styles.style_library import StyleLibrary, kept_size

_ADD = "add"


def add_styles_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `styles`."""
    add = parser.add_argument
    add("id", nargs="?", metavar="ID", help=f"show everything about this style; {_ADD}: make styles of PICTURES")
    add("pictures", nargs="*", type=Path, metavar="PICTURES", help=f"with {_ADD}: pictures to keep as your own styles")
    add("--rights", choices=tuple(RIGHTS), help="whose work it is: of what is added (default: unknown), or of your ID")
    add("--title", help="with one picture or with your ID: what it is called")
    add("--author", help="who made it")
    add("--year", help="when")
    add("--no-learn", action="store_true", default=None, help="mark it as not to be learnt from")
    add("--may-learn", dest="no_learn", action="store_false", help="take that mark away again")
    add("--json", action="store_true", help="print JSON instead of a list")


def show_styles(arguments: argparse.Namespace, opener: PictureOpener) -> int:
    """Print the gallery or the card of one style, add styles, or change what an own one says.

    Raises UsageError for an unknown id, or what does not go together.
    """
    if arguments.id == _ADD:
        return _add(arguments, opener)
    if arguments.pictures:
        raise UsageError(f"Only one style is shown at a time, and {arguments.id} is not {_ADD}.", "Name one id.")
    if arguments.id is None:
        if _said(arguments):
            raise UsageError("Which style is that of?", f"Name an id, or add PICTURES with: styles {_ADD} PICTURES.")
        own, problems = StyleLibrary().read()
        cards = (*bundled_cards("styles"), *own)
        for problem in problems:
            say(f"Left out: {problem}")
        if arguments.json:
            print_json([_values_of(card) for card in cards], indent=2)
        else:
            width = max((len(card.id) for card in cards), default=0)
            console = plain_console()
            console.width = max(console.width, width + 3)  # an id that is cut off is of no use
            for style in cards:
                about = ", ".join(filter(None, (style.title, style.author, style.year)))
                rights = " (licence unknown)" if licence_is_unknown(style) else ""
                console.print(f"{style.id:<{width}}  {about}{rights}", no_wrap=True, overflow="ellipsis")
        return DONE
    card = style_card(arguments.id)
    if card is None:
        raise UsageError(f"There is no style called {arguments.id!r}.", suggestion(arguments.id))
    if said := _said(arguments):
        if card.category != OWN_CATEGORY:
            raise UsageError(f"{card.title} comes with the studio; its card says what is known.", "Name one of yours.")
        card = replace(card, **said)
        StyleLibrary().edit(card)
    if arguments.json:
        print_json(_values_of(card), indent=2)
    else:
        console = plain_console()
        for label, value in _values_of(card).items():
            if value:
                console.print(f"{label:<9} {value}", soft_wrap=True)
    return DONE


def _add(arguments: argparse.Namespace, opener: PictureOpener) -> int:
    """Keep pictures as styles of the user's own, and print their ids."""
    if not arguments.pictures:
        raise UsageError("There is nothing to add.", f"Name pictures or folders: styles {_ADD} PICTURES.")
    said = _said(arguments)
    paths = [path for name in arguments.pictures for path in ([name] if is_style_file(name) else pictures_in([name]))]
    if "title" in said and len(paths) != 1:
        raise UsageError(f"{len(paths)} styles cannot have one title.", "Leave out --title.")
    library, added, is_complete = StyleLibrary(), list[Card](), True
    for path in paths:
        try:
            is_learned = is_style_file(path)
            card = library.import_learned(path) if is_learned else library.add(kept_size(opener.open_picture(path)))
        except StudioError as error:
            say(f"Left out: {error}")
            is_complete = False
            continue
        try:
            if said:
                library.edit(replace(card, **said))
                card = replace(card, **said)
        except StudioError as error:
            say(f"{card.id} is added, but what you say of it could not be noted: {error}")
            is_complete = False
        added.append(card)
        if not arguments.json:
            plain_console().print(f"{card.id}  {card.title}", soft_wrap=True)
    if arguments.json:
        print_json([_values_of(card) for card in added], indent=2)
    if unknown := unknown_licences(added):
        say(f"{unknown} Say so with --rights.")
    return DONE if is_complete else FAILED


def _said(arguments: argparse.Namespace) -> dict[str, Any]:
    """The fields of a card that the options give."""
    given = {name: getattr(arguments, name) for name in ("title", "author", "year")}
    said: dict[str, Any] = {name: text.strip() for name, text in given.items() if text is not None}
    if said.get("title") == "":
        raise UsageError("A style needs a title.", "Give one with --title, or leave it out.")
    if arguments.rights is not None:
        said |= {"licence": RIGHTS[arguments.rights], "credit": ""}
    if arguments.no_learn is not None:
        said["no_learn"] = arguments.no_learn
    return said


def _values_of(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "author": card.author,
        "year": card.year,
        "category": card.category,
        "licence": card.licence,
        "rights": rights_of(card),
        "no_learn": card.no_learn,
        "source": card.source,
        "file": str(card.file),
        "sha256": card.sha256,
    }
