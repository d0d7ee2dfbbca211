"""The wheel: complete, and a working program when installed where nothing of this checkout is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from studio import __version__

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Installation:
    """The wheel in an environment of its own, far from the checkout."""

    folder: Path

    def run(self, program: str, *arguments: str) -> str:
        """What a program of the environment prints; fails unless it ends well."""
        scripts = "Scripts" if os.name == "nt" else "bin"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(
            [self.folder / scripts / program, *arguments],
            cwd=self.folder,
            env=environment | {"PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("elsewhere") / "environment"
    venv.create(folder, symlinks=os.name != "nt")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # What it depends on is 5 GB, so it is lent by the environment of the tests. Python does not follow .pth files found
    # in a folder added by one, so an editable installation of this checkout over there stays out of sight.
    answer = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True
    )
    (Path(answer.stdout.strip()) / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return Installation(folder)


def test_the_wheel_carries_code_styles_photos_weights_icons_and_style_sheets(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    outside = [path for path in CHECKOUT.glob("studio/**/*") if path.is_file() and "__pycache__" not in path.parts]
    assert {path.relative_to(CHECKOUT).as_posix() for path in outside} <= inside
    resources = [path for path in CHECKOUT.glob("resources/**/*") if path.is_file()]
    assert {f"studio/{path.relative_to(CHECKOUT).as_posix()}" for path in resources} <= inside
    assert any(name.endswith(".svg") for name in inside)
    assert any(name.endswith(".qss") for name in inside)
    assert any(name.endswith("licenses/LICENSE") for name in inside)


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        folders = {name.split("/")[0] for name in archive.namelist()}
    assert folders == {"studio", f"style_studio-{__version__}.dist-info"}


def test_the_installed_program_runs(installation: Installation) -> None:
    assert installation.run("style-studio", "--version") == f"Style Studio {__version__}\n"


def test_the_installed_program_finds_code_and_resources_in_itself(installation: Installation) -> None:
    where = installation.run("python", "-c", "import studio; print(studio.__file__)").strip()
    assert Path(where).is_relative_to(installation.folder.resolve())
    styles = json.loads(installation.run("style-studio", "styles", "--json"))
    assert len(styles) == len(list(CHECKOUT.glob("resources/styles/*.json")))
    assert all(Path(style["file"]).is_relative_to(Path(where).parent) for style in styles)
    check = "from studio.core.card import bundled_cards; [card.verify() for card in bundled_cards('models')]"
    installation.run("python", "-c", check)


def test_the_installed_window_can_be_imported(installation: Installation) -> None:
    installation.run("python", "-c", "import studio.ui.app")
