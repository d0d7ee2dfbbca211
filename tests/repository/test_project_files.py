"""The files that a host and git read: the form for reports of faults, and the hooks of a commit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from studio.ui.actions.actions import ACTIONS
from studio.ui.window.main_menu import MENUS

CHECKOUT = Path(__file__).parents[2]


def read(name: str) -> Any:
    return yaml.safe_load((CHECKOUT / name).read_text(encoding="utf-8"))


def test_a_report_of_a_fault_asks_for_the_diagnostics_in_the_words_of_the_menu() -> None:
    form = read(".github/ISSUE_TEMPLATE/bug_report.yml")
    (field,) = (part for part in form["body"] if part.get("id") == "diagnostics")
    (menu,) = (title for title, entries in MENUS if "diagnostics" in entries)
    (action,) = (spec for spec in ACTIONS if spec.name == "diagnostics")
    assert f"{menu} > {action.text}" in field["attributes"]["description"]
    assert field["validations"]["required"]


def test_the_hooks_of_a_commit_fetch_nothing() -> None:
    hooks = [hook for repo in read(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    assert {repo["repo"] for repo in read(".pre-commit-config.yaml")["repos"]} == {"local"}
    assert {hook["language"] for hook in hooks} == {"system"}
    assert {hook["id"] for hook in hooks} == {"ruff-format", "ruff-check", "end-of-file", "large-files"}
