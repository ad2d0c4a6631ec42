"""Evidence in, changes of notes out: a stage round one kernel. Knows hops and keys, no clock."""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.notes_from_evidence import (
    CHANGE,
    CHANGES_OF_A_KEY,
    TRACE,
    Heads,
    Limits,
    new_keys,
    notes_from_evidence,
    settle_notes,
)
from repetiteur.models.encoder import heads as told
from repetiteur.realtime.hearing.thresholds import DEFAULTS, Thresholds

LOOKAHEAD_S = told.EARLY_DELAY * told.HOP_S
_HOPS_AT_ONCE = 8  # that the room for changes is sure to hold


class NoteDecoder:
    """One stream of evidence. Thread: whoever pushes. The result does not depend on how it is cut."""

    def __init__(self, thresholds: Thresholds = DEFAULTS, lookahead_s: float = LOOKAHEAD_S) -> None:
        """``lookahead_s``: how long after an onset a provisional note may come, at the most."""
        self._heads = heads_within(lookahead_s)
        self._limits = _limits(thresholds)
        self._changes = np.zeros(_HOPS_AT_ONCE * told.KEYS * CHANGES_OF_A_KEY, CHANGE)
        self._traces = np.zeros(_HOPS_AT_ONCE * told.KEYS, TRACE)
        self.reset()

    @property
    def provisional_delay_s(self) -> float:
        """From an onset to its provisional note; where there are none, to its confirmed one."""
        if not self._heads.tells_early:
            return self.delay_s
        return (self._heads.early_delay + (not self._heads.at_once)) * told.HOP_S

    @property
    def delay_s(self) -> float:
        """From an onset to its confirmed note."""
        return (self._heads.sure_delay + 1) * told.HOP_S

    def reset(self) -> None:
        """Forget everything; the next hop is the first."""
        self._keys = new_keys(told.KEYS, told.HEADS)

    def push(self, evidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Evidence (hops, KEYS, HEADS) in; rows of ``CHANGE`` and of ``TRACE`` out, each in the order
        they became known."""
        changes, traces = [], []
        evidence = np.ascontiguousarray(evidence, np.float32)
        while len(evidence):
            room = self._changes, self._traces
            taken, count, traced = notes_from_evidence(evidence, self._keys, self._heads, self._limits, *room)
            evidence = evidence[taken:]
            changes.append(self._changes[:count].copy())
            traces.append(self._traces[:traced].copy())
        if not changes:
            return self._changes[:0], self._traces[:0]
        return np.concatenate(changes), np.concatenate(traces)

    def finish(self) -> np.ndarray:
        """Nothing more will come: every note is settled."""
        return self._changes[: settle_notes(self._keys, self._heads, self._changes)].copy()


def heads_within(lookahead_s: float) -> Heads:
    """The latest onset head that speaks in time for provisional notes; none where the sure one does. A peak
    is seen one hop later, or at once where the head before is one hop quicker."""
    hops = int(lookahead_s / told.HOP_S + 1e-6)
    delays = told.ONSET_DELAYS
    in_time = [
        head for head, delay in enumerate(delays) if delay < hops or (delay == hops and delay - 1 in delays)
    ]
    early = max(in_time, default=0)
    return Heads(
        early=early,
        tells_early=early < told.SURE,
        early_delay=delays[early],
        at_once=0 < delays[early] == hops,
        sure=told.SURE,
        sure_delay=told.SURE_DELAY,
        middle=told.MIDDLE,
        middle_delay=delays[told.MIDDLE],
        quick=told.QUICK,
        quick_delay=delays[told.QUICK],
        frame=told.FRAME,
        frame_early=told.FRAME_EARLY,
        offset=told.OFFSET,
        velocity_early=told.VELOCITY_EARLY,
        velocity_early_delay=told.EARLY_DELAY,
        velocity=told.VELOCITY,
    )


def _limits(thresholds: Thresholds) -> Limits:
    return Limits(
        early=float(thresholds.early),
        sure=float(thresholds.sure),
        faint=float(thresholds.faint),
        frame=float(thresholds.frame),
        offset=float(thresholds.offset),
        apart=thresholds.apart_s / told.HOP_S,
        same=thresholds.same_s / told.HOP_S,
        silent=round(thresholds.silent_s / told.HOP_S),
    )
