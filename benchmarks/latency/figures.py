"""What the noted times come to: percentiles, spread and missed deadlines, stage by stage and end to end."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from repetiteur.benchmarks.latency.ledger import Kind
from repetiteur.benchmarks.latency.receiver import CODES, Received

_SAME_Q = 1e-6
SLICES = 10  # of a run, to tell how steady it was
EDGES_MS = np.geomspace(0.01, 1000.0, 76)  # of the histograms


class Part(StrEnum):
    END = "end to end"  # from the note itself to the receiver
    COMPUTE = "compute"  # from the last sample needed, or the stamp: what a machine can change
    ALGORITHM = "algorithm"  # sound that has to be waited for: no machine can change it
    STAGE = "stage"


@dataclass(frozen=True, slots=True)
class Row:
    """Milliseconds."""

    what: str
    part: Part
    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    p999_ms: float  # NaN below a thousand
    max_ms: float
    missed: int | None  # deadlines; None where there is none
    slices_p50_ms: tuple[float, ...]
    slices_p99_ms: tuple[float, ...]
    histogram: tuple[int, ...]  # between EDGES_MS, first and last open


def row(
    what: str, part: Part, at_s: np.ndarray, took_s: np.ndarray, deadline_s: float | None = None
) -> Row | None:
    """``at_s``: when each was, for the slices. None where there is nothing to sum up."""
    known = np.isfinite(took_s)
    at_s, took_ms = at_s[known], took_s[known] * 1e3
    if not len(took_ms):
        return None
    p50, p95, p99, p999 = np.percentile(took_ms, (50, 95, 99, 99.9)).tolist()
    missed = None if deadline_s is None else int(np.count_nonzero(took_ms > deadline_s * 1e3))
    bins = np.clip(np.searchsorted(EDGES_MS, took_ms), 0, len(EDGES_MS))
    return Row(
        what, part, len(took_ms), p50, p95, p99, p999 if len(took_ms) >= 1000 else math.nan,
        float(took_ms.max()), missed, _sliced(at_s, took_ms, 50), _sliced(at_s, took_ms, 99),
        tuple(np.bincount(bins, minlength=len(EDGES_MS) + 1).tolist()),
    )  # fmt: skip


def received_s(told: np.ndarray, received: Received) -> np.ndarray:
    """Of every event told, when its packet came; NaN where it never did."""
    found = np.full(len(told), math.nan)
    came = 0
    for number, (code, note) in enumerate(zip(told["code"].tolist(), told["note"].tolist(), strict=True)):
        for ahead in range(came, min(came + 200, len(received.at_s))):  # packets may be lost, never overtake
            if received.code[ahead] == code and received.note[ahead] == note:
                found[number] = received.at_s[ahead]
                came = ahead + 1
                break
    return found


def first_of(causes: int, told: np.ndarray, came_s: np.ndarray, types: Sequence[str]) -> np.ndarray:
    """Of every cause, when the first event of one of these types that it caused came; NaN where none did."""
    found = np.full(causes, math.nan)
    wanted = np.isin(told["code"], [CODES[name] for name in types]) & (told["cause"] >= 0)
    for number in np.flatnonzero(wanted)[::-1]:
        found[told["cause"][number]] = came_s[number]
    return found


def reached(causes: np.ndarray, told: np.ndarray, came_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of every onset of the score that was matched, when it began, and when the first position came that was
    there or beyond. One that was foreseen comes before its onset. Onsets leapt to are left out."""
    where = np.flatnonzero(told["code"] == CODES["position"])
    place_q, matched_q = told["q"][where], told["q"]
    matches = np.flatnonzero((told["code"] == CODES["match"]) & (told["cause"] >= 0) & np.isfinite(matched_q))
    chords = np.flatnonzero(np.diff(matched_q[matches], prepend=math.nan) != 0.0)[1:]
    found = []
    for chord in np.split(matches, chords):
        if not len(chord):
            continue
        q = matched_q[chord[0]] - _SAME_Q
        there = int(np.searchsorted(where, chord[0]))
        while there < len(where) and place_q[there] < q:
            there += 1
        while there > 0 and q <= place_q[there - 1] <= place_q[min(there, len(where) - 1)]:
            there -= 1
        if 0 < there < len(where) and place_q[there - 1] < q:
            found.append((causes["onset_s"][told["cause"][chord]].min(), came_s[where[there]]))
    onset_s, there_s = np.array(found).reshape(-1, 2).T
    return onset_s, there_s


def rows(causes: np.ndarray, told: np.ndarray, came_s: np.ndarray, deadline_s: float) -> list[Row]:
    """``came_s``: as ``received_s``, on the clock of the causes."""
    found = [*_ends(causes, told, came_s, deadline_s)]
    for what, took_s in stages(causes, told, came_s):
        found.append(row(what, Part.STAGE, causes["at_s"], took_s))
    return [each for each in found if each is not None]


def _ends(
    causes: np.ndarray, told: np.ndarray, came_s: np.ndarray, deadline_s: float
) -> Iterator[Row | None]:
    count, at_s = len(causes), causes["at_s"]
    note_s = first_of(count, told, came_s, ["note"])
    verdict_s = first_of(count, told, came_s, ["match", "mistake"])
    played = causes["kind"] == Kind.PLAYED
    if played.any():
        place_s = first_of(count, told, came_s, ["position"])
        for what, arrived_s in (("note", note_s), ("verdict", verdict_s), ("position", place_s)):
            took_s = np.where(played, arrived_s - at_s, math.nan)
            deadline = deadline_s if what == "note" else None
            yield row(f"MIDI note → {what} received", Part.COMPUTE, at_s, took_s, deadline)
        return
    sure = causes["kind"] == Kind.CONFIRMED
    for what, which, arrived_s in (
        ("provisional note", ~sure, note_s),
        ("confirmed note", sure, note_s),
        ("verdict", sure, verdict_s),
    ):
        took_s = np.where(which, arrived_s - causes["onset_s"], math.nan)
        yield row(f"onset → {what} received", Part.END, at_s, took_s)
        if what.endswith("note"):
            ahead_s = np.where(which, at_s - causes["onset_s"], math.nan)
            yield row(f"onset → sample needed, {what}", Part.ALGORITHM, at_s, ahead_s)
            took_s = np.where(which, arrived_s - at_s, math.nan)
            yield row(f"sample needed → {what} received", Part.COMPUTE, at_s, took_s, deadline_s)
    onset_s, there_s = reached(causes, told, came_s)
    yield row("onset → position there", Part.END, onset_s, there_s - onset_s)


def stages(causes: np.ndarray, told: np.ndarray, came_s: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """What happened to every note one after the other, and how long each took it, seconds."""
    if (causes["kind"] != Kind.PLAYED).any():
        yield "filling the block, and the device", causes["delivered_s"] - causes["at_s"]
        yield "device → ears", np.maximum(causes["heard_from_s"] - causes["delivered_s"], 0.0)
        yield "hearing", causes["heard_s"] - causes["heard_from_s"]
    yield "→ engine's thread", causes["taken_s"] - causes["heard_s"]
    yield "following and judging", causes["followed_s"] - causes["taken_s"]
    yield "packing and sending all of it", causes["sent_s"] - causes["followed_s"]
    note_s = first_of(len(causes), told, came_s, ["note"])
    yield "events → note received", note_s - causes["followed_s"]


def _sliced(at_s: np.ndarray, took_ms: np.ndarray, percent: float) -> tuple[float, ...]:
    """The percentile in each tenth of the time."""
    share = (at_s - at_s.min()) / max(float(np.ptp(at_s)), 1e-9)
    number = np.minimum((share * SLICES).astype(int), SLICES - 1)
    parts = [took_ms[number == each] for each in range(SLICES)]
    return tuple(float(np.percentile(part, percent)) for part in parts if len(part))
