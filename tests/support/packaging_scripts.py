"""Imports scripts of packaging/ as modules, and forgets them again."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

PACKAGING = Path(__file__).parents[2] / "packaging"


@contextmanager
def packaging_scripts() -> Iterator[Callable[[str], ModuleType]]:
    """What imports one by its name. At the end they are gone, and what they imported from elsewhere stays.

    Modules in C, such as those of numpy, cannot be loaded twice in a process.
    """
    sys.path.insert(0, str(PACKAGING))
    try:
        yield importlib.import_module
    finally:
        sys.path.remove(str(PACKAGING))
        for name, module in list(sys.modules.items()):
            if PACKAGING in Path(getattr(module, "__file__", None) or "/").parents:
                del sys.modules[name]
