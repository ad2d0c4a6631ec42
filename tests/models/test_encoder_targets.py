"""What the heads should say, and that the loss is least for a net that says it."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.models.encoder.heads import (
    EARLY_DELAY,
    FRAME,
    FRAME_EARLY,
    HEADS,
    HOP_S,
    KEYS,
    LOWEST_KEY,
    OFFSET,
    ONSET_DELAYS,
    SURE_DELAY,
    TRIANGLE_HOPS,
    VELOCITY,
    VELOCITY_EARLY,
)  # fmt: skip
from repetiteur.models.studio.performance import PLAYED

torch = pytest.importorskip("torch")

MOMENTS = 200
WARM = 20


def notes_of(*rows: tuple[float, float, int, int]) -> np.ndarray:
    """(onset and offset in hops, pitch, velocity)."""
    notes = np.array(list(rows), PLAYED)
    notes["onset_s"] *= HOP_S
    notes["offset_s"] *= HOP_S
    return notes


def targets_of(*stretches: np.ndarray):
    from repetiteur.models.encoder.targets import targets_of

    return targets_of(stretches, MOMENTS, torch.device("cpu"))


def test_triangles_stand_at_onsets_and_offsets():
    targets = targets_of(notes_of((50.25, 80.5, 60, 64)))
    moments = np.arange(MOMENTS)
    for drawn, top in ((targets.onset, 50.25), (targets.offset, 80.5)):
        expected = np.maximum(0, 1 - np.abs(moments - top) / TRIANGLE_HOPS)
        assert np.allclose(drawn[0, :, 60 - LOWEST_KEY].numpy(), expected, atol=1e-6)
        assert drawn.sum() == pytest.approx(expected.sum(), abs=1e-5)


def test_close_triangles_do_not_add_up():
    onset = targets_of(notes_of((50, 52, 60, 64), (53, 70, 60, 64))).onset[0, :, 60 - LOWEST_KEY]
    assert onset[50:54].tolist() == pytest.approx([1, 2 / 3, 2 / 3, 1])


def test_a_key_sounds_from_its_onset_to_its_offset():
    frame = targets_of(notes_of((50.25, 80.5, 60, 64), (100, 101, 61, 9))).frame[0].numpy()
    assert np.flatnonzero(frame[:, 60 - LOWEST_KEY]).tolist() == list(range(51, 81))
    assert np.flatnonzero(frame[:, 61 - LOWEST_KEY]).tolist() == [100]
    assert frame.sum() == 31


def test_velocity_counts_beside_the_onset_and_the_last_note_has_it():
    targets = targets_of(notes_of((50.25, 80, 60, 64), (52.25, 90, 60, 32)))
    assert targets.struck[0, 48:55, 39].tolist() == [0, 1, 1, 1, 1, 1, 0]
    assert targets.velocity[0, 48:55, 39].tolist() == [0, 0.5, 0.5, 0.25, 0.25, 0.25, 0]


def test_what_lies_outside_leaves_no_trace_and_what_reaches_in_does():
    targets = targets_of(notes_of((-30, -5, 30, 64), (-40, 10, 40, 64), (MOMENTS + 4, MOMENTS + 9, 50, 64)))
    assert not targets.onset.any() and not targets.struck.any()
    assert targets.offset.sum() == pytest.approx(3) and targets.frame.sum() == 10
    nearly = targets_of(notes_of((-1, 300, 30, 64)))
    assert nearly.onset[0, :2, 30 - LOWEST_KEY].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert nearly.frame[0, :, 30 - LOWEST_KEY].all() and nearly.struck.sum() == 1


def test_every_stretch_has_its_own():
    first, second = notes_of((50, 60, 60, 64)), notes_of((90, 95, 60, 127), (90, 99, 108, 127))
    both, nothing = targets_of(first, second, first[:0]), targets_of(first[:0])
    assert torch.equal(both.onset[0], targets_of(first).onset[0])
    assert torch.equal(both.frame[1], targets_of(second).frame[0])
    assert not both.velocity[2].any() and not nothing.onset.any()


def test_targets_are_as_one_note_after_the_other_gives_them():
    random = np.random.default_rng(0)
    rows = [
        (onset, onset + random.uniform(0.3, 60), int(random.integers(21, 109)), int(random.integers(1, 128)))
        for onset in np.sort(random.uniform(-30, MOMENTS + 20, 400))
    ]
    targets = targets_of(notes_of(*rows))
    moments = np.arange(MOMENTS)
    onset, frame, velocity = (np.zeros((MOMENTS, KEYS), np.float32) for _ in range(3))
    for begin, end, pitch, struck in rows:
        column = pitch - LOWEST_KEY
        onset[:, column] = np.maximum(onset[:, column], 1 - np.abs(moments - begin) / TRIANGLE_HOPS)
        frame[(moments >= begin) & (moments < end), column] = 1
        velocity[np.abs(moments - round(begin)) <= 1, column] = struck / 128
    assert np.allclose(targets.onset[0].numpy(), onset, atol=1e-5)
    assert np.array_equal(targets.frame[0].numpy(), frame)
    assert np.array_equal(targets.velocity[0].numpy(), velocity)


def told_truly(targets, late: int = 0):
    """Logits of a net that says the truth, each head with its own delay, and ``late`` hops more."""
    logits = torch.full((targets.onset.shape[0], MOMENTS - 1, KEYS, HEADS), -20.0)

    def say(head: int, target, delay: int) -> None:
        for hop in range(MOMENTS - 1):
            moment = hop + 1 - delay - late
            if 0 <= moment < MOMENTS:
                logits[:, hop, :, head] = torch.logit(target[:, moment], 1e-7)

    for head, delay in enumerate(ONSET_DELAYS):
        say(head, targets.onset, delay)
    say(FRAME_EARLY, targets.frame, EARLY_DELAY)
    say(FRAME, targets.frame, SURE_DELAY)
    say(OFFSET, targets.offset, SURE_DELAY)
    say(VELOCITY_EARLY, targets.velocity, EARLY_DELAY)
    say(VELOCITY, targets.velocity, SURE_DELAY)
    return logits


def test_the_truth_at_the_right_time_has_the_least_loss():
    from repetiteur.models.encoder.loss import loss_of

    targets = targets_of(notes_of((50.25, 80.5, 60, 64), (90, 120, 72, 100), (91.5, 95, 40, 30)))
    true, late, early = (loss_of(told_truly(targets, late), targets, WARM) for late in (0, 1, -1))
    assert set(true) == {"onset", "frame", "offset", "velocity"}
    for name, least in true.items():
        assert float(least) < float(late[name]) - 1e-3, name
        assert float(least) < float(early[name]) - 1e-3, name
    assert float(true["frame"]) < 1e-4  # 0 and 1 can be said exactly; between them something is left
    generator = torch.Generator().manual_seed(0)
    nudge = 0.1 * torch.randn((1, MOMENTS - 1, KEYS, HEADS), generator=generator)
    nudged = loss_of(told_truly(targets).clamp(-8, 8) + nudge, targets, WARM)
    unmoved = loss_of(told_truly(targets).clamp(-8, 8), targets, WARM)
    assert all(float(nudged[name]) > float(unmoved[name]) for name in true)


def test_what_is_told_at_the_beginning_does_not_count():
    from repetiteur.models.encoder.loss import loss_of

    targets = targets_of(notes_of((50, 80, 60, 64)))
    logits = told_truly(targets)
    expected = loss_of(logits, targets, WARM)
    logits[:, :WARM] = 5.0
    assert all(torch.equal(part, expected[name]) for name, part in loss_of(logits, targets, WARM).items())
