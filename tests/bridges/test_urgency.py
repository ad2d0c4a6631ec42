"""What is asked of the system and refused is told in one line each, and nothing raises."""

from __future__ import annotations

import gc
import os
import sys
import threading

import pytest

from repetiteur.bridges import urgency
from repetiteur.bridges.urgency import AS_EVERYBODY, Urgency, hurried, undisturbed

linux = pytest.mark.skipif(not hasattr(os, "sched_setscheduler"), reason="not of this system")


@linux
def test_every_refusal_is_a_line_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*asked: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    monkeypatch.setattr(urgency, "_lock_memory", lambda: "locked memory: a limit is set on it")
    told = Urgency(30, True, (1, 2)).refusals()
    assert [line.partition(":")[0] for line in told] == [
        "real-time priority 30", "cores 1,2", "locked memory"]  # fmt: skip
    assert "Operation not permitted" in told[0] and "audio" in told[0]
    Urgency(30, True, (1, 2))()


@linux
def test_what_is_asked_is_for_the_thread_that_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int, int]] = []
    monkeypatch.setattr(
        os, "sched_setscheduler", lambda who, how, much: asked.append((who, how, much.sched_priority))
    )
    wanted = Urgency(50, False)
    wanted()
    with wanted.attending():
        pass
    assert asked == [(0, os.SCHED_FIFO, 50), (0, os.SCHED_FIFO, 30), (0, os.SCHED_OTHER, 0)]
    asked.clear()
    assert AS_EVERYBODY.refusals() == ()
    with AS_EVERYBODY.attending():
        AS_EVERYBODY()
    assert not asked


def test_the_collector_waits_and_all_is_as_before() -> None:
    switches_s = sys.getswitchinterval()
    assert gc.isenabled()
    with undisturbed():
        assert not gc.isenabled() and gc.get_freeze_count() > 0
        assert sys.getswitchinterval() < switches_s
    assert gc.isenabled() and gc.get_freeze_count() == 0
    assert sys.getswitchinterval() == pytest.approx(switches_s)


def test_a_drivers_thread_is_made_quick_when_it_first_calls() -> None:
    hurries: list[str] = []
    deliver = hurried(str.upper, lambda: hurries.append(threading.current_thread().name))
    assert [deliver("a"), deliver("b")] == ["A", "B"]
    other = threading.Thread(target=lambda: deliver("c"), name="driver")
    other.start()
    other.join()
    assert hurries == [threading.current_thread().name, "driver"]
