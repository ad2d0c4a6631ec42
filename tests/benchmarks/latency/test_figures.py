"""The arithmetic of the latency bench; and that it runs, without a word about how quick it was."""

from __future__ import annotations

import math

import numpy as np
import pytest

from repetiteur.benchmarks.latency import figures
from repetiteur.benchmarks.latency.compare import Verdict, changes, verdict
from repetiteur.benchmarks.latency.figures import Part
from repetiteur.benchmarks.latency.ledger import CAUSE, TOLD, Kind
from repetiteur.benchmarks.latency.receiver import CODES, Received
from repetiteur.realtime.errors import InputError

NOTE, MATCH, POSITION = CODES["note"], CODES["match"], CODES["position"]
NOWHERE = math.nan


def events(*rows: tuple[int, int, int, float]) -> np.ndarray:
    return np.array(list(rows), TOLD)


def test_percentiles_slices_and_missed_deadlines() -> None:
    at_s, took_s = np.linspace(0.0, 10.0, 1000), np.linspace(0.001, 0.1, 1000)
    row = figures.row("", Part.STAGE, at_s, took_s, deadline_s=0.05)
    assert row is not None
    assert row.p50_ms == pytest.approx(50.5) and row.max_ms == pytest.approx(100.0)
    assert row.missed == 505 and sum(row.histogram) == row.count == 1000
    assert len(row.slices_p50_ms) == 10 and row.slices_p50_ms[0] == pytest.approx(5.9, abs=0.1)
    few = figures.row("", Part.STAGE, at_s[:10], took_s[:10])
    assert few is not None and math.isnan(few.p999_ms) and few.missed is None
    assert figures.row("", Part.STAGE, at_s[:1], np.array([math.nan])) is None


def test_packets_are_matched_in_order_and_lost_ones_are_known() -> None:
    told = events(*((cause, code, note, NOWHERE) for cause, code, note in (
        (0, NOTE, 0), (0, MATCH, -1), (1, NOTE, 1), (1, MATCH, -1), (1, MATCH, -1))))  # fmt: skip
    received = Received(
        np.array([1.0, 2.0, 3.0, 4.0]), np.array([NOTE, MATCH, MATCH, MATCH]), np.array([0, -1, -1, -1])
    )
    came_s = figures.received_s(told, received)
    np.testing.assert_array_equal(came_s, [1.0, 2.0, math.nan, 3.0, 4.0])
    np.testing.assert_array_equal(figures.first_of(3, told, came_s, ["match"]), [2.0, 3.0, math.nan])


def test_what_must_be_waited_for_is_apart_from_what_is_computed() -> None:
    causes = np.zeros(2, CAUSE)
    causes["kind"] = Kind.PROVISIONAL, Kind.CONFIRMED
    causes["onset_s"], causes["at_s"] = 1.0, (1.04, 1.16)
    told = events((0, NOTE, 0, NOWHERE), (1, NOTE, 0, NOWHERE))
    rows = {row.what: row for row in figures.rows(causes, told, np.array([1.045, 1.17]), 0.006)}
    assert rows["onset → provisional note received"].p50_ms == pytest.approx(45.0)
    assert rows["onset → sample needed, provisional note"].p50_ms == pytest.approx(40.0)
    assert rows["sample needed → provisional note received"].p50_ms == pytest.approx(5.0)
    assert rows["sample needed → provisional note received"].missed == 0
    assert rows["sample needed → confirmed note received"].missed == 1
    assert rows["onset → provisional note received"].part is Part.END


def test_a_position_counts_from_the_onset_to_the_first_that_is_there() -> None:
    causes = np.zeros(5, CAUSE)
    causes["kind"], causes["onset_s"] = Kind.CONFIRMED, (1.0, 2.0, 1.99, 3.0, 4.0)
    told = events(
        (-1, POSITION, -1, 0.0), (0, MATCH, -1, 0.0),  # waited for: nothing was reached
        (-1, POSITION, -1, 0.9), (-1, POSITION, -1, 1.0), (-1, POSITION, -1, 1.1),
        (1, MATCH, -1, 1.0), (2, MATCH, -1, 1.0), (3, MATCH, -1, NOWHERE),  # foreseen; a grace note
        (3, MATCH, -1, 2.0), (-1, POSITION, -1, 2.5),
        (-1, POSITION, -1, 1.5), (4, MATCH, -1, 1.5),  # leapt to
    )  # fmt: skip
    came_s = 1.0 + 0.1 * np.arange(len(told))
    onset_s, there_s = figures.reached(causes, told, came_s)
    np.testing.assert_allclose(onset_s, [1.99, 3.0])
    np.testing.assert_allclose(there_s, [1.3, 1.9])


def test_a_change_is_told_from_noise() -> None:
    calm = [1.0, 1.1, 0.9, 1.05, 0.95, 1.0, 1.02, 0.98, 1.0, 1.0]
    assert verdict(calm, [2 * each for each in calm]) is Verdict.SLOWER
    assert verdict(calm, [each / 2 for each in calm]) is Verdict.QUICKER
    assert verdict(calm, calm[::-1]) is Verdict.NOISE
    assert verdict([0.2, 5.0, 1.0, 30.0], [0.4, 10.0, 2.0, 60.0]) is Verdict.NOISE
    assert verdict([1.0], calm) is Verdict.UNKNOWN
    assert verdict([each - 2.0 for each in calm], calm) is Verdict.SLOWER


def test_another_programs_json_is_refused() -> None:
    with pytest.raises(InputError):
        list(changes({"runs": [{}]}, {"runs": []}))
    with pytest.raises(InputError):
        list(changes({}, {}))
