"""What is drawn: the same from the same seed, and notes played as they are written down."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.models.studio.drawing import Plan, draw, drawn_ahead
from repetiteur.models.studio.performance import PLAYED
from repetiteur.models.studio.pianos import Touch, every_key, some_keys, strokes
from repetiteur.models.studio.stretches import Material, within

HOPS, LEAD_IN = 100, 800
PLAIN = Touch(cents=0.0, key_cents=0.0, release_s=0.1, undamped_top=True)


@pytest.fixture
def plan(performances) -> Plan:
    layers = np.array([40, 80, 120])
    keyboards = [every_key(layers), some_keys(layers, np.arange(0, 88, 3))]
    return Plan(Material(performances, keyboards), 3, HOPS, LEAD_IN, seed=9)


def same(one, other) -> bool:
    def plain(drawn):
        return [
            (
                stretch.notes.tobytes(),
                stretch.room.impulse.tobytes(),
                [part.strokes.tobytes() for part in stretch.parts],
            )
            for stretch in drawn.stretches
        ] + [drawn.noise_seed]

    return plain(one) == plain(other)


def test_a_batch_is_the_same_whenever_it_is_drawn(plan):
    chances = plan.material.chances()
    ahead = drawn_ahead(plan, 2, 1)
    assert same(next(ahead), draw(plan, chances, 2))
    assert same(next(ahead), draw(plan, chances, 3))
    ahead.close()
    assert not same(draw(plan, chances, 2), draw(plan, chances, 3))


def test_processes_draw_the_same(plan):
    ahead = drawn_ahead(plan, 5, 2)
    assert same(next(ahead), draw(plan, plan.material.chances(), 5))
    ahead.close()


def test_stretches_are_what_was_asked_for(plan):
    drawn = [draw(plan, plan.material.chances(), number) for number in range(20)]
    stretches = [stretch for batch in drawn for stretch in batch.stretches]
    assert len(stretches) == 60
    assert any(len(stretch.parts) > 1 for stretch in stretches)
    for stretch in stretches:
        first = stretch.parts[0].strokes
        assert len(first) == len(stretch.notes)
        assert np.allclose(first["start"], stretch.notes["onset_s"] * 16_000 + LEAD_IN)
        assert stretch.notes["pitch"].min(initial=60) >= 21 and stretch.notes["pitch"].max(initial=60) <= 108
        assert (
            stretch.notes["velocity"].min(initial=64) >= 1
            and stretch.notes["velocity"].max(initial=64) <= 127
        )


def test_longer_performances_are_taken_more_often(performances):
    short = performances[0].__class__("short", performances[0].notes[:30])
    chances = Material([short, performances[1]], []).chances()
    assert chances.sum() == pytest.approx(1)
    assert chances[0] / chances[1] == pytest.approx(short.duration_s / performances[1].duration_s)


def test_a_stretch_keeps_what_began_before_it():
    notes = np.zeros(4, PLAYED)
    notes["onset_s"], notes["offset_s"] = [1, 4, 6, 20], [2, 7, 8, 21]
    found = within(notes, 5.0, 3.0)
    assert found["onset_s"].tolist() == [-1, 1] and found["offset_s"].tolist() == [2, 3]
    assert notes["onset_s"][0] == 1


def test_strokes_are_the_notes(performances):
    notes = performances[0].notes
    found = strokes(every_key(np.array([40, 80, 120])), notes, PLAIN, 100, np.random.default_rng(0))
    assert np.allclose(found["start"], notes["onset_s"] * 16_000 + 100)
    assert np.allclose(found["held"], (notes["offset_s"] - notes["onset_s"]) * 16_000)
    assert np.array_equal(found["recording"], notes["pitch"] - 21)
    assert (found["speed"] == 1).all()
    assert (found["release"][notes["pitch"] > 89] == 1.5 * 16_000).all()
    assert found["release"][notes["pitch"] < 40].min() > 0.1 * 16_000
    higher = found["layer"] - np.abs(np.array([40, 80, 120]) - notes["velocity"][:, None]).argmin(1)
    assert set(higher) == {0, 1} and 0.05 < higher.mean() < 0.15


def test_keys_between_recordings_are_played_at_another_speed():
    keyboard = some_keys(np.array([64]), np.array([0, 3, 87]))
    assert keyboard.recording[[0, 1, 2, 3, 44, 46, 87]].tolist() == [0, 0, 1, 1, 1, 2, 2]
    assert keyboard.speed[[0, 1, 2, 15]] == pytest.approx([1, 2 ** (1 / 12), 2 ** (-1 / 12), 2])
