"""Where a follower lost the player: stretches of a take worth looking at, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repetiteur.benchmarks.heard import Reports
from repetiteur.benchmarks.position_metrics import GRACE_S, PositionErrors
from repetiteur.benchmarks.truth import Truth
from repetiteur.realtime.score import Score

LATE_S = 0.3
SHOWN_S = 1.0
JOIN_ONSETS = 3  # stretches this near to each other are one


@dataclass(frozen=True, slots=True)
class LostPlace:
    """One stretch. Times in s, places in quarters."""

    start_s: float
    end_s: float
    onsets: int
    bar: str  # where the player was when it began
    expected_q: float
    expected_travel_q: float
    shown_bar: str
    shown_q: float
    shown_travel_q: float
    confidence: float
    worst_arrival_s: float  # signed, inf: never reached
    worst_shown_s: float

    def __str__(self) -> str:
        return (
            f"{self.start_s:8.2f} to {self.end_s:.2f} s, {self.onsets} onsets: player in bar {self.bar}"
            f" (q {self.expected_q:.2f}, travel {self.expected_travel_q:.2f}), shown bar {self.shown_bar}"
            f" (q {self.shown_q:.2f}, travel {self.shown_travel_q:.2f}, confidence {self.confidence:.2f});"
            f" worst arrival {self.worst_arrival_s:+.2f} s, worst display {self.worst_shown_s:.2f} s off"
        )


def find_lost_places(
    score: Score, truth: Truth, said: Reports, errors: PositionErrors
) -> tuple[LostPlace, ...]:
    """Stretches where onsets arrive over 0.3 s off or the display is over 1 s off."""
    bad = np.flatnonzero((np.abs(errors.arrival_s) > LATE_S) | (errors.shown_s > SHOWN_S))
    if not len(bad):
        return ()
    stretches = np.split(bad, np.flatnonzero(np.diff(bad) > JOIN_ONSETS) + 1)
    return tuple(_describe(stretch, score, truth, said, errors) for stretch in stretches)


def _describe(
    stretch: np.ndarray, score: Score, truth: Truth, said: Reports, errors: PositionErrors
) -> LostPlace:
    first = int(stretch[0]) + 1  # errors leave out the first onset
    start_s = float(truth.onsets[first, 1])
    report = int(np.searchsorted(said.ready_s, start_s + GRACE_S, side="right")) - 1
    known = report >= 0
    shown_q = float(said.written_q[report]) if known else float("nan")
    arrival = errors.arrival_s[stretch]
    return LostPlace(
        start_s=start_s,
        end_s=float(truth.onsets[int(stretch[-1]) + 1, 1]),
        onsets=len(stretch),
        bar=score.bar_labels[score.bar_at(float(truth.written_q[first]))],
        expected_q=float(truth.written_q[first]),
        expected_travel_q=float(truth.onsets[first, 0]),
        shown_bar=score.bar_labels[score.bar_at(shown_q)] if known else "none",
        shown_q=shown_q,
        shown_travel_q=float(said.travel_q[report]) if known else float("nan"),
        confidence=float(said.confidence[report]) if known else float("nan"),
        worst_arrival_s=float(arrival[np.argmax(np.abs(arrival))]),
        worst_shown_s=float(errors.shown_s[stretch].max()),
    )
