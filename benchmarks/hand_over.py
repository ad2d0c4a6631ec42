"""How long it takes from a device's callback until whoever works on the sound wakes up: on a thread of the
same process, or in another process that shares the memory. ``python -m repetiteur.benchmarks.hand_over``

The other process does not have to wait for the interpreter's lock. What that is worth is told by a thread of
ours that computes all the time, as a busy display would.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from repetiteur.bridges.urgency import SWITCH_INTERVAL_S, Urgency
from repetiteur.realtime.bell import Bell

EVERY_S = 0.005
PYTHONS_INTERVAL_S = 0.005


def on_a_thread(times: int, urgency: Urgency) -> np.ndarray:
    """Microseconds from each ring of a bell to its being heard."""
    bell, rung_ns, heard_ns = Bell(), np.zeros(times, np.int64), np.zeros(times, np.int64)

    def wait() -> None:
        urgency()
        for number in range(times):
            bell.wait(10.0)
            heard_ns[number] = time.monotonic_ns()

    def ring() -> None:
        urgency()
        for number in range(times):
            time.sleep(EVERY_S)
            while number and not heard_ns[number - 1]:  # rung twice before it is heard, it is heard once
                time.sleep(EVERY_S)
            rung_ns[number] = time.monotonic_ns()
            bell.ring()

    _together(wait, ring)
    return (heard_ns - rung_ns) / 1e3


def in_a_process(times: int, urgency: Urgency) -> np.ndarray:
    """The same with a pipe for a bell."""
    context, shared = get_context("spawn"), SharedMemory(create=True, size=8 * times)
    hears, rings = context.Pipe(duplex=False)
    ready, tells = context.Pipe(duplex=False)
    rung_ns = np.zeros(times, np.int64)
    other = context.Process(target=_other, args=(hears, tells, shared.name, times, urgency))
    other.start()
    ready.recv_bytes()

    def ring() -> None:
        urgency()
        for number in range(times):
            time.sleep(EVERY_S)
            rung_ns[number] = time.monotonic_ns()
            os.write(rings.fileno(), b"!")

    _together(ring)
    other.join()
    heard_ns = _numbers(shared).copy()
    shared.close()
    shared.unlink()
    return (heard_ns[:times] - rung_ns) / 1e3


def _numbers(shared: SharedMemory) -> np.ndarray:
    buffer = shared.buf
    assert buffer is not None  # it is open
    return np.frombuffer(buffer, np.int64)


def _other(hears: object, tells: object, name: str, times: int, urgency: Urgency) -> None:
    shared, bell = SharedMemory(name), hears.fileno()  # pyright: ignore
    heard_ns = _numbers(shared)
    urgency()
    tells.send_bytes(b"!")  # pyright: ignore
    for number in range(times):
        os.read(bell, 1)
        heard_ns[number] = time.monotonic_ns()
    del heard_ns
    shared.close()


def _together(*works: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def _busy(wanted: bool, interval_s: float) -> Iterator[None]:
    former_s, over = sys.getswitchinterval(), threading.Event()
    sys.setswitchinterval(interval_s)

    def compute() -> None:
        while not over.is_set():
            sum(range(1000))

    thread = threading.Thread(target=compute)
    if wanted:
        thread.start()
    try:
        yield
    finally:
        over.set()
        if wanted:
            thread.join()
        sys.setswitchinterval(former_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=2000)
    times = parser.parse_args().times
    print(f"{'µs':<12}{'interpreter':<34}{'p50':>8}{'p99':>8}{'p99.9':>8}")
    urgency = Urgency(lock_memory=False)
    for what, measure in (("thread", on_a_thread), ("process", in_a_process)):
        for busy, interval_s in (
            (False, SWITCH_INTERVAL_S),
            (True, PYTHONS_INTERVAL_S),
            (True, SWITCH_INTERVAL_S),
        ):
            with urgency.attending(), _busy(busy, interval_s):
                p50, p99, p999 = np.percentile(measure(times, urgency), (50, 99, 99.9))
            beside = f"busy, switching every {interval_s * 1e3:g} ms" if busy else "idle"
            print(f"{what:<12}{beside:<34}{p50:8.0f}{p99:8.0f}{p999:8.0f}", flush=True)


if __name__ == "__main__":
    main()
