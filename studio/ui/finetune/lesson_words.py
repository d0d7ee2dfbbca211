"""LessonWords: where a lesson is, how long it takes and what it has gained, in sentences."""

from __future__ import annotations

from PySide6.QtCore import QObject

from studio.core.durations import clock, rough_time
from studio.core.engine_api.tune_settings import TuneSettings
from studio.ui.finetune.tune_controller import TuneController


class LessonWords(QObject):
    """What the panel says of the state of a TuneController."""

    def __init__(self, controller: TuneController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller

    def progress(self, plan: TuneSettings) -> str:
        """Where it is. plan: of the lesson that would begin now."""
        controller = self._controller
        if controller.is_learning:
            return controller.waits_for or self._under_way()
        if controller.is_mix:
            return self.tr("No better than a mix. Keep adds the mix to the gallery.")
        if controller.is_over:
            return self.tr("Learnt. Keep it to add it to the gallery.")
        if controller.has_style:
            return self._left_off()
        return self._to_come(plan)

    def _under_way(self) -> str:
        controller, log = self._controller, self._controller.training_log
        if controller.note or not log:
            text = controller.note or self.tr("Loading")
        else:
            text = self.tr("Step {} of {}").format(log[-1].step, log[-1].steps)
        left = controller.seconds_left
        if left is None:
            return text
        if left < 1:
            return self.tr("{}, almost done").format(text)
        return self.tr("{}, {} left").format(text, clock(left))

    def _left_off(self) -> str:
        controller, log = self._controller, self._controller.training_log
        if controller.unfinished:
            return self.tr("{} was being learnt when the studio ended.").format(controller.unfinished)
        return self.tr("Stopped at step {} of {}").format(log[-1].step, log[-1].steps) if log else ""

    def _to_come(self, plan: TuneSettings) -> str:
        """How long it will take, and whether the pictures are looked at still."""
        controller = self._controller
        if controller.references.is_opening or controller.photos.is_opening:
            return self.tr("Opening the pictures")
        if not controller.references.pictures:
            return ""
        expected = controller.expected(plan)
        if expected is None:
            text = self.tr("The first lesson will tell how long it takes on this computer.")
        elif expected.is_measured:
            text = self.tr("About {} on this computer.").format(rough_time(expected.seconds))
        else:
            text = self.tr("Roughly {}, going by how quickly this computer paints.").format(
                rough_time(expected.seconds)
            )
        return text + " " + self.tr("Looking at the pictures") if controller.is_looking else text

    def untaught(self) -> tuple[str, str]:
        """The caption of the photo without a lesson, and what stands there before."""
        invitation = self.tr("{} in a mix of the pictures").format(self._whose_photo())
        return self.tr("Without the lesson: a mix"), invitation

    def taught(self) -> tuple[str, str]:
        """The same of the photo as it is taught."""
        controller = self._controller
        invitation = self.tr("{} in the new style").format(self._whose_photo())
        if controller.is_mix:
            return self.tr("The mix, which is saved"), invitation
        if controller.is_over or controller.sample is None:
            return self.tr("With the lesson"), invitation
        return self.tr("With the lesson, after {} steps").format(controller.sample_step), invitation

    def _whose_photo(self) -> str:
        photos = {
            "canvas": self.tr("Your photo"),
            "photos": self.tr("The first of your photos"),
            "studio": self.tr("A photo of the studio"),
        }
        return photos[self._controller.sampled]

    def gain(self) -> str:
        """What the lesson gained, in a sentence; "" while unknown."""
        gain, is_over = self._controller.gain, self._controller.is_over
        if gain is None:
            has_only_mix = self._controller.has_style and not self._controller.is_learning
            return self.tr("Nothing is learnt yet: Keep adds a mix of these pictures.") if has_only_mix else ""
        if self._controller.is_mix or not gain.is_seen:
            same = self.tr("A mix of these pictures does as well.")
            return same if is_over else self.tr("A mix of these pictures does as well so far.")
        photo = {
            0: self.tr("the photo just as recognisable"),
            1: self.tr("the photo {:.0f} % more recognisable").format(-100 * gain.content),
            -1: self.tr("the photo {:.0f} % less recognisable").format(100 * gain.content),
        }[gain.recognisable]
        nearer = self.tr("{:.0f} % nearer to the style than a mix of these pictures; {}.")
        if not is_over:
            nearer = self.tr("So far {:.0f} % nearer to the style than a mix of these pictures; {}.")
        return nearer.format(100 * gain.style, photo)
