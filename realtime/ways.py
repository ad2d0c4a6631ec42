"""The play order as the kernels see it: segments that sound, and the ways between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repetiteur.kernels.score_arrays import SEGMENT, TOUR, WAY, table
from repetiteur.realtime.score import END, PlayOrder, Score


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """What of the kernels' score hangs on the play order, see ``ScoreArrays``."""

    chord_segment: np.ndarray
    segments: np.ndarray
    ways: np.ndarray
    tour: np.ndarray
    tour_visits: np.ndarray


def find_ways(score: Score, order: PlayOrder, chord_q: np.ndarray) -> Ways:
    """The play order without its silent segments, whose time becomes part of the ways."""
    starts = np.array([segment.start_q for segment in order.segments])
    owner = np.clip(np.searchsorted(starts, chord_q + 1e-6, side="right") - 1, 0, None)
    sounding = np.unique(owner).tolist()
    number = {segment: k for k, segment in enumerate(sounding)}
    chord_segment = np.searchsorted(np.array(sounding), owner)
    span_q = np.array([(order.segments[s].start_q, order.segments[s].end_q) for s in sounding])
    span_s = score.nominal_seconds(span_q)
    way_first, ways = [0], []
    for segment in sounding:
        for target, when, gap_q, gap_s in _ways(score, order, segment, number):
            asked_for = sum(1 << (visit - 1) for visit in when if visit <= 60)
            ways.append((number[target], asked_for, gap_s, gap_q))
        way_first.append(len(ways))
    segments = table(
        SEGMENT, len(sounding),
        first=np.searchsorted(chord_segment, np.arange(len(sounding))),
        last=np.searchsorted(chord_segment, np.arange(len(sounding)), side="right"),
        begin_s=span_s[:, 0], end_s=span_s[:, 1], begin_q=span_q[:, 0], end_q=span_q[:, 1],
        way_first=np.array(way_first[:-1]), way_last=np.array(way_first[1:]),
    )  # fmt: skip
    return Ways(chord_segment, segments, np.array(ways, WAY), *_tour(order, number))


def _tour(order: PlayOrder, sounding: dict[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The notated order through the sounding segments: which, how far travelled, visits so far."""
    visits = np.zeros(len(sounding), np.int32)
    tour, counts = [], []
    travelled = order.segments[0].start_q
    for index in order.notated:
        segment = order.segments[index]
        if index in sounding:
            visits[sounding[index]] += 1
            tour.append((sounding[index], travelled - segment.start_q))
            counts.append(visits.copy())
        travelled += segment.end_q - segment.start_q
    return np.array(tour, TOUR), np.array(counts, np.int32).reshape(-1, len(sounding))


def _ways(score: Score, order: PlayOrder, source: int, sounding: dict[int, int]):
    """(target, when, gap_q, gap_s) of each sounding segment reached, through silent ones."""
    found: dict[int, tuple[tuple[int, ...], float, float]] = {}
    waiting = [(edge, edge.when, 0.0, 0.0, frozenset[int]()) for edge in order.ways_from(source)]
    while waiting:
        edge, when, gap_q, gap_s, through = waiting.pop()
        if edge.target == END or edge.target in through:
            continue
        if edge.target in sounding:
            known = found.get(edge.target)
            if known is None or len(when) > len(known[0]):
                found[edge.target] = (when, gap_q, gap_s)
            continue
        silent = order.segments[edge.target]
        span_s = float(np.diff(score.nominal_seconds(np.array([silent.start_q, silent.end_q])))[0])
        for onward in order.ways_from(edge.target):
            waiting.append(
                (onward, when, gap_q + silent.end_q - silent.start_q, gap_s + span_s, through | {edge.target})
            )
    for target, (when, gap_q, gap_s) in sorted(found.items()):
        yield target, when, gap_q, gap_s
