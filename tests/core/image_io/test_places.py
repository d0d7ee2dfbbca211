"""Promises of places: what people drop, paste or type is opened where it can be, and named where it cannot."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote, quote_from_bytes

import pytest

from studio.core.errors import PictureError
from studio.core.image_io import open_picture
from studio.core.image_io.find_pictures import pictures_in
from studio.core.image_io.opening.places import is_network_url, paths_in_line, place_of, reachable
from tests.support.picture_files import encoded, noise

pytestmark = pytest.mark.skipif(os.name != "posix", reason="mounts and names of POSIX")


def saved(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded("PNG", noise(20, 20)))
    return path


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "run"


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("smb://nas/photos/sub/a%20b.png", "gvfs/smb-share:server=nas,share=photos/sub/a b.png"),
        ("smb://WORKGROUP;me@NAS/Photos/a.png", "gvfs/smb-share:server=nas,share=photos,user=me/a.png"),
        ("cifs://nas.local/my%20share/a.png", "gvfs/smb-share:server=nas.local,share=my%20share/a.png"),
        ("ftp://me@host.example/dir/a.png", "gvfs/ftp:host=host.example,user=me/dir/a.png"),
        ("ftp://host.example:2121/a.png", "gvfs/ftp:host=host.example,port=2121/a.png"),
        ("sftp://box/home/me/a.png", "gvfs/sftp:host=box/home/me/a.png"),
        ("ssh://box/home/me/a.png", "gvfs/sftp:host=box,user=me/home/me/a.png"),
        (
            "mtp://Google_Pixel_7/Internal%20storage/DCIM/a.png",
            "gvfs/mtp:host=Google_Pixel_7/Internal storage/DCIM/a.png",
        ),
        ("mtp://[usb:001,005]/DCIM/a.png", "gvfs/mtp:host=%5Busb%3A001%2C005%5D/DCIM/a.png"),
        ("gphoto2://Canon_EOS/store_1/a.png", "gvfs/gphoto2:host=Canon_EOS/store_1/a.png"),
        ("davs://cloud.example/remote/a.png", "gvfs/dav:host=cloud.example,ssl=true,prefix=%2Fremote/remote/a.png"),
        ("smb://nas/photos/a.png", "kio-fuse-Xy12/smb/me@nas/photos/a.png"),
        ("smb:/nas/photos/a.png", "gvfs/smb-share:server=nas,share=photos/a.png"),
    ],
)
def test_a_network_url_is_opened_where_the_file_manager_has_connected_it(runtime: Path, url: str, file: str) -> None:
    path = saved(runtime / file)
    assert is_network_url(url)
    assert reachable(place_of(url)) == path
    picture = open_picture(place_of(url))
    assert (picture.name, picture.source) == (path.name, path)
    assert pictures_in([place_of(url.rpartition("/")[0])]) == (path,)


@pytest.mark.parametrize("url", ["smb://nas/photos/a.png", "mtp://phone/DCIM/a.png", "ftp://host/a.png"])
def test_what_is_not_connected_is_named_in_a_sentence(runtime: Path, url: str) -> None:
    saved(runtime / "gvfs/smb-share:server=other,share=photos/a.png")
    with pytest.raises(
        PictureError, match=r"a\.png lies at \w+://\w*, which is not connected as a folder on this machine\."
    ):
        open_picture(place_of(url))


def test_an_address_leads_nowhere_but_into_its_mount(runtime: Path) -> None:
    saved(runtime / "gvfs/secret.png")
    (runtime / "gvfs/ftp:host=host").mkdir()
    with pytest.raises(PictureError, match="not connected"):
        open_picture(place_of("ftp://host/%2e%2e/secret.png"))


@pytest.mark.parametrize("host", ["", "localhost", "my-machine"])
@pytest.mark.parametrize("name", ["a b.png", "50% #1?.png", "J\udcfcrgen.png", "Jürgen.png"])
def test_file_urls_are_opened_whatever_their_host_and_bytes(tmp_path: Path, host: str, name: str) -> None:
    path = saved(tmp_path / name)
    url = f"file://{host}{quote_from_bytes(os.fsencode(path))}"
    assert reachable(place_of(url)) == path
    assert host or open_picture(Path(url)).source == path  # as on a command line


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8"])
def test_names_in_another_encoding_than_their_address_are_found(tmp_path: Path, encoding: str) -> None:
    for on_disk, in_address in ((encoding, "utf-8"), ("utf-8", encoding)):
        path = saved(
            Path(os.fsdecode(os.fsencode(tmp_path / on_disk / in_address) + b"/" + "Jürgen.png".encode(on_disk)))
        )
        url = f"file://{quote(str(path.parent))}/{quote_from_bytes('Jürgen.png'.encode(in_address))}"
        assert open_picture(place_of(url)).source == path


def test_names_of_a_mac_are_found_by_their_composed_address(tmp_path: Path) -> None:
    path = saved(tmp_path / "Ju\u0308rgen.png")
    assert open_picture(tmp_path / "J\u00fcrgen.png").source == path


def test_a_backslash_of_a_shell_is_left_out_and_one_of_the_name_is_kept(tmp_path: Path) -> None:
    plain, odd = saved(tmp_path / "my photo (1).png"), saved(tmp_path / "a\\ b.png")
    assert reachable(Path(str(tmp_path) + r"/my\ photo\ \(1\).png")) == plain
    assert reachable(Path(str(tmp_path) + r"/a\ b.png")) == odd


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("/a/b.png", ["/a/b.png"]),
        ("/a/my photo.png", ["/a/my photo.png"]),
        (r"/a/my\ photo.png", ["/a/my photo.png"]),
        ("'/a/my photo.png'", ["/a/my photo.png"]),
        ('"/a/my photo.png"', ["/a/my photo.png"]),
        ("'/a/it'\\''s.png' '/b.png'", ["/a/it's.png", "/b.png"]),
        ("/a/b.png /c/d.png", ["/a/b.png", "/c/d.png"]),
        ("$'/a/J\\374rgen.png'", ["/a/J\udcfcrgen.png"]),
        ("'/a/never closed.png", ["/a/never closed.png"]),
        ("file:///a%20b.png smb://nas/c.png", ["file:///a%20b.png", "smb://nas/c.png"]),
    ],
)
def test_a_line_is_read_as_terminals_write_it(line: str, paths: list[str]) -> None:
    assert paths_in_line(line) == paths


@pytest.mark.parametrize(
    "text",
    ["file://[x/y.png", "file://\u2100.com/x.png", "file:///x\ud800y.png", "/tmp/\ud800.png", "~\0/x.png", "/a\0b.png",
     "file:///a%00b.png", "smb://nas/\ud800/x.png", "smb://nas/%00/x.png", "smb://", "~" + "a" * 5000, "file:", "file://",
     "$'/\\ud800'", "/tmp/" + "x" * 300],
)  # fmt: skip
def test_whatever_stands_in_a_name_one_sentence_says_that_it_cannot_be_opened(runtime: Path, text: str) -> None:
    for place in map(place_of, [text, *paths_in_line(text)]):
        with pytest.raises(PictureError):
            open_picture(place)


@pytest.mark.parametrize("url", ["file:///tmp/a?b#c.png", "file:/tmp/a%3Fb%23c.png", "FILE://box/tmp/a?b#c.png"])
def test_the_machine_in_a_file_url_is_left_out_and_marks_stay_in_the_name(url: str) -> None:
    assert place_of(url) == Path("/tmp/a?b#c.png")
