"""LibraryBrowser: what of the library is shown: all that matches, what is like a picture, or what is there twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.library.arranging import Labelled, Sort
from studio.core.library.files.index_database import IndexDamaged
from studio.core.library.search import By
from studio.ui.library.index_writer import SearchEnded
from studio.ui.library.library_entries import IndexReader
from studio.ui.library.library_indexer import LibraryIndexer
from studio.ui.library.questions import Found, Kind, Query, Question, answer
from studio.ui.session.message import Message
from studio.ui.threads.serial_executor import SerialExecutor


class LibraryBrowser(QObject):
    """Asks the index off the GUI thread, one question at a time; of those that come meanwhile, only the newest.

    question: what is wanted. found: the last answer. Signals: changed(), another question or answer; message_posted
    (Message).
    """

    changed = Signal()
    message_posted = Signal(object)

    def __init__(
        self,
        indexer: LibraryIndexer,
        reader: IndexReader,
        files: SerialExecutor,
        style_files: Callable[[], Sequence[Path]],
        parent: QObject | None = None,
    ) -> None:
        """files: the thread of the reader, whose index nobody else uses."""
        super().__init__(parent)
        self._indexer, self._reader, self._files = indexer, reader, files
        self._style_files = style_files
        self.question = Question(())
        self.found = Found(self.question, np.zeros(0, np.int64))
        self._is_asking = self._is_stale = False
        self._is_mending = False  # whether the index is being made again, since it was found damaged
        self._ended = threading.Event()
        indexer.indexed.connect(self.refresh)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._is_asking

    def refresh(self) -> None:
        """Ask again: there are other pictures, or other folders."""
        self._change()

    def set_words(self, words: str) -> None:
        """Show only what has these words."""
        self._change(words=words)

    def set_sort(self, sort: Sort) -> None:
        """Show pictures in another order; those that are alike come in their own."""
        self._change(sort=sort)

    def set_labelled(self, labelled: Labelled | None) -> None:
        """Show only what a classifier said this of, or all."""
        self._change(labelled=labelled)

    def set_shares(self, shares: Mapping[By, float]) -> None:
        """Let style, subject and palette count for this much."""
        self._change(shares=dict(shares))

    def set_at_least(self, similarity: float) -> None:
        """Leave out what is less alike, also in the searches that follow, until everything is shown again."""
        self._change(at_least=similarity)

    def show_all(self) -> None:
        """Show everything, or what has the words."""
        self._change(kind="all", query=None, at_least=None)

    def show_like(self, query: Query, kind: Kind = "alike") -> None:
        """Show what is like a picture; with kind "styles", which styles are."""
        at_least = self.question.at_least if kind == self.question.kind else None
        self._change(kind=kind, query=query, at_least=at_least)

    def find_duplicates(self) -> None:
        """Show what is there more than once."""
        self._change(kind="twice", query=None, at_least=None)

    def end(self) -> None:
        """Give up a search under way."""
        self._ended.set()

    def _change(self, **fields: Any) -> None:
        folders = tuple(folder.path for folder in self._indexer.folders)
        self.question = replace(self.question, folders=folders, styles=tuple(self._style_files()), **fields)
        self._ask()
        self.changed.emit()

    def _ask(self) -> None:
        if self._is_asking or not self._indexer.is_open:  # until then there may be no index to read
            self._is_stale = True
            return
        question = self.question
        self._is_asking, self._is_stale = True, False
        self._files.submit(lambda: answer(question, self._reader.index, self._check), self._take, self._refuse)

    def _check(self) -> None:
        if self._ended.is_set():
            raise SearchEnded(self.tr("The search was cancelled."))

    def _take(self, found: Found) -> None:
        self._is_asking = self._is_mending = False
        self.found = found
        if self._is_stale:
            self._ask()
        self.changed.emit()

    def _refuse(self, error: StudioError) -> None:
        self._is_asking = False
        if isinstance(error, IndexDamaged) and not self._is_mending:
            self._is_mending = True
            text = self.tr("The index of the library was damaged. All pictures are looked at again; none was lost.")
            self.message_posted.emit(Message(text, is_problem=True))
            self._indexer.look()
        elif not isinstance(error, SearchEnded):
            self.message_posted.emit(Message.about(error))
        self.changed.emit()
