"""A stretch of the bundled performance as the follower hears it: a bar broken off and begun again."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from repetiteur.benchmarks.pictures.sheet import Point, Sheet
from repetiteur.bridges import assets
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.scores import load_score
from repetiteur.realtime.follower import Follower
from repetiteur.realtime.inputs import NoteOn
from repetiteur.realtime.layout import lay_out
from repetiteur.realtime.score import Score

FROM_S, TO_S = 52.7, 58.2
FROM_Q, TO_Q = 56.5, 66.0
LEFT, RIGHT, TOP, BOTTOM = 70.0, 735.0, 50.0, 300.0  # of the upper part
BEHIND_TOP, BEHIND_BOTTOM, BEHIND_NATS = 345.0, 445.0, 15.0  # of the lower one
FAINTEST = 12.0  # nats behind the best at which a story is no longer drawn


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """The beam just after a note. Columns by story, best first."""

    time_s: float
    q: np.ndarray
    logp: np.ndarray
    root: np.ndarray
    shown_q: float
    shown_root: int


def followed() -> str:
    score = load_score(assets.SCORE)
    moments = _moments(score)
    old, new = moments[0].shown_root, moments[-1].shown_root
    changed_s = next(moment.time_s for moment in moments if moment.shown_root == new)
    sheet = Sheet(760, 500, "One take being followed: a bar is broken off and begun again")
    sheet.text(LEFT, 22, "Bar 21 of the bundled piece: a wrong note, a stop, and the bar begun again")
    sheet.text(
        LEFT, 38, "a dot: a story of where the player is, after each note; the stronger, the likelier", "soft"
    )
    _bars(sheet, score)
    for moment in moments:
        _stories(sheet, moment, old, new)
    line = [(_x(moment.time_s), _y(moment.shown_q)) for moment in moments]
    switch = next(k for k, moment in enumerate(moments) if moment.shown_root == new)
    sheet.line(line[:switch], "shown")
    sheet.line(line[switch - 1 : switch + 1], "shown dashed")
    sheet.line(line[switch:], "fresh")
    _behind(sheet, moments, old, new)
    for top, bottom in ((TOP, BOTTOM), (BEHIND_TOP, BEHIND_BOTTOM)):
        sheet.line([(_x(changed_s), top), (_x(changed_s), bottom)], "axis dashed")
    sheet.text(_x(changed_s) + 6, BOTTOM - 8, "from here on believed and shown", "soft")
    sheet.text(_x(55.55), BOTTOM - 8, "at this edge: stories elsewhere in the piece", "soft", "end")
    return sheet.markup()


def _moments(score: Score) -> list[Moment]:
    layout = lay_out(score)
    follower = Follower(layout)
    chord_q = np.asarray(layout.chord_q)
    found = []
    for item in read_performance(assets.PERFORMANCE):
        if not isinstance(item, NoteOn) or item.t_s > TO_S:
            continue
        follower.note(item.pitch, item.t_s)
        beam = follower._old  # what the next note will go on from
        stories = beam.hypotheses[: int(beam.size[0])].copy()
        if item.t_s >= FROM_S:
            found.append(
                Moment(item.t_s, chord_q[stories["chord"]], stories["logp"], stories["root"],
                       layout.chord_q[follower.chord], follower.root)
            )  # fmt: skip
    return found


def _bars(sheet: Sheet, score: Score) -> None:
    for bar, start_q in enumerate(score.bars["start_q"].tolist()):
        if FROM_Q <= start_q <= TO_Q:
            sheet.line([(LEFT, _y(start_q)), (RIGHT, _y(start_q))], "hair")
            sheet.text(LEFT - 8, _y(start_q) + 4, f"bar {score.bar_labels[bar]}", "soft", "end")
    for second in range(math.ceil(FROM_S), math.floor(TO_S) + 1):
        sheet.text(_x(second), BEHIND_BOTTOM + 18, f"{second} s", "soft", "middle")
        sheet.line([(_x(second), TOP), (_x(second), BOTTOM)], "hair")
        sheet.line([(_x(second), BEHIND_TOP), (_x(second), BEHIND_BOTTOM)], "hair")
    sheet.line([(LEFT, BOTTOM), (RIGHT, BOTTOM)], "axis")
    sheet.line([(LEFT, BEHIND_BOTTOM), (RIGHT, BEHIND_BOTTOM)], "axis")


def _stories(sheet: Sheet, moment: Moment, old: int, new: int) -> None:
    """The likeliest story at each place; those elsewhere in the piece at the lower edge."""
    drawn = set()
    for q, logp, root in zip(moment.q, moment.logp, moment.root, strict=True):
        behind = float(moment.logp.max() - logp)
        y = _y(float(q)) if FROM_Q <= q <= TO_Q else BOTTOM - 5
        if behind > FAINTEST or (y, root) in drawn:
            continue
        drawn.add((y, root))
        kind = "shown-dot" if root == old else "fresh-dot" if root == new else "hand-dot"
        radius = 4.5 if root in (old, new) else 3.5
        sheet.dot((_x(moment.time_s), y), radius, kind, 0.15 + 0.75 * (1.0 - behind / FAINTEST))


def _behind(sheet: Sheet, moments: list[Moment], old: int, new: int) -> None:
    """How far the best story of each origin is behind the best of all."""
    sheet.text(LEFT, BEHIND_TOP - 12, "nats behind the likeliest story")
    for root, kind, words in ((old, "shown", "played straight on"), (new, "fresh", "bar 21 begun again")):
        line: list[Point] = []
        for moment in moments:
            of_root = moment.logp[moment.root == root]
            if len(of_root):
                nats = min(float(moment.logp.max() - of_root.max()), BEHIND_NATS)
                line.append(
                    (_x(moment.time_s), BEHIND_TOP + nats / BEHIND_NATS * (BEHIND_BOTTOM - BEHIND_TOP))
                )
        sheet.line(line, kind)
        sheet.dot((LEFT + (250 if root == old else 420), BEHIND_TOP - 16), 4.0, f"{kind}-dot")
        sheet.text(LEFT + (260 if root == old else 430), BEHIND_TOP - 12, words, "soft")
    for nats in (0, 5, 10, 15):
        y = BEHIND_TOP + nats / BEHIND_NATS * (BEHIND_BOTTOM - BEHIND_TOP)
        sheet.text(LEFT - 8, y + 4, str(nats) if nats < BEHIND_NATS else f"{nats} +", "soft", "end")


def _x(time_s: float) -> float:
    return LEFT + (time_s - FROM_S) / (TO_S - FROM_S) * (RIGHT - LEFT)


def _y(q: float) -> float:
    return BOTTOM - (q - FROM_Q) / (TO_Q - FROM_Q) * (BOTTOM - TOP)
