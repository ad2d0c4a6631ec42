"""Lessons as arrays: all the views of a take, with what really happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from repetiteur.models.ladder.tokens import TRACE, WRITTEN, View

EXTRA_ASKED, MISSED_ASKED = 0, 1
MISSED, PLAYED = 0, 1  # what became of a written key
NOBODY, UNKNOWN = -1, -2  # nothing the player did or left out stands for it; nobody can say
ASKED = np.dtype([
    ("view", "i4"),
    ("what", "i1"),  # EXTRA_ASKED or MISSED_ASKED
    ("row", "i4"),  # of the view's traces, or of its written keys
    ("right", "?"),  # the verdict that would be told without asking
])  # fmt: skip
SEEN = np.dtype([
    ("now_s", "f8"),
    ("fit", "f4"),
    ("traces", "i4"),  # where its rows end
    ("written", "i4"),
    ("elsewhere", "?"),  # what is played is nothing of the score
])


@dataclass(frozen=True, slots=True)
class Truth:
    """Of one view: what became of each key, how late it was, was each trace struck, and was it extra.
    Where the player is ``elsewhere``, nobody can say what is extra."""

    played: np.ndarray  # i1: PLAYED, MISSED, NOBODY or UNKNOWN
    late_s: np.ndarray  # f4
    struck: np.ndarray  # bool
    extra: np.ndarray  # bool
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """One take, or several in a row. Rows of all views one after the other."""

    seen: np.ndarray  # SEEN
    traces: np.ndarray  # TRACE
    reading: np.ndarray
    link: np.ndarray
    a4: np.ndarray
    struck: np.ndarray
    extra: np.ndarray
    written: np.ndarray  # WRITTEN
    d4: np.ndarray
    played: np.ndarray
    late_s: np.ndarray
    asked: np.ndarray  # ASKED

    def __len__(self) -> int:
        return len(self.seen)

    def arrays(self) -> dict[str, np.ndarray]:
        return {name: getattr(self, name) for name in self.__slots__}

    def rows(self, number: int) -> tuple[slice, slice]:
        """Of a view: its traces, and its written keys."""
        ends = self.seen[["traces", "written"]]
        begin = tuple(ends[number - 1]) if number else (0, 0)
        end = tuple(ends[number])
        return slice(int(begin[0]), int(end[0])), slice(int(begin[1]), int(end[1]))

    def view(self, number: int) -> View:
        of, on = self.rows(number)
        seen = self.seen[number]
        return View(
            float(seen["now_s"]), float(seen["fit"]), self.traces[of], self.reading[of], self.link[of],
            self.written[on], self.a4[of].astype(np.float32), self.d4[on].astype(np.float32),
        )  # fmt: skip

    def truth(self, number: int) -> Truth:
        of, on = self.rows(number)
        elsewhere = bool(self.seen[number]["elsewhere"])
        return Truth(self.played[on], self.late_s[on], self.struck[of], self.extra[of], elsewhere)


class Writer:
    """Gathers views."""

    def __init__(self, a4_bands: int) -> None:
        self._views: list[View] = []
        self._truths: list[Truth] = []
        self._asked: list[tuple[int, int, int, bool]] = []
        self._a4_bands = a4_bands

    def add(self, view: View, truth: Truth, asked: Sequence[tuple[int, int, bool]]) -> None:
        self._asked += [(len(self._views), *each) for each in asked]
        self._views.append(view)
        self._truths.append(truth)

    def lesson(self) -> Lesson:
        views, truths = self._views, self._truths
        seen = np.zeros(len(views), SEEN)
        seen["now_s"], seen["fit"] = [v.now_s for v in views], [v.fit for v in views]
        seen["traces"] = np.cumsum([len(v.traces) for v in views])
        seen["written"] = np.cumsum([len(v.written) for v in views])
        seen["elsewhere"] = [t.elsewhere for t in truths]

        def joined(parts: list[np.ndarray], dtype: np.dtype | type, *columns: int) -> np.ndarray:
            return np.concatenate([np.zeros((0, *columns), dtype), *parts]).astype(dtype)

        return Lesson(
            seen,
            joined([v.traces for v in views], TRACE),
            joined([v.reading for v in views], np.int8),
            joined([v.link for v in views], np.int16),
            joined([v.a4 for v in views], np.float16, self._a4_bands),
            joined([t.struck for t in truths], np.bool_),
            joined([t.extra for t in truths], np.bool_),
            joined([v.written for v in views], WRITTEN),
            joined([v.d4 for v in views], np.float16, 4),
            joined([t.played for t in truths], np.int8),
            joined([t.late_s for t in truths], np.float32),
            np.array(self._asked, ASKED),
        )


def joined(lessons: Sequence[Lesson]) -> Lesson:
    """One after the other."""
    arrays = {name: np.concatenate([getattr(each, name) for each in lessons]) for name in Lesson.__slots__}
    views = traces = written = asked = 0
    for each in lessons:
        arrays["seen"]["traces"][views : views + len(each)] += traces
        arrays["seen"]["written"][views : views + len(each)] += written
        arrays["asked"]["view"][asked : asked + len(each.asked)] += views
        views, asked = views + len(each), asked + len(each.asked)
        traces, written = traces + len(each.traces), written + len(each.written)
    return Lesson(**arrays)


def lesson_of(arrays: Mapping[str, np.ndarray]) -> Lesson:
    return Lesson(**{name: arrays[name] for name in Lesson.__slots__})


def asked_rows(lesson: Lesson) -> dict[int, np.ndarray]:
    """What was asked in each view in which something was."""
    found: dict[int, list] = {}
    for row in lesson.asked:
        found.setdefault(int(row["view"]), []).append(row)
    return {view: np.array(rows, ASKED) for view, rows in found.items()}
