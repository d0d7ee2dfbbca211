"""Cards: who made a style, a photo or a model, when, under which licence, where from, and what it cannot do."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from studio.core.displayable import displayable
from studio.core.errors import StudioError, WeightsError
from studio.core.resources import resource_folder
from studio.core.storage.regular_file import reason
from studio.core.storage.untrusted import parse_object, path_below, read_bounded

Kind = Literal["style", "photo", "model"]

OWN_CATEGORY = "mine"
UNKNOWN_LICENCE = "unknown"
_LARGEST = 2**20  # bytes of a card
# What an artist may say of a style of their own; any other text is a licence too.
LICENCES: tuple[str, ...] = (
    "Public domain",
    "CC0 1.0",
    "CC BY 4.0",
    "CC BY-SA 4.0",
    "My own work",
    "With permission",
    UNKNOWN_LICENCE,
)

# What an artist says of a picture in one word, and the licence that its card has then.
Rights = Literal["mine", "permitted", "public-domain", "unknown"]
RIGHTS: dict[Rights, str] = {
    "mine": "My own work",
    "permitted": "With permission",
    "public-domain": "Public domain",
    "unknown": UNKNOWN_LICENCE,
}

_TEXTS = ("title", "author", "year", "licence", "source", "credit", "category", "trained_on", "limits")


@dataclass(frozen=True)
class Card:
    """One entry of the gallery, the demo photos or the models.

    file: the picture or weights the card describes. sha256: of that file, "" where not checked (own styles).
    credit: the line to print where it is used. category: gallery chip ("painting", "print", "pattern", "mine").
    trained_on: for models and styles, what they learnt from. limits: for models, what they cannot do. no_learn: whether
    nothing may be learnt from the picture. All texts but the id, which names files, are made `displayable`.
    """

    id: str
    kind: Kind
    title: str
    author: str
    year: str
    licence: str
    source: str
    file: Path
    sha256: str = ""
    credit: str = ""
    category: str = ""
    trained_on: str = ""
    limits: str = ""
    no_learn: bool = False

    def __post_init__(self) -> None:
        for name in _TEXTS:
            object.__setattr__(self, name, displayable(getattr(self, name)))

    @property
    def credit_line(self) -> str:
        """`credit`, or one made of title, author, year and licence, and of the works that a style was learnt from."""
        if self.credit:
            return self.credit
        maker = ", ".join(part for part in (self.author, self.year) if part)
        licence = "licence unknown" if licence_is_unknown(self) else self.licence
        learnt = f"; learnt from {self.trained_on}" if self.kind == "style" and self.trained_on else ""
        return f"{self.title}{f' ({maker})' if maker else ''}, {licence}{learnt}"

    def verify(self) -> None:
        """Raise WeightsError unless the file is there, can be read, and is the one the card was written for."""
        if not self.file.is_file():
            raise WeightsError(f"{self.file.name} is missing.", "Install Style Studio again.")
        try:
            is_other = bool(self.sha256) and hashlib.sha256(self.file.read_bytes()).hexdigest() != self.sha256
        except OSError as error:
            raise WeightsError(
                f"{self.file.name} cannot be read: {reason(error)}.", "Look at its permissions."
            ) from error
        if is_other:
            raise WeightsError(f"{self.file.name} is damaged or another version.", "Install Style Studio again.")


def licence_is_unknown(card: Card) -> bool:
    """Whether nobody has said yet if pictures made with it may be shown: worth a word before an export."""
    return card.licence.strip().casefold() in ("", UNKNOWN_LICENCE)


def unknown_licences(cards: Iterable[Card]) -> str:
    """A sentence on those whose licence nobody has said, "" if there is none."""
    titles = [card.title for card in cards if licence_is_unknown(card)]
    return f"The licence of {', '.join(titles)} is unknown: find out whether you may show it." if titles else ""


def rights_of(card: Card) -> Rights:
    """What the licence amounts to, in one word; one of another text is a permission."""
    if licence_is_unknown(card):
        return "unknown"
    licence = card.licence.strip().casefold()
    if licence.startswith(("public domain", "cc0")):
        return "public-domain"
    return "mine" if licence == RIGHTS["mine"].casefold() else "permitted"


def read_card(path: Path) -> Card:
    """The card in a JSON file, which names a file beside it. Raises StudioError if it is none, or names another."""
    try:
        card = parse_card(read_bounded(path, _LARGEST).decode(), path)
        name = path_below(str(card.file))
        if len(name.parts) != 1:
            raise ValueError(f"{name} is in another folder")
    except (OSError, ValueError) as error:
        raise StudioError(f"{path.name} is not a card: {error}.") from error
    return replace(card, file=path.parent / name)


def parse_card(text: str, path: Path) -> Card:
    """The card in a text found at `path`; its `file` is what the text says. Raises StudioError if it is no card."""
    try:
        return make_card(parse_object(text))
    except ValueError as error:
        raise StudioError(f"{path.name} is not a card: {error}.") from error


def make_card(values: Mapping[str, Any]) -> Card:
    """The card with these JSON values; what is no field of a card is left out. Raises ValueError if it is no card."""
    known = {field.name: values[field.name] for field in fields(Card) if field.name in values}
    # Whatever somebody wrote that does not say no: who marks a picture means it.
    no_learn = str(known.pop("no_learn", False)).strip().casefold() not in ("", "0", "false", "no", "none")
    odd = next((name for name, value in known.items() if not isinstance(value, str) or "\0" in value), None)
    if odd is not None:
        raise ValueError(f"{odd} is not text")
    try:
        return Card(**known | {"file": Path(known["file"]), "no_learn": no_learn})
    except (KeyError, TypeError) as error:  # something is missing
        raise ValueError(str(error)) from error


def card_json(card: Card) -> str:
    """What `read_card` reads, from a file beside the card's own."""
    text = json.dumps(asdict(card) | {"file": card.file.name}, ensure_ascii=False, indent=2)
    # The name of a file need not be Unicode: what no encoding can write, JSON can spell.
    return re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def bundled_cards(kind: str) -> tuple[Card, ...]:
    """The cards in resources/`kind` ("styles", "demo", "photos" or "models"), by file name."""
    return tuple(read_card(path) for path in sorted(resource_folder(kind).glob("*.json")))
