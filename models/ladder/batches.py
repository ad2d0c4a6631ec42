"""Views put side by side for training, with what really happened, a little disturbed if wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from repetiteur.kernels.ladder_read import MATCHED, NO_KEY, NOT_A_NOTE, STRAY
from repetiteur.models.ladder.lessons import ASKED, MISSED_ASKED, NOBODY, PLAYED, UNKNOWN, Lesson, Truth
from repetiteur.models.ladder.tokens import Tokens, View, tokens_of

YOUNG_S = 0.2  # of a key due more recently nobody has heard yet
LONG_DUE_S = 0.3  # a key due longer ago, which nothing in the truth stands for, is at a wrong place
DOUBTFUL = 0.5  # what such a key counts
ASKED_WEIGHT = 6.0  # what tokens count more, of which a verdict was about to be told
# Share of views disturbed so
STRANGE, SHIFTED, MISPLACED, WITHOUT_SCORE, UNREAD = 0.06, 0.3, 0.04, 0.03, 0.05
COINCIDENT_S = 0.3  # a note this near to when a key is due fits it by chance
SHIFT_S, MISPLACED_S = 0.04, (0.5, 3.0)
KNOWN_AFTER_S = 0.16  # a trace of a stroke is there
SAME_CHORD_S = 0.05


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows beyond a view's own are no tokens. Weights are 0 where nothing is to be learnt."""

    performance: Tensor  # (views, traces, columns)
    performance_at: Tensor  # (views, traces, 2)
    a4: Tensor
    is_trace: Tensor  # bool
    score: Tensor
    score_at: Tensor
    d4: Tensor
    is_written: Tensor
    linked: Tensor  # (views, traces, written), 1 or 0
    played: Tensor
    played_weight: Tensor
    late: Tensor  # tenths of seconds
    late_weight: Tensor
    struck: Tensor
    extra: Tensor
    trace_weight: Tensor
    extra_weight: Tensor
    here: Tensor  # 1 for the keys of the chord that was reached, as far as sound can tell by now
    elsewhere: Tensor  # (views,) 1 where what is played is not written here


def batch_of(
    lesson: Lesson,
    numbers: Sequence[int],
    asked: dict[int, np.ndarray],
    random: np.random.Generator | None = None,
) -> Batch:
    """``random``: disturb them."""
    told, reached = [], []
    for number in numbers:
        view, truth = lesson.view(number), lesson.truth(number)
        if random is not None and random.random() < STRANGE:
            view, truth = strange(view, truth, lesson.view(int(random.integers(len(lesson)))))
        elif random is not None:
            view, truth = disturbed(view, truth, random)
        told.append((tokens_of(view), truth, asked.get(number, np.zeros(0, ASKED))))
        reached.append(places_known(view, truth))
    traces = max(max(len(tokens.performance) for tokens, *_ in told), 1)
    written = max(max(len(tokens.score) for tokens, *_ in told), 1)

    def rows(each: list[np.ndarray], length: int) -> Tensor:
        out = np.zeros((len(each), length, *each[0].shape[1:]), np.float32)
        for row, values in zip(out, each, strict=True):
            row[: len(values)] = values
        return torch.from_numpy(out)

    def there(each: list[np.ndarray], length: int) -> Tensor:
        counts = torch.tensor([len(values) for values in each])
        return torch.arange(length) < counts[:, None]

    tokens = [each[0] for each in told]
    truths = [each[1] for each in told]
    weights = [_weights(*each) for each in told]
    linked = torch.zeros(len(told), traces, written)
    for row, each in enumerate(tokens):
        at = np.flatnonzero(each.link != NO_KEY)
        linked[row, at, each.link[at].astype(int)] = 1.0
    return Batch(
        rows([each.performance for each in tokens], traces),
        rows([each.performance_at for each in tokens], traces),
        rows([each.a4 for each in tokens], traces),
        there([each.performance for each in tokens], traces),
        rows([each.score for each in tokens], written),
        rows([each.score_at for each in tokens], written),
        rows([each.d4 for each in tokens], written),
        there([each.score for each in tokens], written),
        linked,
        rows([(each.played != 0).astype(np.float32) for each in truths], written),
        rows([weight[0] for weight in weights], written),
        rows([np.clip(each.late_s * 10, -5, 5) for each in truths], written),
        rows([(each.played == 1) * (np.abs(each.late_s) < 0.5) for each in truths], written),
        rows([each.struck for each in truths], traces),
        rows([each.extra for each in truths], traces),
        rows([weight[1] for weight in weights], traces),
        rows([of * (not each.elsewhere) for (_, of), each in zip(weights, truths, strict=True)], traces),
        rows(reached, written),
        torch.tensor([float(each.elsewhere) for each in truths]),
    )


def _weights(tokens: Tokens, truth: Truth, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the written keys, and of the traces."""
    due_s = tokens.score_at[:, 1]
    elsewhere = (truth.played == NOBODY) & (due_s > LONG_DUE_S)
    written = np.where(truth.played >= 0, 1.0, np.where(elsewhere, DOUBTFUL, 0.0))
    written = np.where(due_s > YOUNG_S, written, 0.0)
    traces = np.ones(len(truth.struck))
    for row in asked:
        weights = written if row["what"] == MISSED_ASKED else traces
        if row["row"] < len(weights):
            weights[row["row"]] *= ASKED_WEIGHT
    return written, traces


def places_known(view: View, truth: Truth) -> np.ndarray:
    """Which written keys are of the newest chord that can be known of."""
    struck_s = view.written["due_s"] + truth.late_s
    ago_s = np.where(truth.played == PLAYED, view.now_s - struck_s, np.inf)
    ago_s[ago_s < KNOWN_AFTER_S] = np.inf
    newest_s = ago_s.min(initial=np.inf)
    return (ago_s <= newest_s + SAME_CHORD_S) & np.isfinite(ago_s)


def disturbed(view: View, truth: Truth, random: np.random.Generator) -> tuple[View, Truth]:
    """As on a worse day: the score late or early, quite elsewhere, or gone; or nothing understood."""
    draw = random.random()
    if draw < WITHOUT_SCORE:
        view = replace(_unread(view), written=view.written[:0], d4=view.d4[:0])
        return view, replace(truth, played=truth.played[:0], late_s=truth.late_s[:0])
    if draw < WITHOUT_SCORE + MISPLACED:
        by_s = random.choice((-1, 1)) * random.uniform(*MISPLACED_S)
        return _shifted(view, by_s), replace(truth, played=np.full_like(truth.played, UNKNOWN))
    if random.random() < SHIFTED:
        by_s = random.normal(0, SHIFT_S)
        view, truth = _shifted(view, by_s), replace(truth, late_s=truth.late_s - np.float32(by_s))
    return (_unread(view) if random.random() < UNREAD else view), truth


def strange(view: View, truth: Truth, other: View) -> tuple[View, Truth]:
    """The score of another moment, most likely of another piece. A follower who has not noticed yet finds
    notes that fit all the same: so do those here that happen to."""
    written = other.written.copy()
    written["due_s"] += view.now_s - other.now_s
    reading = np.where(view.traces["note"] >= 0, STRAY, NOT_A_NOTE).astype(np.int8)
    link = np.full(len(view.traces), NO_KEY, np.int16)
    away_s = np.abs(view.traces["onset_s"][:, None] - written["due_s"])
    away_s[view.traces["pitch"][:, None] != written["pitch"]] = np.inf
    for trace in np.flatnonzero(reading == STRAY) if len(written) else ():
        row = int(away_s[trace].argmin())
        if away_s[trace, row] < COINCIDENT_S and row not in link:
            reading[trace], link[trace] = MATCHED, row
    unknown = np.full(len(written), UNKNOWN, np.int8), np.zeros(len(written), np.float32)
    view = replace(view, written=written, d4=other.d4, reading=reading, link=link)
    return view, Truth(*unknown, truth.struck, truth.extra, elsewhere=True)


def _shifted(view: View, by_s: float) -> View:
    written = view.written.copy()
    written["due_s"] += by_s
    return replace(view, written=written)


def _unread(view: View) -> View:
    """The follower took none of the notes for any key."""
    reading = np.where(view.reading == NOT_A_NOTE, NOT_A_NOTE, STRAY).astype(np.int8)
    return replace(view, reading=reading, link=np.full_like(view.link, NO_KEY))
