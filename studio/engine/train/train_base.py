"""Training the Live network from folders of pictures to a file with a card: reads, resumes, validates, writes."""

from __future__ import annotations

import copy
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import Tensor

from studio.core.card import bundled_cards, card_json
from studio.core.errors import StudioError
from studio.core.generators import run_to_end
from studio.core.image_io.find_pictures import pictures_in
from studio.core.image_io.picture_reader import open_picture
from studio.core.storage.atomic_write import make_folder, replace_file
from studio.core.storage.folder_lock import FolderLock
from studio.core.training.data_card import (
    TrainingRun,
    describe_data,
    describe_gaps,
    make_card,
    read_manifest,
    work_of,
    works_like,
)
from studio.core.training.training_plan import TrainingNews, TrainingPlan
from studio.engine.losses.painting_loss import MOMENTS, STRUCTURE_LAYERS
from studio.engine.networks.channel_widths import with_widths
from studio.engine.networks.fine_network import (
    FineNetwork,
    LiveNetwork,
    RefinementNetwork,
    RefinementWidths,
    small_network_of,
)
from studio.engine.networks.network_file import save_fine_network, save_network
from studio.engine.networks.probes import choose_dtype, choose_winograd
from studio.engine.networks.style_network import StyleNetwork
from studio.engine.networks.style_predictor import Predictor, StylePredictor
from studio.engine.networks.texture_descriptor import predictor_for
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import (
    LAYOUTS,
    load_encoder_weights,
    load_style_network,
    predictor_owner,
    verified_card,
)
from studio.engine.runtime.device import device_name, keep_freed_memory
from studio.engine.runtime.tensors import to_tensor
from studio.engine.train.augmentation import AugmentedViews
from studio.engine.train.checkpoint import TrainingState, fresh_state, load_state, save_state
from studio.engine.train.dataset import Doubles, Pictures, read_pictures
from studio.engine.train.distributed import ProcessGroup, init_distributed
from studio.engine.train.fitting import LENGTH, fit_descriptor
from studio.engine.train.run_log import Record
from studio.engine.train.trainer import Trainer
from studio.engine.train.validation import Validator

NAME, FINE_NAME = "live_studio", "live_fine"  # of the trained network's file and card
CHECKPOINT = "checkpoint.safetensors"


def train_base(plan: TrainingPlan) -> Generator[TrainingNews, None, None]:
    """Run a plan, or what is left of it after the last checkpoint. Only the first process writes and reports.

    Raises StudioError, also while another run writes into the same folder.
    """
    keep_freed_memory()
    make_folder(plan.out)
    lock = FolderLock(plan.out)
    with init_distributed(plan.device) as group:
        if group.is_first:
            lock.take()
        try:
            yield from _Run(plan, group).run()
        finally:
            lock.release()


class _Run:
    """One run in one process."""

    def __init__(self, plan: TrainingPlan, group: ProcessGroup) -> None:
        self._plan, self._group = plan, group
        self._checkpoint = plan.out / CHECKPOINT
        # Networks are demonstrated and measured with the bundled pictures, so they do not learn from them.
        self._shown = (*bundled_cards("styles"), *bundled_cards("demo"))

    def run(self) -> Generator[TrainingNews, None, None]:
        plan, group = self._plan, self._group
        _check_left_out(plan)
        network, predictor = self._networks()
        photos, unseen_photos = yield from self._read(plan.content)
        styles, unseen_styles = yield from self._read(plan.styles)
        weights = run_to_end(load_encoder_weights("vgg16", None))
        encoder = self._encoder(weights)
        small = copy.deepcopy(small_network_of(network))
        descriptor = network.descriptor
        if descriptor is not None and not descriptor.is_fitted and not self._checkpoint.is_file():
            if group.is_first:
                yield TrainingNews(0, plan.steps, {}, note="Fitting the texture descriptor to the pictures.")
            fit_descriptor(descriptor, photos, styles, encoder, plan.crop, plan.seed)
        state = fresh_state(network.refinement if isinstance(network, FineNetwork) else network, plan, group.size)
        if self._checkpoint.is_file():
            load_state(state, plan, self._checkpoint)
        predictor = predictor_for(predictor, descriptor, lambda: encoder)
        layers = STRUCTURE_LAYERS, tuple(MOMENTS)
        views = AugmentedViews(photos, styles, encoder, predictor, layers, plan.crop, plan.seed, self._memory)
        validator = Validator(unseen_photos, unseen_styles, encoder, predictor) if group.is_first else None
        self._check_together(state)
        trainer = Trainer(plan, group, network, small, encoder, views, validator, state)
        record = Record(plan.out, state.step) if group.is_first else None
        with closing(trainer.run()) as steps:
            for news in steps:
                if record is None or validator is None:
                    continue
                record.add(news)
                is_last = news.step == plan.steps
                if news.validation is not None:
                    record.add_sheet(validator.sheet(trainer.paint), news.step)
                    record.plot()
                if news.step and (is_last or news.step % plan.save_every == 0):
                    save_state(state, plan, self._checkpoint)
                yield news
        if group.is_first:
            path = self._write(trainer.state, network, *views.works)
            yield TrainingNews(plan.steps, plan.steps, {}, note=f"Written: {path} and its card.")

    @property
    def _memory(self) -> int:
        """Bytes for features and moments that are kept."""
        default = 4.0 if self._group.device.type == "cpu" else 0.0
        return int((default if self._plan.memory is None else self._plan.memory) * 2**30)

    def _encoder(self, weights: Mapping[str, Tensor]) -> Encoder:
        """As the first process finds it quickest, so that all of them compute alike, now and after a restart."""
        device = self._group.device
        dtype = torch.float32
        is_winograd = False
        if self._group.is_first:
            dtype = choose_dtype(device)
            is_winograd = choose_winograd(device, dtype)
        is_half, is_winograd = map(bool, self._group.agree((dtype == torch.bfloat16, is_winograd)))
        dtype = torch.bfloat16 if is_half else torch.float32
        return Encoder(LAYOUTS["vgg16"], weights, device, dtype, is_winograd=is_winograd)

    def _check_together(self, state: TrainingState) -> None:
        """Raise StudioError unless all processes are at the same step, and as many as can share a batch."""
        size, begun = self._group.size, state.processes
        if begun % size:
            *others, last = [str(count) for count in range(1, begun + 1) if begun % count == 0]
            fitting = f"{', '.join(others)} or {last}" if others else last
            by = "one process" if begun == 1 else f"{begun} processes"
            raise StudioError(
                f"The run in {self._plan.out} was begun by {by}; {size} cannot share its batches.",
                f"Start {fitting}, or name another folder.",
            )
        if self._group.agree((state.step,)) != (state.step,):
            raise StudioError(
                f"The processes do not see the same checkpoint in {self._plan.out}.",
                "Name a folder that all machines share.",
            )

    def _networks(self) -> tuple[LiveNetwork, Predictor]:
        """The network to start from, on the device, and its style predictor."""
        plan = self._plan
        network, predictor_weights = load_style_network(plan.start)
        if isinstance(network, FineNetwork) or plan.is_fine:
            if plan.widths:
                raise StudioError(
                    "Only the widths of the small network can be changed.", "Leave out --widths or --fine."
                )
            if isinstance(network, StyleNetwork):
                with torch.random.fork_rng():
                    torch.manual_seed(plan.seed)
                    network = FineNetwork(network, RefinementNetwork(RefinementWidths(descriptor=LENGTH)))
            network = network.to(memory_format=torch.channels_last)
            return network.to(self._group.device), StylePredictor(predictor_weights, self._group.device)
        widths = replace(network.widths, **plan.widths)
        if widths != network.widths:
            try:
                network = with_widths(network, widths, torch.Generator().manual_seed(plan.seed))
            except ValueError as error:
                raise StudioError(f"The widths do not fit: {error}.") from error
        return network.to(self._group.device), StylePredictor(predictor_weights, self._group.device)

    def _read(self, folder: Path) -> Generator[TrainingNews, None, tuple[Pictures, Pictures]]:
        left_out = {*works_like(self._shown, read_manifest(folder)), *map(work_of, self._plan.leave_out)}
        doubles = Doubles(to_tensor(open_picture(card.file), torch.device("cpu")) for card in self._shown)
        reading = read_pictures(folder, left_out, doubles, self._group.device)
        while True:
            try:
                note = next(reading)
            except StopIteration as stop:
                pictures: tuple[Pictures, Pictures] = stop.value
                return pictures
            if self._group.is_first:
                yield TrainingNews(0, self._plan.steps, {}, note=note)

    def _write(self, state: TrainingState, network: LiveNetwork, photos: set[str], styles: set[str]) -> Path:
        """The best network and its card."""
        plan = self._plan
        start = verified_card(plan.start)
        is_fine = isinstance(network, FineNetwork)
        path = plan.out / f"{FINE_NAME if is_fine else NAME}.safetensors"
        if isinstance(network, FineNetwork):
            best = copy.deepcopy(network)
            fitted = dict(best.refinement.named_buffers())  # and not learnt
            best.refinement.load_state_dict(fitted | state.best)
            save_fine_network(best, predictor_owner(plan.start), path)
        else:
            save_network(state.best, network.widths, predictor_owner(plan.start), path)
        run = TrainingRun(
            start=start,
            steps=state.best_step,
            painted=state.best_step * plan.batch * state.processes,
            device=device_name(self._group.device),
            date=datetime.now(UTC).date().isoformat(),
            before=state.base_errors,
            after=state.best_errors,
            widths=plan.widths,
        )
        photo_data = describe_data("photos", sorted(photos), read_manifest(plan.content))
        style_data = describe_data("styles", sorted(styles), read_manifest(plan.styles))
        gaps = describe_gaps(sorted(styles), read_manifest(plan.styles))
        card = make_card(run, path, f"{style_data} {photo_data}", gaps)
        replace_file(path.with_suffix(".json"), card_json(card).encode())
        return path


def _check_left_out(plan: TrainingPlan) -> None:
    """Raise StudioError if there is no picture of a work to be left out: it may be learnt from under another name."""
    if not plan.leave_out:
        return
    works = {work_of(path.name) for path in pictures_in([plan.content, plan.styles])}
    for name in plan.leave_out:
        if work_of(name) not in works:
            raise StudioError(
                f"No picture in these folders shows {name}.", "Name the works to leave out by their files."
            )
