"""Where the bundled files are found: in an installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.core import resources
from studio.core.resources import resource_folder


def test_a_checkout_has_them_beside_the_package() -> None:
    assert resource_folder("styles") == Path(__file__).parents[2] / "resources" / "styles"
    assert resource_folder("styles").is_dir()


def test_an_installed_package_has_them_inside_and_looks_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "studio"
    (package / "resources" / "styles").mkdir(parents=True)
    (tmp_path / "resources" / "styles").mkdir(parents=True)  # of something else that is installed beside it
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resource_folder("styles") == package / "resources" / "styles"
