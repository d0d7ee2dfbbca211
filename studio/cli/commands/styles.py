"""The styles command: the gallery as a list, and the card of one style."""

from __future__ import annotations

import argparse
from typing import Any

from studio.cli.exit_codes import DONE
from studio.cli.inputs import style_card, suggestion
from studio.cli.options import UsageError
from studio.cli.terminal import plain_console, print_json, say
from studio.core.card import Card, bundled_cards
from studio.core.styles.style_library import StyleLibrary


def add_styles_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `styles`."""
    parser.add_argument("id", nargs="?", metavar="ID", help="show everything about this style")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a list")


def show_styles(arguments: argparse.Namespace) -> int:
    """Print the gallery, or the card of one style. Raises UsageError for an unknown id."""
    if arguments.id is None:
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
                console.print(f"{style.id:<{width}}  {about}", no_wrap=True, overflow="ellipsis")
        return DONE
    card = style_card(arguments.id)
    if card is None:
        raise UsageError(f"There is no style called {arguments.id!r}.", suggestion(arguments.id))
    if arguments.json:
        print_json(_values_of(card), indent=2)
    else:
        console = plain_console()
        for label, value in _values_of(card).items():
            if value:
                console.print(f"{label:<9} {value}", soft_wrap=True)
    return DONE


def _values_of(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "author": card.author,
        "year": card.year,
        "category": card.category,
        "licence": card.licence,
        "source": card.source,
        "file": str(card.file),
        "sha256": card.sha256,
    }
