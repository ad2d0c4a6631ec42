"""Views made by lot, to look at."""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.ladder_read import MATCHED, NO_KEY, NOT_A_NOTE
from repetiteur.models.ladder.lessons import MISSED_ASKED, Lesson, Truth, Writer
from repetiteur.models.ladder.tokens import A4_BANDS, HEARD, TRACE, WRITTEN, View, d4_of


def some_view(random: np.random.Generator, traces: int, written: int) -> View:
    heard = np.zeros(traces, TRACE)
    heard["onset_s"] = np.sort(random.uniform(7.5, 9.9, traces))
    heard["pitch"] = random.integers(21, 109, traces)
    for name in HEARD:
        heard[name] = random.uniform(0, 1, traces)
    heard["note"] = np.where(random.random(traces) < 0.5, np.arange(traces), -1)
    keys = np.zeros(written, WRITTEN)
    keys["key"], keys["which_pass"] = np.arange(written), 1
    keys["pitch"] = random.integers(21, 109, written)
    keys["due_s"] = random.uniform(7.5, 10.3, written)
    keys["lasts_s"], keys["size"], keys["needed"] = 0.5, 3, True
    keys["rank"], keys["sounded"] = random.integers(0, 3, (2, written))
    reading = np.full(traces, NOT_A_NOTE, np.int8)
    link = np.full(traces, NO_KEY, np.int16)
    for trace in range(min(traces, written) // 2):
        reading[trace], link[trace] = MATCHED, trace
    return View(
        10.0, 0.8, heard, reading, link, keys,
        random.normal(0, 1, (traces, A4_BANDS)).astype(np.float32), d4_of(keys["pitch"]),
    )  # fmt: skip


def some_lesson(random: np.random.Generator, views: int) -> Lesson:
    """In which a trace was struck when it is high, and a key played when a high trace is of its pitch."""
    writer = Writer(A4_BANDS)
    for _ in range(views):
        view = some_view(random, int(random.integers(2, 20)), int(random.integers(1, 12)))
        struck = view.traces["sure"] > 0.5
        played = np.isin(view.written["pitch"], view.traces["pitch"][struck]).astype(np.int8)
        truth = Truth(played, np.zeros(len(played), np.float32), struck, np.zeros(len(struck), bool))
        writer.add(view, truth, [(MISSED_ASKED, 0, not played[0]), (0, 0, bool(struck[0]))])
    return writer.lesson()
