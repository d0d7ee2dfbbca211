"""Marks in the bytes of a file that forbid to learn from it, whatever its format.

Sources: IPTC/PLUS "Data Mining" (plus:DataMining, vocabulary of http://ns.useplus.org/LDF/ldf-XMPSpecification), C2PA
training and data mining assertion (entries "c2pa.ai_training", "c2pa.ai_generative_training", "c2pa.data_mining"), and
the same of CAWG ("cawg.ai_training" and so on).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from studio.core.storage.untrusted import check_ordinary

_PIECE = 1 << 20
_OVERLAP = 256
_LARGEST = 256 << 20  # bytes that are looked through
# The vocabulary also has DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING and -SEECONSTRAINT: all of them forbid this.
_PLUS = re.compile(rb"DMI-PROHIBITED[A-Z-]{0,40}")
_C2PA = re.compile(rb"(?:c2pa|cawg)\.(?:ai_training|ai_generative_training|data_mining).{1,64}?notAllowed", re.DOTALL)


def learning_mark(path: Path, check: Callable[[], None] = lambda: None) -> str:
    """What in the file forbids to learn from it, as in "its assertion"; "" for nothing, or where it cannot be read.

    check: called before each megabyte; what it raises ends the search.
    """
    try:
        check_ordinary(path)
        with path.open("rb") as file:
            tail = b""
            for _ in range(_LARGEST // _PIECE):
                check()
                data = file.read(_PIECE)
                if not data:
                    return ""
                window = tail + data
                if found := _PLUS.search(window):
                    return f"its data mining property (IPTC/PLUS, {found[0].decode('ascii')})"
                if _C2PA.search(window):
                    return "its training and data mining assertion (C2PA)"
                tail = window[-_OVERLAP:]
    except (OSError, ValueError):
        return ""
    return ""
