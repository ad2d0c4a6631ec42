"""Listing and choosing inputs for viewers: beside the server's thread, for devices take their time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from repetiteur.bridges.live_inputs import Kind
from repetiteur.bridges.web.performance import Inputs
from repetiteur.bridges.web.present import Words
from repetiteur.bridges.wire.control import RefusedError

LIST, CHOOSE = "inputs", "inputs/choose"
LONGEST_NAME = 400
MOST_WAITING = 8

Later = Callable[[Words | RefusedError], None]


class InputDesk:
    """``take`` on the server's thread; ``later`` is called from the thread that did the work."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._room = threading.Semaphore(MOST_WAITING)
        self._one_at_a_time = threading.Lock()

    def take(self, words: Words, later: Later) -> None:
        """Returns at once. Raises ``RefusedError`` for what cannot be meant, and where too many wait."""
        work = partial(self._choose, *_chosen(words)) if words["do"] == CHOOSE else self._list
        if not self._room.acquire(blocking=False):
            raise RefusedError("many ask for inputs at once", "wait a moment, then ask again")
        threading.Thread(target=self._work, args=(work, later), name="page-inputs", daemon=True).start()

    def _work(self, work: Callable[[], Words], later: Later) -> None:
        try:
            with self._one_at_a_time:
                outcome: Words | RefusedError = work()
        except RefusedError as refused:
            outcome = refused
        except Exception as error:  # whoever asked must hear something, whatever went wrong
            outcome = RefusedError(f"that failed: {error}", "see repetiteur devices")
        finally:
            self._room.release()
        later(outcome)

    def _list(self) -> Words:
        there = self._inputs.there()
        return {"inputs": [asdict(item) for item in there.inputs], "missing": list(there.missing)}

    def _choose(self, kind: Kind, name: str | None) -> Words:
        problem = self._inputs.choose(kind, name)
        if problem is not None:
            raise RefusedError(*problem)
        return {}


def _chosen(words: Words) -> tuple[Kind, str | None]:
    kind, name = words.get("kind"), words.get("name")
    named = name is None or (isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name.isprintable())
    if kind not in tuple(Kind) or not named:
        raise RefusedError("that is no input", "choose one from the list")
    return Kind(kind), name
