"""Free memory: what the system has, or what the limit of a container leaves of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from studio.engine.runtime.host_memory import free_host_memory

AVAILABLE = 10_000_000


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=AVAILABLE))


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def version_2(group: str, limit: str, used: int, dropped: int = 0) -> dict[str, str]:
    folder = f"sys/fs/cgroup/{group}"
    return {
        f"{folder}/memory.max": f"{limit}\n",
        f"{folder}/memory.current": f"{used}\n",
        f"{folder}/memory.stat": f"anon 1\ninactive_file {dropped}\n",
    }


def version_1(group: str, limit: int, used: int, dropped: int = 0) -> dict[str, str]:
    folder = f"sys/fs/cgroup/memory/{group}"
    return {
        f"{folder}/memory.limit_in_bytes": f"{limit}\n",
        f"{folder}/memory.usage_in_bytes": f"{used}\n",
        f"{folder}/memory.stat": f"inactive_file 5\ntotal_inactive_file {dropped}\n",
    }


def test_without_control_groups_it_is_what_the_system_says(tmp_path: Path) -> None:
    assert free_host_memory(tmp_path) == AVAILABLE


def test_a_container_has_what_its_limit_leaves_and_the_cache_of_files_counts_as_free(tmp_path: Path) -> None:
    root = write(tmp_path, {"proc/self/cgroup": "0::/\n", **version_2("", "5000000", 4_000_000, dropped=500_000)})
    assert free_host_memory(root) == 1_500_000


def test_a_group_of_version_1_is_found_among_the_others(tmp_path: Path) -> None:
    groups = "12:cpu,cpuacct:/a\n4:memory:/docker/b\n1:name=systemd:/a\n0::/a\n"
    root = write(tmp_path, {"proc/self/cgroup": groups, **version_1("docker/b", 3_000_000, 2_000_000, dropped=100_000)})
    assert free_host_memory(root) == 1_100_000


def test_in_a_container_that_does_not_see_its_own_path_the_top_counts(tmp_path: Path) -> None:
    root = write(tmp_path, {"proc/self/cgroup": "4:memory:/docker/unseen\n", **version_1("", 3_000_000, 1_000_000)})
    assert free_host_memory(root) == 2_000_000


def test_the_tightest_of_the_groups_above_counts(tmp_path: Path) -> None:
    groups = {**version_2("a", "2000000", 1_500_000), **version_2("a/b", "9000000", 0), **version_2("a/b/c", "max", 0)}
    root = write(tmp_path, {"proc/self/cgroup": "0::/a/b/c\n", **groups})
    assert free_host_memory(root) == 500_000


@pytest.mark.parametrize(
    "files", [version_2("", "max", 1), version_1("", (1 << 63) - 4096, 1)], ids=["version 2", "version 1"]
)
def test_no_limit_is_no_limit(files: dict[str, str], tmp_path: Path) -> None:
    root = write(tmp_path, {"proc/self/cgroup": "4:memory:/\n0::/\n", **files})
    assert free_host_memory(root) == AVAILABLE


def test_a_limit_above_what_the_system_has_gives_no_more_of_it(tmp_path: Path) -> None:
    root = write(tmp_path, {"proc/self/cgroup": "0::/\n", **version_2("", "50000000", 0)})
    assert free_host_memory(root) == AVAILABLE


def test_a_group_that_is_over_its_limit_has_nothing_left(tmp_path: Path) -> None:
    root = write(tmp_path, {"proc/self/cgroup": "0::/\n", **version_2("", "1000", 2000)})
    assert free_host_memory(root) == 0


@pytest.mark.parametrize("text", ["", "rubbish", "0:x", "0::/\n"])
def test_what_cannot_be_read_is_left_out(text: str, tmp_path: Path) -> None:
    root = write(tmp_path, {"proc/self/cgroup": text, "sys/fs/cgroup/memory.max": "plenty"})
    assert free_host_memory(root) == AVAILABLE
