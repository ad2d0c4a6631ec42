"""Being quick when it counts: real-time priority, locked memory, cores of one's own, no collector in between.

Each of these is a wish. What the system refuses is told in a line of its own and everything works without,
only less steadily. All of it is for Linux; elsewhere it is refused.

Every thread of the process may hold the interpreter's lock when another program takes its core away, and
then the urgent ones wait with it. So the others get a real-time priority, too, a lower one (``attending``).
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

PRIORITY = 40  # below JACK's and PortAudio's own threads (60 to 80): the device comes first
ATTENDING = 20  # lower are those who are not urgent but may hold the lock
SWITCH_INTERVAL_S = 0.0001  # Python's 5 ms would make a note wait for a busy display

_CURRENT, _FUTURE, _WHEN_TOUCHED = 1, 2, 4  # of mlockall
_OFFER_RIGHTS = "add yourself to the group audio or realtime, and see docs/latency.md"


@dataclass(frozen=True, slots=True)
class Urgency:
    """What to ask of the system. Calling it asks for the thread that calls; it never raises."""

    priority: int | None = PRIORITY  # SCHED_FIFO, 1 to 99; None: as everybody
    lock_memory: bool = True  # of the whole process: nothing of it is ever fetched from the disk
    cores: tuple[int, ...] = ()  # to run on; empty: any

    def __call__(self) -> None:
        self._of_this_thread()

    @contextmanager
    def attending(self) -> Iterator[None]:
        """The calling thread, and all it starts meanwhile: not urgent, but in nobody's way. Programs started
        meanwhile inherit that, too."""
        if self.priority is not None:
            _real_time(max(1, self.priority - ATTENDING))
        try:
            yield
        finally:
            if self.priority is not None:
                _ordinary()
            if self.lock_memory and sys.platform.startswith("linux"):
                ctypes.CDLL(None).munlockall()

    def refusals(self) -> tuple[str, ...]:
        """Lock the memory, try the rest on a thread that ends at once: a line for each refusal."""
        told: list[str] = []
        trial = threading.Thread(target=lambda: told.extend(self._of_this_thread()))
        trial.start()
        trial.join()
        if self.lock_memory and (problem := _lock_memory()):
            told.append(problem)
        return tuple(told)

    def _of_this_thread(self) -> Sequence[str]:
        told = []
        if self.priority is not None and (problem := _real_time(self.priority)):
            told.append(problem)
        if self.cores and (problem := _only_on(self.cores)):
            told.append(problem)
        return told


AS_EVERYBODY = Urgency(None, False)


def hurried(deliver: Callable[[T], R], hurry: Callable[[], None]) -> Callable[[T], R]:
    """For a driver's callback: its thread is made a quick one the first time it calls."""
    here = threading.local()

    def deliver_quickly(item: T) -> R:
        if not hasattr(here, "quick"):
            here.quick = True
            hurry()
        return deliver(item)

    return deliver_quickly


@contextmanager
def undisturbed() -> Iterator[None]:
    """A note waits neither for another thread's turn nor for the memory to be searched for garbage:
    ``tidy`` does that when nobody plays."""
    former_s, collecting = sys.getswitchinterval(), gc.isenabled()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if collecting:
            gc.enable()
        sys.setswitchinterval(former_s)


def tidy() -> None:
    """Look for garbage now. What was there when ``undisturbed`` began is not searched."""
    gc.collect()


def _real_time(priority: int) -> str:
    """For the calling thread alone. What is wrong, or nothing."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except AttributeError:
        return "real-time priority: this system has none that we know of"
    except (OSError, ValueError) as error:
        return f"real-time priority {priority}: {_why(error)} ({_OFFER_RIGHTS})"
    return ""


def _ordinary() -> None:
    if hasattr(os, "sched_setscheduler"):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def _only_on(cores: Sequence[int]) -> str:
    named = ",".join(map(str, cores))
    try:
        os.sched_setaffinity(0, cores)
    except AttributeError:
        return f"cores {named}: this system lets nobody choose"
    except (OSError, ValueError) as error:
        return f"cores {named}: {_why(error)} (choose from those the machine has)"
    return ""


def _lock_memory() -> str:
    """Pages are locked once they were touched, so nothing grows by it. Asked for only where no limit can
    later turn a lock into a refused allocation."""
    if not sys.platform.startswith("linux"):
        return "locked memory: not known how on this system"
    import resource

    unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY
    if not unlimited and os.geteuid() != 0:
        return f"locked memory: a limit is set on it ({_OFFER_RIGHTS})"
    library = ctypes.CDLL(None, use_errno=True)
    if library.mlockall(_CURRENT | _FUTURE | _WHEN_TOUCHED) != 0:
        return f"locked memory: {os.strerror(ctypes.get_errno())} ({_OFFER_RIGHTS})"
    return ""


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
