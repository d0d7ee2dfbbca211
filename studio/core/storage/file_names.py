"""Names of files that the studio gives or proposes: such as Windows, macOS and Linux all take. What is typed stays."""

from __future__ import annotations

import re

LONGEST_STEM = 120  # characters
_MOST_BYTES = 200  # in UTF-8; a disk takes 255, with ending and number

# What Windows refuses in names ("/" everybody does), control characters, and what `studio.core.displayable` shows
# otherwise than it is: nobody could read such a name, let alone type it.
_REFUSED = re.compile('[<>:"/\\\\|?*\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')
_AT_AN_END = re.compile(rf"{_REFUSED.pattern}(?=[\s,;.!)]|$)")  # where a space is none too few

# Devices of Windows, which finds them in every folder and whatever stands after the first dot.
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(?=\.|$)", re.IGNORECASE)


def proposed_stem(text: str, otherwise: str, longest: int = LONGEST_STEM) -> str:
    """A text as the name of a file without its ending; `otherwise` where nothing of it can be in a name.

    What no system refuses stays as it is, but for spaces at the ends and several in a row. longest: characters.
    """
    text = _REFUSED.sub(" ", _AT_AN_END.sub("", text))
    stem = " ".join(text.split())[:longest]
    stem = stem.encode()[:_MOST_BYTES].decode(errors="ignore").strip(" .")  # Windows drops those at the end
    return _DEVICE.sub(lambda device: f"{device[1]}_", stem, count=1) if _DEVICE.match(stem) else stem or otherwise


def stem_after(name: str, otherwise: str) -> str:
    """The stem of a file that is named after another's stem: the same where every system takes it, else as proposed.

    `otherwise` where nothing of it can be in a name. At most _MOST_BYTES long. Folders are named so as well.
    """
    is_taken = name and not (_REFUSED.search(name) or _DEVICE.match(name) or name.endswith((" ", ".")))
    return name if is_taken and len(name.encode()) <= _MOST_BYTES else proposed_stem(name, otherwise, _MOST_BYTES)
