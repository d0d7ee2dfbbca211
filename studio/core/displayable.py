"""What strangers named, as text: whatever a file name or a card holds, it can be shown, printed and written down."""

from __future__ import annotations

import re

# Control characters (NUL, escape, line ends ...), what reverses the direction of the text around it (Unicode's
# embeddings, overrides and isolates), and surrogates, which Python has where a file name is no UTF-8 or JSON says so:
# no encoding can write them.
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def displayable(text: str) -> str:
    r"""The text on one line and in valid Unicode: "\n", "\x1b" or "\u202e" for such characters, U+FFFD for surrogates.

    What is displayable stays as it is, so it does no harm to ask again.
    """
    return _UNSHOWABLE.sub(_escaped, text)


def shortened(text: str, longest: int) -> str:
    """The text, or its two ends: at most so many characters."""
    if len(text) <= longest:
        return text
    tail = longest // 2
    return f"{text[: longest - tail - 1]}\N{HORIZONTAL ELLIPSIS}{text[-tail:]}"


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if "\ud800" <= character <= "\udfff":
        return "\N{REPLACEMENT CHARACTER}"
    return character.encode("unicode_escape").decode()
