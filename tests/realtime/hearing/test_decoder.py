from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from repetiteur.kernels.notes_from_evidence import CHANGE, CONFIRMED, ENDED, PROVISIONAL, TRACE, WITHDRAWN
from repetiteur.models.encoder import heads
from repetiteur.realtime.hearing.decoder import NoteDecoder, heads_within
from repetiteur.realtime.hearing.thresholds import FOLLOWING, Thresholds

Notes = list[tuple[int, float, float, int]]
Ideal = Callable[[Notes, float], np.ndarray]

ONE: Notes = [(60, 0.5034, 0.8, 80)]


def decode(evidence: np.ndarray, cut: int | None = None, **how: float) -> np.ndarray:
    """All changes, the evidence given ``cut`` hops at a time."""
    decoder = NoteDecoder(**how)  # pyright: ignore[reportArgumentType]
    cut = cut or max(len(evidence), 1)
    parts = [decoder.push(evidence[k : k + cut])[0] for k in range(0, len(evidence), cut)]
    return np.concatenate([*parts, decoder.finish()])


def of_kind(changes: np.ndarray, kind: int) -> np.ndarray:
    return changes[changes["kind"] == kind]


def as_notes(changes: np.ndarray, kind: int) -> np.ndarray:
    """Pitch, onset, offset (NaN where none), velocity, in the order of onsets."""
    ends = {row["note"]: row["moment"] for row in of_kind(changes, ENDED)}
    rows = [
        (row["key"] + heads.LOWEST_KEY, row["moment"] * heads.HOP_S,
         ends.get(row["note"], np.nan) * heads.HOP_S, row["velocity"] * 128)
        for row in of_kind(changes, kind)
    ]  # fmt: skip
    return np.array(sorted(rows))


def test_ideal_evidence_gives_back_every_note(ideal_evidence: Ideal, many_notes: Notes) -> None:
    changes = decode(ideal_evidence(many_notes, 9.5))
    true = np.array(sorted(many_notes))
    for kind in (PROVISIONAL, CONFIRMED):
        heard = as_notes(changes, kind)
        assert len(heard) == len(true)
        assert (heard[:, 0] == true[:, 0]).all()
        assert np.abs(heard[:, 1] - true[:, 1]).max() < 0.001
        assert np.abs(heard[:, 3] - true[:, 3]).max() < 0.01
        assert np.abs(heard[:, 2] - true[:, 2]).max() < 0.011
    assert not len(of_kind(changes, WITHDRAWN))


def test_noise_neither_shifts_onsets_nor_adds_notes(ideal_evidence: Ideal, many_notes: Notes) -> None:
    random = np.random.default_rng(1)
    evidence = ideal_evidence(many_notes, 9.5) * 0.85
    evidence = np.clip(evidence + random.normal(0.0, 0.03, evidence.shape), 0, 1).astype(np.float32)
    heard = as_notes(decode(evidence), CONFIRMED)
    true = np.array(sorted(many_notes))
    assert len(heard) == len(true)
    late_s = heard[:, 1] - true[:, 1]
    assert abs(np.median(late_s)) < 0.001
    assert np.abs(late_s).max() < 0.005


def test_a_note_is_told_after_the_look_ahead_and_again_when_it_is_sure(ideal_evidence: Ideal) -> None:
    changes = decode(ideal_evidence(ONE, 1.5))
    assert list(changes["kind"]) == [PROVISIONAL, CONFIRMED, ENDED]
    assert set(changes["note"]) == {0}
    heard_s = (changes["hop"] + 1) * heads.HOP_S
    decoder = NoteDecoder()
    assert decoder.provisional_delay_s == pytest.approx(0.04)
    assert decoder.delay_s == pytest.approx(0.16)
    assert heard_s[0] - 0.5034 == pytest.approx(decoder.provisional_delay_s, abs=0.0051)
    assert heard_s[1] - 0.5034 == pytest.approx(decoder.delay_s, abs=0.0051)


@pytest.mark.parametrize("lookahead_ms", [10, 20, 40, 80])
def test_any_look_ahead_the_encoder_was_made_for(ideal_evidence: Ideal, lookahead_ms: int) -> None:
    changes = decode(ideal_evidence(ONE, 1.5), lookahead_s=lookahead_ms / 1000)
    first = changes[0]
    assert first["kind"] == PROVISIONAL
    assert first["moment"] * heads.HOP_S == pytest.approx(0.5034, abs=0.0005)
    assert (first["hop"] + 1) * heads.HOP_S - 0.5034 == pytest.approx(lookahead_ms / 1000, abs=0.0051)
    known = 80.0 if lookahead_ms >= 40 else np.nan
    assert first["velocity"] * 128 == pytest.approx(known, abs=0.01, nan_ok=True)


def test_with_a_look_ahead_long_enough_to_be_sure_nothing_is_provisional(ideal_evidence: Ideal) -> None:
    changes = decode(ideal_evidence(ONE, 1.5), lookahead_s=0.16)
    assert list(changes["kind"]) == [CONFIRMED, ENDED]
    assert heads_within(0.0).early == 0, "no sooner than the soonest"


def test_what_the_sure_head_does_not_see_is_withdrawn(ideal_evidence: Ideal) -> None:
    evidence = ideal_evidence(ONE, 1.5)
    evidence[:, :, heads.SURE] = 0
    changes = decode(evidence)
    assert list(changes["kind"]) == [PROVISIONAL, WITHDRAWN]
    waited_s = (changes["hop"][1] + 1) * heads.HOP_S - 0.5034
    assert waited_s == pytest.approx(0.16 + Thresholds().same_s, abs=0.011)


def test_what_only_the_sure_head_sees_is_confirmed_at_once(ideal_evidence: Ideal) -> None:
    evidence = ideal_evidence(ONE, 1.5)
    evidence[:, :, heads.EARLY] = 0
    assert list(decode(evidence)["kind"]) == [CONFIRMED, ENDED]


def test_a_note_is_not_told_while_the_next_moment_promises_more(ideal_evidence: Ideal) -> None:
    evidence = ideal_evidence(ONE, 1.5)
    (told,) = of_kind(decode(evidence), PROVISIONAL)
    evidence[told["hop"], :, heads.QUICK] = 1.0
    (later,) = of_kind(decode(evidence), PROVISIONAL)
    assert later["hop"] == told["hop"] + 1


def test_a_note_seen_late_is_told_late(ideal_evidence: Ideal) -> None:
    evidence = ideal_evidence(ONE, 1.5)
    (told,) = of_kind(decode(evidence), PROVISIONAL)
    evidence[: told["hop"] + 1, :, heads.EARLY] = 0.0
    late, sure = decode(evidence)[:2]
    assert late["kind"] == PROVISIONAL and late["hop"] == told["hop"] + 1
    assert late["moment"] == pytest.approx(told["moment"], abs=1.5)
    assert sure["kind"] == CONFIRMED and sure["note"] == late["note"]


def test_a_sure_onset_elsewhere_is_another_note(ideal_evidence: Ideal) -> None:
    sure = ideal_evidence([(60, 0.6, 0.8, 80)], 1.5)
    evidence = ideal_evidence(ONE, 1.5)
    evidence[:, :, heads.SURE] = sure[:, :, heads.SURE]
    changes = decode(evidence)
    assert [tuple(row) for row in changes[["kind", "note"]]] == [
        (PROVISIONAL, 0), (WITHDRAWN, 0), (CONFIRMED, 1), (ENDED, 1)
    ]  # fmt: skip


def test_a_key_struck_again_ends_the_former_note(ideal_evidence: Ideal) -> None:
    evidence = ideal_evidence([(60, 0.5, 2.0, 80), (60, 0.8, 2.0, 60)], 2.5)
    notes = as_notes(decode(evidence), CONFIRMED)
    assert notes[:, 2] == pytest.approx([0.8, 2.0], abs=0.01)


def test_no_note_ends_before_20_ms(ideal_evidence: Ideal) -> None:
    evidence = ideal_evidence(ONE, 1.5)
    evidence[:, :, heads.FRAME] = 0
    evidence[:, :, heads.OFFSET] = 0
    (note,) = as_notes(decode(evidence), CONFIRMED)
    assert note[2] - note[1] == pytest.approx(0.02, abs=0.011)
    assert note[2] - note[1] >= 0.02 - 1e-9


def test_frames_end_a_note_without_an_offset(ideal_evidence: Ideal) -> None:
    evidence = ideal_evidence(ONE, 1.5)
    evidence[:, :, heads.OFFSET] = 0
    (note,) = as_notes(decode(evidence), CONFIRMED)
    assert note[2] == pytest.approx(0.8, abs=0.01)


def test_a_hole_in_the_frames_is_not_an_end(ideal_evidence: Ideal) -> None:
    evidence = ideal_evidence(ONE, 1.5)
    evidence[80:82, :, heads.FRAME] = 0
    (note,) = as_notes(decode(evidence), CONFIRMED)
    assert note[2] == pytest.approx(0.8, abs=0.01)


def settled(changes: np.ndarray) -> bool:
    """Every note confirmed or withdrawn once, at last; confirmed ones end once, afterwards."""
    for note in np.unique(changes["note"]):
        kinds = tuple(changes["kind"][changes["note"] == note])
        if kinds not in (
            (PROVISIONAL, WITHDRAWN), (PROVISIONAL, CONFIRMED, ENDED), (CONFIRMED, ENDED)
        ):  # fmt: skip
            return False
    return True


@pytest.fixture(scope="module")
def nonsense() -> np.ndarray:
    """Far more of everything than music has."""
    return np.random.default_rng(2).random((400, heads.KEYS, heads.HEADS)).astype(np.float32)


@pytest.mark.parametrize("end", [0, 1, 2, 17, 200, 400])
def test_every_note_is_settled_wherever_it_breaks_off(nonsense: np.ndarray, end: int) -> None:
    changes = decode(nonsense[:end])
    assert settled(changes)
    assert set(changes["note"]) == set(range(changes["note"].max(initial=-1) + 1))


@pytest.mark.parametrize("cut", [1, 3, 37])
def test_in_pieces_as_in_one(nonsense: np.ndarray, cut: int) -> None:
    # NaN velocities are equal too when the bytes are.
    assert decode(nonsense, cut).tobytes() == decode(nonsense).tobytes()


@pytest.mark.parametrize("end", [60, 211])
def test_what_comes_later_changes_nothing_told_before(nonsense: np.ndarray, end: int) -> None:
    whole, decoder = decode(nonsense), NoteDecoder()
    part, _ = decoder.push(nonsense[:end])
    assert whole[whole["hop"] < end].tobytes()[: part.nbytes] == part.tobytes()
    assert not len(whole[: len(part)]) or whole["hop"][len(part)] >= end


def test_reset_forgets(nonsense: np.ndarray) -> None:
    decoder = NoteDecoder()
    decoder.push(nonsense)
    decoder.reset()
    again = np.concatenate([decoder.push(nonsense[:50])[0], decoder.finish()])
    assert again.tobytes() == decode(nonsense[:50]).tobytes()


def test_silence_and_no_evidence_tell_nothing() -> None:
    decoder = NoteDecoder()
    for hops in (0, 300):
        changes, traces = decoder.push(np.zeros((hops, heads.KEYS, heads.HEADS), np.float32))
        assert changes.dtype == CHANGE and not len(changes)
        assert traces.dtype == TRACE and not len(traces)
    assert not len(decoder.finish())


def test_evidence_that_is_no_number_is_no_note(ideal_evidence: Ideal) -> None:
    evidence = ideal_evidence(ONE, 1.5)
    evidence[20:30] = np.nan
    assert list(decode(evidence)["kind"]) == [PROVISIONAL, CONFIRMED, ENDED]


def traced(evidence: np.ndarray, cut: int) -> np.ndarray:
    decoder = NoteDecoder(FOLLOWING)
    return np.concatenate([decoder.push(evidence[k : k + cut])[1] for k in range(0, len(evidence), cut)])


def test_traces_tell_what_the_heads_say_of_each_note(ideal_evidence: Ideal, many_notes: Notes) -> None:
    evidence = ideal_evidence(many_notes, 9.5)
    found = traced(evidence, 700)
    confirmed = of_kind(decode(evidence), CONFIRMED)
    notes = found[found["note"] >= 0]
    assert sorted(notes["note"]) == sorted(confirmed["note"])
    assert np.array_equal(np.sort(notes["moment"]), np.sort(confirmed["moment"]))
    assert (notes["sure"] > 0.8).all() and (notes["middle"] > 0.8).all() and (notes["early"] > 0.8).all()
    assert (notes["sounds"] > 0.5).all()


def test_what_is_too_faint_to_be_a_note_leaves_a_trace(ideal_evidence: Ideal) -> None:
    evidence = ideal_evidence(ONE, 1.5) * 0.1
    assert not len(decode(evidence))
    (trace,) = traced(evidence, 700)
    assert trace["note"] == -1 and trace["key"] == 60 - heads.LOWEST_KEY
    assert trace["moment"] * heads.HOP_S == pytest.approx(0.5034, abs=0.001)


@pytest.mark.parametrize("cut", [1, 7, 64])
def test_traces_in_pieces_are_those_of_the_whole(nonsense: np.ndarray, cut: int) -> None:
    assert traced(nonsense, cut).tobytes() == traced(nonsense, 10_000).tobytes()
