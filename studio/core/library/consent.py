"""Whether a file forbids to learn from it: marks that survive in its bytes, whatever its format.

Sources: IPTC/PLUS "Data Mining" (plus:DataMining, vocabulary of http://ns.useplus.org/LDF/ldf-XMPSpecification), C2PA
training and data mining assertion (entries "c2pa.ai_training", "c2pa.ai_generative_training", "c2pa.data_mining").
"""

from __future__ import annotations

import re
from pathlib import Path

_PIECE = 1 << 20
_OVERLAP = 256
_LARGEST = 256 << 20  # bytes that are looked through
# The vocabulary also has DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING and -SEECONSTRAINT: all of them forbid this.
_PLUS = re.compile(rb"DMI-PROHIBITED")
_C2PA = re.compile(rb"c2pa\.(?:ai_training|ai_generative_training|data_mining).{1,64}?notAllowed", re.DOTALL)


def forbids_learning(path: Path) -> bool:
    """Whether the file carries one of the marks; False where it cannot be read: opening it says so."""
    try:
        with path.open("rb") as file:
            tail = b""
            for _ in range(_LARGEST // _PIECE):
                data = file.read(_PIECE)
                if not data:
                    return False
                window = tail + data
                if _PLUS.search(window) or _C2PA.search(window):
                    return True
                tail = window[-_OVERLAP:]
    except OSError:
        return False
    return False
