"""The render command: a photo and styles in, a finished picture out, with frames, progress and credits on the way."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from studio.cli.exit_codes import DONE, FAILED, INTERRUPTED
from studio.cli.inputs import find_style, read_blend, read_photo, read_recipe, source_files
from studio.cli.options import UsageError, add_blend_options, add_recipe_options, add_style_options
from studio.cli.output import Target, add_output_options, check_target
from studio.cli.regions import add_region_option, read_regions, region_files
from studio.cli.reports.render_report import RenderBar, RenderJson, RenderReport, Summary
from studio.core.artwork.blend import Blend, blend_pictures
from studio.core.artwork.credits import credits_of, with_regions
from studio.core.card import unknown_licences
from studio.core.engine_api.build_requests import not_found, style_request
from studio.core.engine_api.contract import (
    Done,
    Engine,
    EngineSettings,
    Failed,
    Frame,
    MakeEngine,
    Progress,
    Seen,
    StyleRequest,
)
from studio.core.errors import EngineError, StudioError
from studio.core.image_io import is_plain
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.xmp import Credits
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.core.regions.region import Region
from studio.core.rescue import keep_safe, unsaved
from studio.jobs.looking import look_at


def add_render_command(parser: argparse.ArgumentParser) -> None:
    """Give the parser the options of `render`."""
    parser.add_argument("photo", nargs="?", metavar="PHOTO", help="the picture to paint; - reads standard input")
    add_style_options(parser)
    add_recipe_options(parser)
    add_blend_options(parser)
    add_region_option(parser)
    add_output_options(parser)


def render(arguments: argparse.Namespace, make_engine: MakeEngine, opener: PictureOpener) -> int:
    """Paint one picture. Returns 0, 1 if frames on the way are missing, 130 if it was interrupted; raises StudioError.

    Whatever can be wrong with the command line is found before the engine is loaded.
    """
    recipe = read_recipe(arguments)
    if arguments.photo is None and recipe.method != "pattern":
        raise UsageError("There is no photo to paint.", "Name one, or add '--method pattern' to need none.")
    styles = [find_style(name, opener) for name in arguments.styles]
    regions = read_regions(arguments, recipe, opener)
    all_styles = [*styles, *(style for region in regions for style in region.styles)]
    sources = [*source_files(arguments), *region_files(arguments), *(style.card.file for style in all_styles)]
    target = check_target(arguments, sources, recipe.dpi)
    content = None if arguments.photo is None else read_photo(arguments.photo, opener)
    blend = read_blend(arguments, content, opener)
    content = content if blend is None else blend_pictures(blend)
    recipe = _sized(recipe, content)
    if regions and (content is None or recipe.method == "pattern"):
        raise UsageError("A pattern has no regions.", "Leave --region out, or paint a photo.")
    made_of = credits_of(content, styles, recipe, arguments.title, arguments.artist, blend)
    made_of = with_regions(made_of, regions)
    request = style_request(content, styles, recipe)

    def request_of(engine: Engine) -> tuple[StyleRequest, Seen | None]:
        needs_look = content is not None and any(region.mask.found for region in regions)
        seen = look_at(content, engine) if content is not None and needs_look else None
        return style_request(content, styles, recipe, regions=regions, seen=seen), seen

    settings = EngineSettings(arguments.device, arguments.weights_folder)
    report: RenderReport = RenderJson() if arguments.json else RenderBar()
    with report:
        ending = _paint(request_of, make_engine, settings, target, made_of, report)
    report.finish(_deliver(ending, request, target, made_of, regions, blend))
    if ending.event == "stopped":
        return INTERRUPTED
    return FAILED if target.frames.problem else DONE


def _sized(recipe: StyleRecipe, content: Picture | None) -> StyleRecipe:
    """The recipe with the size its rule gives this photo; a pattern is a square."""
    is_square = recipe.method == "pattern" or content is None
    if content is None and recipe.size_rule == "photo":
        raise UsageError("There is no photo whose size the artwork could take.", "Give --size in pixels.")
    if content is None or (is_square and recipe.size_rule != "photo"):
        return recipe.sized_for(1, 1)
    return recipe.sized_for(content.width, content.height)


@dataclass(frozen=True)
class _Ending:
    """How painting ended. picture: None if it was stopped before the first frame. seen: if the photo was looked at."""

    event: Literal["done", "stopped"]
    picture: Picture | None = None
    seen: Seen | None = None
    steps: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


def _paint(
    request_of: Callable[[Engine], tuple[StyleRequest, Seen | None]],
    make_engine: MakeEngine,
    settings: EngineSettings,
    target: Target,
    made_of: Credits,
    report: RenderReport,
) -> _Ending:
    last: Frame | None = None
    seen: Seen | None = None
    try:
        with closing(make_engine(settings)) as engine:
            asked, seen = request_of(engine)
            for event in engine.run(asked):
                match event:
                    case Frame():
                        last = event
                        report.show(event, target.frames.keep(event, made_of))
                    case Progress():
                        report.show(event)
                    case Failed(error=error):
                        raise error
                    case Done():
                        return _Ending("done", event.result, seen, event.steps, event.seconds, event.notes)
    except KeyboardInterrupt:
        if last is None:
            return _Ending("stopped")
        return _Ending("stopped", last.picture, seen, last.step, last.seconds)
    raise EngineError("The engine ended without a picture.", "Try again, or with --device cpu.")


def _deliver(
    ending: _Ending,
    request: StyleRequest,
    target: Target,
    made_of: Credits,
    regions: Sequence[Region],
    blend: Blend | None,
) -> Summary:
    picture = ending.picture
    if picture is None:
        return Summary(ending.event, request.recipe)
    sources, seen = request.styles if request.content is None else (request.content,), ending.seen
    may_be_plain = any(map(is_plain, sources))
    try:
        size = target.write(picture, made_of, may_be_plain, request.content, regions, seen, blend)
    except StudioError as error:
        if is_plain(picture):  # nothing worth keeping
            raise EngineError(error.message, error.remedy) from error
        raise unsaved(error, keep_safe(picture, target.name, target.options, made_of)) from error
    missing = [target.frames.problem] if target.frames.problem else []
    content = request.content
    rights = list(filter(None, [unknown_licences(made_of.styles)]))
    of_photo = [f"{content.name}: {note}" for note in content.notes] if content is not None else []
    return Summary(
        ending.event,
        request.recipe,
        file=target.name,
        width=picture.width,
        height=picture.height,
        size=size,
        format=target.options.format,
        steps=ending.steps,
        seconds=ending.seconds,
        credits=made_of.lines,
        notes=(*of_photo, *missing, *(not_found(regions, seen) if seen else ()), *ending.notes, *rights),
    )
