"""Loading a score on request, beside the threads that receive: it may take seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable

from repetiteur.bridges.wire.control import Controls, RefusedError, ScoreInfo

Told = Callable[[ScoreInfo | RefusedError], None]


class ScoreLoading:
    """One load at a time; ``tell`` is called from the loading thread when it is done."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self._busy = threading.Lock()

    def begin(self, path: str, tell: Told) -> None:
        """Returns at once; raises ``RefusedError`` while another score is being loaded."""
        if not self._busy.acquire(blocking=False):
            raise RefusedError("another score is being loaded", "wait for it, then ask again")
        threading.Thread(target=self._load, args=(path, tell), name="score-loading", daemon=True).start()

    def _load(self, path: str, tell: Told) -> None:
        try:
            outcome = self._outcome(path)
        finally:
            self._busy.release()
        tell(outcome)

    def _outcome(self, path: str) -> ScoreInfo | RefusedError:
        try:
            problem = self._controls.load_score(path)
            return self._controls.score_info() if problem is None else RefusedError(*problem)
        except Exception as error:  # whoever asked must hear something, whatever went wrong
            return RefusedError(f"loading failed: {error}", "check the file with: repetiteur check")
