"""What viewers ask for: the control words of the wires, by name, and choosing a score or an input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from repetiteur.bridges.web import input_desk
from repetiteur.bridges.web.gate import Access
from repetiteur.bridges.web.input_desk import InputDesk, Later
from repetiteur.bridges.web.performance import Performance
from repetiteur.bridges.web.present import Words
from repetiteur.bridges.web.shelf import Shelf
from repetiteur.bridges.wire.control import (
    ButtonReleased,
    LoadScore,
    PropertyValue,
    RefusedError,
    ScoreInfo,
    Subscribe,
    Unsubscribe,
    perform,
)
from repetiteur.bridges.wire.control import ListenProperty as Listen
from repetiteur.bridges.wire.score_loading import ScoreLoading
from repetiteur.bridges.wire.verbs import by_name

CHOOSE, LOAD = "score/choose", "score/load"
_NOT_HERE = RefusedError("that has no use here", "see docs/page.md")
Loaded = Callable[[ScoreInfo | RefusedError], None]


class Desk:
    """The server's thread, but ``later`` and ``loaded`` are called from the thread that did the work."""

    def __init__(self, performance: Performance, folder: Path | None) -> None:
        self._performance = performance
        self._inputs = None if performance.inputs is None else InputDesk(performance.inputs)
        self._loading = ScoreLoading(performance)
        self.shelf = Shelf(folder)

    def scores(self) -> Words:
        """The list to choose from; empty where no score can be loaded."""
        names = self.shelf.names() if self.loads() else []
        return {"type": "scores", "names": names}

    def loads(self) -> bool:
        return LOAD in self._performance.words

    def take(self, text: str, access: Access, later: Later) -> Words | None:
        """Carry out one message. What to answer (None: through ``later``). Raises ``RefusedError`` for
        what cannot be done."""
        words = _read(text)
        word = words.get("do")
        if access is not Access.STEER:
            raise RefusedError("this link is for watching only", "use the link with the token to control")
        if word == CHOOSE:
            self._choose(words.get("name"), lambda outcome: later(_without_score(outcome)))
            return None
        if word in (input_desk.LIST, input_desk.CHOOSE) and self._inputs is not None:
            self._inputs.take(words, later)
            return None
        if not isinstance(word, str) or not self._allowed(word) or word == LOAD:
            raise _not_allowed(word)
        request = by_name(words, self._performance.now_s())
        match request:
            case ButtonReleased():
                return {}
            case LoadScore() | Subscribe() | Unsubscribe() | Listen():
                raise _NOT_HERE
        answer = perform(request, self._performance)
        if isinstance(answer, PropertyValue):
            return {"property": answer.name, "value": answer.value}
        return {}

    def take_in(self, name: str, content: bytes, loaded: Loaded) -> None:
        """A score that was handed in: keep it and follow it. Raises ``RefusedError``."""
        if not self.loads():
            raise _not_allowed(LOAD)
        kept = self.shelf.keep(name, content)
        if kept is None:
            raise RefusedError("that is not a kind of score we read", "MusicXML, MIDI, MEI or Humdrum kern")
        self._choose(kept, loaded)

    def close(self) -> None:
        self.shelf.close()

    def _choose(self, name: object, loaded: Loaded) -> None:
        if not self.loads():
            raise _not_allowed(CHOOSE)
        path = self.shelf.path(name) if isinstance(name, str) else None
        if path is None:
            raise RefusedError("that score is not on the list", "choose one that is")
        self._loading.begin(str(path), loaded)

    def _allowed(self, word: str) -> bool:
        return word in self._performance.words or f"{word}/P" in self._performance.words


def answer_id(text: str) -> int | str | None:
    """The number a message wants its answer under."""
    try:
        found = _read(text).get("id")
    except RefusedError:
        return None
    if isinstance(found, bool) or not isinstance(found, (int, str)):
        return None
    return found if len(str(found)) <= 40 else None


def _without_score(outcome: ScoreInfo | RefusedError) -> Words | RefusedError:
    return outcome if isinstance(outcome, RefusedError) else {}


def _read(text: str) -> dict[str, object]:
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        words = None
    if not isinstance(words, dict):
        raise RefusedError("that is no message of ours", 'send {"do": "start", "id": 1}')
    return words


def _not_allowed(word: object) -> RefusedError:
    shown = "".join(letter for letter in str(word)[:40] if letter.isprintable())
    return RefusedError(f"{shown} is not possible here", "this session only takes what the page offers")
