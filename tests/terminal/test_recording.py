"""A recording that can be held."""

from __future__ import annotations

import threading

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.terminal.recording import Recording
from repetiteur.bridges.wire.control import RefusedError
from repetiteur.realtime.clock import ManualClock
from repetiteur.realtime.inputs import GotoBeat, Pause, Resume

PATIENCE_S = 10.0


def test_time_stands_still_while_it_is_held() -> None:
    clock = ManualClock()
    recording = Recording(load_score(assets.SCORE), None, lambda: clock)
    recording(0.0)
    clock.advance(2.0)
    assert recording.now_s() == 2.0
    recording.submit(Pause(0.0))
    clock.advance(5.0)
    assert recording.held() and recording.now_s() == 2.0
    recording.submit(Pause(0.0))  # harmless twice
    recording.submit(Resume(0.0))
    recording.submit(Resume(0.0))
    clock.advance(1.0)
    assert not recording.held() and recording.now_s() == 3.0
    recording(3.0)  # due: comes back at once


def test_what_is_due_waits_until_it_goes_on() -> None:
    clock = ManualClock()
    recording = Recording(load_score(assets.SCORE), None, lambda: clock)
    recording(0.0)
    recording.submit(Pause(0.0))
    with pytest.raises(RefusedError):
        recording.submit(GotoBeat(0.0, 3.0))  # nothing a recording could do
    came = threading.Event()
    waiting = threading.Thread(target=lambda: (recording(0.0), came.set()))
    waiting.start()
    assert not came.wait(0.05)
    recording.submit(Resume(0.0))
    assert came.wait(PATIENCE_S)
    waiting.join()
