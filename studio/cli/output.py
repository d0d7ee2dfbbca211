"""Where a rendered picture goes: its options, the checks that come before any painting, and the writing itself."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from studio.cli.options import UsageError
from studio.cli.signing import add_signing_options, signing_key
from studio.cli.terminal import PIPE
from studio.core.artwork.blend import Blend
from studio.core.artwork.layers import layers_of
from studio.core.engine_api.contract import Frame, Seen
from studio.core.errors import StudioError, WriteError
from studio.core.image_io import (
    ExportFormat,
    ExportOptions,
    check_result,
    encode_picture,
    format_of,
    save_picture,
)
from studio.core.image_io.find_pictures import is_folder
from studio.core.image_io.formats import WRITE_LIMITS
from studio.core.image_io.output.content_credentials import check_signable
from studio.core.image_io.output.rgb_profiles import INTENTS, NAMED_PROFILES, export_profile
from studio.core.image_io.output.signing_key import SigningKey
from studio.core.image_io.output_check import check_folder, check_writable, file_identity, same_file
from studio.core.image_io.xmp import Credits
from studio.core.picture import Metadata, Picture
from studio.core.project.picture_bytes import reachable_original
from studio.core.regions.region import Region
from studio.core.standard_streams import is_closed, write_result
from studio.core.storage.regular_file import reason

FORMATS: tuple[ExportFormat, ...] = tuple(WRITE_LIMITS)
_DEPTHS = sorted({depth for limits in WRITE_LIMITS.values() for depth in limits.depths})


class FrameFolder:
    """Takes the frames on the way, numbered. One that cannot be written is missing there and costs nothing else."""

    def __init__(self, folder: Path | None) -> None:
        """None: nobody wants them."""
        self._folder = folder
        self._count = 0
        self._missing: list[StudioError] = []

    def keep(self, frame: Frame, made_of: Credits) -> Path | None:
        """Save a frame; the path it went to, None if it is not wanted or could not be written."""
        if self._folder is None:
            return None
        self._count += 1
        path = self._folder / f"frame-{self._count:04d}.png"
        try:
            save_picture(frame.picture, path, ExportOptions("png"), made_of, allow_plain=True)
        except StudioError as error:
            self._missing.append(error)
            return None
        return path

    @property
    def problem(self) -> str:
        """How many frames are missing and why, in a sentence; "" if none is."""
        if not self._missing:
            return ""
        return f"{len(self._missing)} of {self._count} frames were not kept: {self._missing[0]}"


@dataclass(frozen=True)
class Target:
    """Checked places for pictures. path: None for stdout. frames: where frames on the way go."""

    path: Path | None
    options: ExportOptions
    frames: FrameFolder
    key: SigningKey | None = None  # which signs the picture, and no frame

    @property
    def name(self) -> str:
        """As it was given: a file name, or "-"."""
        return PIPE if self.path is None else str(self.path)

    def write(
        self,
        picture: Picture,
        made_of: Credits,
        may_be_plain: bool,
        photo: Picture | None = None,
        regions: Sequence[Region] = (),
        seen: Seen | None = None,
        blend: Blend | None = None,
    ) -> int:
        """Write the finished picture; the bytes written. may_be_plain: whether one colour is all right.

        photo, regions, seen: what it was painted of, which lies below it in a file with layers. blend: what the photo
        was blended of, which a signature names.
        """
        layers = layers_of(photo, regions, seen, blend) if self.options.format == "ora" else ()
        originals = blend.pictures if blend is not None else (photo,)
        photos = [reachable_original(original) for original in originals if self.key is not None]
        if self.path is not None:
            save = partial(save_picture, picture, self.path, self.options, made_of, key=self.key, photos=photos)
            try:
                return save(allow_plain=may_be_plain, layers=layers)
            except KeyboardInterrupt:  # a first one does not cost the picture; a second one is no KeyboardInterrupt
                return save(allow_plain=may_be_plain, layers=layers)
        if not may_be_plain:
            check_result(picture)
        data = encode_picture(picture, self.options, made_of, layers, self.key, photos)
        try:
            write_result(data)
        except OSError as error:
            raise WriteError(
                f"Standard output did not take the picture: {reason(error)}.", "Name a file with -o."
            ) from error
        return len(data)


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser `-o` and everything about the file."""
    group = parser.add_argument_group("output", "Where the picture goes, and what is written besides its pixels.")
    add = group.add_argument
    add("-o", "--output", required=True, metavar="OUT", help="file to write; - writes to standard output")
    add("--in-place", action="store_true", help="allow OUT to replace a picture that it is made from")
    add("--frames", type=Path, metavar="DIR", help="save every intermediate frame in this folder, as PNG")
    add("--format", choices=FORMATS, help="format for -o - (default: png); for a file, its suffix decides")
    _add_file_options(group)


def add_folder_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser `-o` for a folder, and everything about the files in it."""
    group = parser.add_argument_group("output", "Where the pictures go, and what is written besides their pixels.")
    add = group.add_argument
    add("-o", "--output", required=True, type=Path, metavar="DIR", help="folder to write into; made if it is missing")
    add("--format", choices=FORMATS, default="png", help="format of the files (default: png)")
    _add_file_options(group)


def _add_file_options(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--overwrite", action="store_true", help="replace files that exist already")
    quality = ExportOptions.quality
    of_what = f"quality of JPEG, WebP, AVIF and JPEG XL (default: {quality})"
    add("--file-quality", type=int, default=quality, metavar="1..100", help=of_what)
    add(
        "--lossless",
        action="store_true",
        help="write WebP and JPEG XL without loss; PNG, TIFF and OpenRaster always are",
    )
    bits = "bits per channel (default: 8); 16 in PNG, TIFF, JPEG XL and OpenRaster, 10 in AVIF"
    add("--depth", type=int, choices=_DEPTHS, default=ExportOptions.depth, help=bits)
    add("--dither", action="store_true", help="spread what 8 bits cannot hold as fine noise")
    named = f"{', '.join(NAMED_PROFILES)} (the photo's own), or an .icc file: RGB, or CMYK for TIFF and JPEG"
    add("--profile", default=ExportOptions.profile, metavar="PROFILE", help=f"{named} (default: srgb)")
    into = f"how colours are converted to the profile (default: {ExportOptions.intent})"
    add("--intent", choices=INTENTS, default=ExportOptions.intent, help=into)
    add("--title", type=str, default="", help="title of the artwork (default: the photo's name)")
    add("--artist", type=str, default="", help="who made the artwork, for its credits")
    add("--dpi", type=float, help="pixels per inch, as noted in the file (default: the photo's)")
    add("--no-exif", action="store_true", help="leave out the camera's EXIF data")
    add("--keep-gps", action="store_true", help="keep where the photo was taken and the camera's serial numbers")
    add("--no-learn", action="store_true", help="mark the picture as not to be learnt from (IPTC data mining)")
    add_signing_options(group)
    add("--no-ai-label", action="store_true", help="leave out the mark that a trained model took part")


def export_options(arguments: argparse.Namespace, format_name: ExportFormat, dpi: float | None = None) -> ExportOptions:
    """How files are written, after the options. dpi: unless they say another.

    Raises StudioError for a value out of its range, or a wrong profile.
    """
    profile = arguments.profile
    if profile not in NAMED_PROFILES:
        if file_identity(Path(profile)) is None:
            named = ", ".join(NAMED_PROFILES)
            raise UsageError(f"There is no profile {profile}.", f"Choose {named}, or name the file of one.")
        profile = str(Path(profile).absolute())
        export_profile(profile, Metadata(), format_name)
    return ExportOptions(
        format=format_name,
        quality=arguments.file_quality,
        dpi=dpi if arguments.dpi is None else arguments.dpi,
        keep_exif=not arguments.no_exif,
        keep_gps=arguments.keep_gps,
        label_ai=not arguments.no_ai_label,
        lossless=arguments.lossless and format_name in ("webp", "jxl"),
        depth=arguments.depth,
        profile=profile,
        intent=arguments.intent,
        dither=arguments.dither,
        no_learn=arguments.no_learn,
    )


def check_target(arguments: argparse.Namespace, sources: Sequence[Path], dpi: float | None = None) -> Target:
    """The places the options name. Raises UsageError or PictureError for what could only fail after painting.

    sources: the files of all pictures that the artwork is made of. dpi: of the print it is painted for.
    """
    path, format_name = _output_of(arguments, sources)
    options = export_options(arguments, format_name, dpi)
    if arguments.frames is not None:
        _prepare_frames(arguments.frames, arguments.overwrite, path, sources)
    return Target(path, options, FrameFolder(arguments.frames), checked_key(arguments, format_name))


def checked_key(arguments: argparse.Namespace, format_name: ExportFormat) -> SigningKey | None:
    """What signs pictures of a format after the options, None for nothing. Raises StudioError if it cannot."""
    if (arguments.sign is None) != (arguments.sign_key is None):
        raise UsageError("Signing takes a certificate and its key.", "Give both --sign CERT and --sign-key KEY.")
    if arguments.sign is None:
        return None
    check_signable(format_name)
    return signing_key(arguments.sign, arguments.sign_key)


def _output_of(arguments: argparse.Namespace, sources: Sequence[Path]) -> tuple[Path | None, ExportFormat]:
    if arguments.output == PIPE:
        if arguments.json:
            raise UsageError("Standard output cannot take both the picture and --json.", "Name a file with -o.")
        if is_closed(sys.stdout):
            raise UsageError("Standard output is closed.", "Name a file with -o.")
        if sys.stdout.isatty():
            raise UsageError("The picture would be printed into the terminal.", "Add '> picture.png' or name a file.")
        return None, arguments.format or "png"
    path = Path(arguments.output)
    format_name = format_of(path)
    if arguments.format not in (None, format_name):
        raise UsageError(f"{path} is named like a {format_name.upper()} file.", "Leave out --format or rename it.")
    is_source = bool(same_file(path, sources))
    if is_source and not arguments.in_place:
        raise UsageError(
            f"{path} is a picture that the artwork is made of.",
            "Choose another name, or add --in-place to have it replaced.",
        )
    check_free(path, arguments.overwrite or is_source)
    return path, format_name


def check_free(path: Path, may_replace: bool) -> None:
    """Before any long work: raise StudioError unless a file can be written there, and none is that has to stay."""
    if is_folder(path):
        raise UsageError(f"{path} is a folder.", "Name a file in it.")
    if file_identity(path) is not None and not may_replace:
        raise UsageError(f"{path} exists already.", "Choose another name, or add --overwrite to replace it.")
    if not is_folder(path.parent):
        raise UsageError(f"There is no folder {path.parent}.", "Make it first, or choose another.")
    check_writable(path)


def _prepare_frames(folder: Path, may_overwrite: bool, output: Path | None, sources: Sequence[Path]) -> None:
    check_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {folder} for the frames cannot be made.", "Choose another.") from error
    for path in folder.glob("frame-*.png"):
        if not may_overwrite:
            raise UsageError(f"{folder} holds frames already.", "Choose another folder, or add --overwrite.")
        if same_file(path, sources):
            raise UsageError(f"A frame would overwrite {path}, which is painted.", "Choose another folder.")
    if output is not None and output.match("frame-*.png") and same_file(output.parent, [folder]):
        raise UsageError(f"{output} has the name of a frame, in the folder of the frames.", "Choose another name.")
