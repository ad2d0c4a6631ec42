"""How well a follower says where the player is: arrival, displayed position, lost and found.

Inputs
    reports  (n, 2) array: time (s, performance clock) at which a client could first read the
             report, and the reported place (quarters on the axis of the truth), in order.
    truth    (m, 2) array: place of each distinct score onset that was played, strictly
             rising, and the time (s) of its earliest matched note, never falling.

Conventions (as in the field's comparisons of followers)
    arrival    the first report at or past a place, minus when it was played; positive is late.
               A place never reached is a miss: infinite for medians, 5 s for means.
    near       the same, but of all upward crossings of a place the one nearest in time.
    shown      the last report readable 0.1 s after an onset, turned into seconds by the
               truth's own time line, and compared with that onset's time.
    lost       shown wrongly by more than 2 s; *got lost* when that lasts 5 s or longer,
               *ended lost* when it holds at the last five onsets.
    The first onset is not scored: every follower starts there for free.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from repetiteur.bridges.planting.rising import longest_rising

REACH_Q = 0.02  # a report this little short of a place has reached it
MISS_S = 5.0  # what a place never reached counts in a mean
GRACE_S = 0.1
LOST_S = 2.0
LOST_SPAN_S = 5.0
BACK_Q = 1.0
WINDOW_S = 30.0
WINDOW_BEATS = 0.5
LOOK_UP_S = 1e-3  # note times went through 32-bit floats; a stamp on the note is not late


@dataclass(frozen=True, slots=True)
class PositionMeasures:
    """One take, or several pooled by onset. Shares are 0 to 1."""

    onsets: int
    reports: int
    reached: float
    median_ms: float
    mean_ms: float
    bias_ms: float  # median signed error of the reached onsets
    p90_ms: float
    within_25: float
    within_50: float
    within_100: float
    within_200: float
    within_300: float
    within_500: float
    within_1000: float
    near_median_ms: float
    near_within_50: float
    near_within_100: float
    near_within_300: float
    near_within_1000: float
    shown_within_200: float
    shown_within_500: float
    shown_within_1000: float
    lost_share: float
    longest_lost_s: float
    got_lost: int  # takes
    ended_lost: int  # takes
    n_back: int


@dataclass(frozen=True, slots=True, eq=False)
class PositionErrors:
    """Per scored onset: its time and its three errors (s); and what only a whole take has."""

    time_s: np.ndarray
    arrival_s: np.ndarray  # signed, inf where never reached
    near_s: np.ndarray  # signed, inf where never crossed
    shown_s: np.ndarray  # absolute
    reports: int
    n_back: int


def validate(reports: np.ndarray, truth: np.ndarray) -> None:
    """Raise ValueError where the conventions above do not hold."""
    if reports.ndim != 2 or reports.shape[1] != 2:
        raise ValueError(f"reports have shape {reports.shape}, expected (n, 2)")
    if truth.ndim != 2 or truth.shape[1] != 2 or len(truth) < 2:
        raise ValueError(f"truth has shape {truth.shape}, expected (2 or more, 2)")
    if not np.isfinite(truth).all() or not np.isfinite(reports).all():
        raise ValueError("times and places must be finite")
    if (np.diff(truth[:, 0]) <= 0).any():
        raise ValueError("places of the truth must rise strictly")
    if (np.diff(truth[:, 1]) < 0).any():
        raise ValueError("times of the truth must not fall")
    if (np.diff(reports[:, 0]) < 0).any():
        raise ValueError("times of the reports must not fall")


def clean_truth(pairs: Iterable[tuple[float, float]]) -> tuple[np.ndarray, int]:
    """Truth from (place, time) pairs, and how many places had to be dropped.

    One row per place with its earliest time; rows off the longest chain of times that
    never fall (annotation noise, widely spread chords) are dropped.
    """
    earliest: dict[float, float] = {}
    for place, time_s in pairs:
        key = round(float(place), 4)
        earliest[key] = min(earliest.get(key, np.inf), float(time_s))
    places = np.array(sorted(earliest))
    times = np.array([earliest[place] for place in places])
    keep = longest_rising(times)
    return np.column_stack([places[keep], times[keep]]), len(places) - len(keep)


def arrival_errors(reports: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Signed arrival error (s) of every row of the truth; inf where never reached."""
    furthest = np.maximum.accumulate(reports[:, 1])
    first = np.searchsorted(furthest, truth[:, 0] - REACH_Q, side="left")
    arrived = np.append(reports[:, 0], np.inf)[first]
    return arrived - truth[:, 1]


def near_errors(reports: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Like arrival, for the upward crossing nearest in time."""
    best = np.full(len(truth), np.inf)
    before = np.concatenate([[-np.inf], reports[:, 1]])[:-1]
    rises = np.flatnonzero(reports[:, 1] > before)
    low = np.searchsorted(truth[:, 0], before[rises] + REACH_Q, side="right")
    high = np.searchsorted(truth[:, 0], reports[rises, 1] + REACH_Q, side="right")
    for index, start, stop in zip(rises, low, high, strict=True):
        if stop > start:
            error = reports[index, 0] - truth[start:stop, 1]
            closer = np.abs(error) < np.abs(best[start:stop])
            best[start:stop][closer] = error[closer]
    return best


def shown_errors(reports: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Seconds between the place displayed shortly after each onset and that onset."""
    shown = displayed(reports, truth[:, 1], float(truth[0, 0]))
    return np.abs(np.interp(shown, truth[:, 0], truth[:, 1]) - truth[:, 1])


def displayed(reports: np.ndarray, times_s: np.ndarray, before: float) -> np.ndarray:
    """The place on display ``GRACE_S`` after each time; ``before`` the first report, that value."""
    last = np.searchsorted(reports[:, 0], times_s + GRACE_S, side="right")
    return np.concatenate([[before], reports[:, 1]])[last]


def errors(reports: np.ndarray, truth: np.ndarray) -> PositionErrors:
    """All errors of one take, the first onset left out."""
    reports = np.asarray(reports, float).reshape(-1, 2)
    truth = np.asarray(truth, float)
    validate(reports, truth)
    return PositionErrors(
        truth[1:, 1],
        arrival_errors(reports, truth)[1:],
        near_errors(reports, truth)[1:],
        shown_errors(reports, truth)[1:],
        len(reports),
        int((np.diff(reports[:, 1]) < -BACK_Q).sum()),
    )


def evaluate(reports: np.ndarray, truth: np.ndarray) -> PositionMeasures:
    """The measures of one take."""
    return summarise([errors(reports, truth)])


def summarise(takes: list[PositionErrors]) -> PositionMeasures:
    """The measures of several takes as of one long one: every onset counts the same."""
    signed = np.concatenate([take.arrival_s for take in takes])
    late = np.abs(signed)
    near = np.abs(np.concatenate([take.near_s for take in takes]))
    shown = np.concatenate([take.shown_s for take in takes])
    reached = np.isfinite(signed)
    longest = [_longest_lost(take) for take in takes]
    share = {ms: float(np.mean(late <= ms / 1e3)) for ms in (25, 50, 100, 200, 300, 500, 1000)}
    return PositionMeasures(
        onsets=len(late),
        reports=sum(take.reports for take in takes),
        reached=float(np.mean(reached)),
        median_ms=float(np.median(late) * 1e3),
        mean_ms=float(np.mean(np.minimum(late, MISS_S)) * 1e3),
        bias_ms=float(np.median(signed[reached]) * 1e3) if reached.any() else float("nan"),
        p90_ms=float(np.percentile(late, 90) * 1e3) if reached.mean() > 0.9 else float("inf"),
        within_25=share[25],
        within_50=share[50],
        within_100=share[100],
        within_200=share[200],
        within_300=share[300],
        within_500=share[500],
        within_1000=share[1000],
        near_median_ms=float(np.median(near) * 1e3),
        near_within_50=float(np.mean(near <= 0.05)),
        near_within_100=float(np.mean(near <= 0.1)),
        near_within_300=float(np.mean(near <= 0.3)),
        near_within_1000=float(np.mean(near <= 1.0)),
        shown_within_200=float(np.mean(shown <= 0.2)),
        shown_within_500=float(np.mean(shown <= 0.5)),
        shown_within_1000=float(np.mean(shown <= 1.0)),
        lost_share=float(np.mean(shown > LOST_S)),
        longest_lost_s=max(longest),
        got_lost=sum(span >= LOST_SPAN_S for span in longest),
        ended_lost=sum(bool((take.shown_s[-5:] > LOST_S).all()) for take in takes),
        n_back=sum(take.n_back for take in takes),
    )


def single_worker_clock(available_s: np.ndarray, cost_s: np.ndarray) -> np.ndarray:
    """When each result is ready if one worker takes the inputs in order.

    Work on an input starts when it exists and the one before is done.
    """
    done = np.empty(len(available_s))
    free = -np.inf
    for index, (available, cost) in enumerate(zip(available_s, cost_s, strict=True)):
        free = max(free, available) + cost
        done[index] = free
    return done


def tracked(stamps: np.ndarray, truth_beats: np.ndarray) -> tuple[bool, float]:
    """The public matchmaker benchmark's rule: (tracked, worst window's median beat error).

    ``stamps`` are (the follower's own time stamp, beat), ``truth_beats`` (beat, time).
    Tracked: in every 30 s window that begins at an onset, the median error of the beat
    last stamped is at most half a beat. Latency does not count.
    """
    stamps = stamps[np.argsort(stamps[:, 0], kind="stable")]
    times = truth_beats[:, 1]
    last = np.searchsorted(stamps[:, 0], times + LOOK_UP_S, side="right")
    beats = np.concatenate([[np.nan], stamps[:, 1]])[last]
    error = np.abs(beats - truth_beats[:, 0])
    if not np.isfinite(error).any():
        return False, float("inf")
    worst = 0.0
    for start, time_s in enumerate(times):
        stop = int(np.searchsorted(times, time_s + WINDOW_S, side="right"))
        window = error[start:stop]
        window = window[np.isfinite(window)]
        if len(window):
            worst = max(worst, float(np.median(window)))
        if stop >= len(times):
            break
    return worst <= WINDOW_BEATS, worst


def _longest_lost(take: PositionErrors) -> float:
    longest, since = 0.0, None
    for time_s, lost in zip(take.time_s, take.shown_s > LOST_S, strict=True):
        if not lost:
            since = None
            continue
        since = time_s if since is None else since
        longest = max(longest, float(time_s - since))
    return longest
