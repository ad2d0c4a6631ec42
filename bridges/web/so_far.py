"""The practice report of a session that is still going on."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from repetiteur.bridges.apart import answering, done_apart
from repetiteur.bridges.web.performance import ScoreFile
from repetiteur.realtime.events import Event, Fault, Match, Mistake, Note, NoteStatus, Retract
from repetiteur.realtime.score import Score

MOST_EVENTS = 400_000  # some ten hours of playing


@dataclass(frozen=True, slots=True)
class Played:
    """What a report is made of."""

    score: Score
    file: ScoreFile | None
    events: tuple[Event, ...]
    name: str


class Memory:
    """Keeps what a report needs, no more than ``MOST_EVENTS``; the server's thread."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def take(self, event: Event) -> None:
        wanted = isinstance(event, (Match, Mistake, Retract, Fault)) or (
            isinstance(event, Note) and event.status is NoteStatus.CONFIRMED
        )
        if wanted and len(self._events) < MOST_EVENTS:
            self._events.append(event)

    def clear(self) -> None:
        self._events.clear()

    def events(self) -> Sequence[Event]:
        return self._events


def report(played: Played) -> bytes:
    """The page of HTML, made in this process."""
    from repetiteur.bridges.report.by_bar import bars_played
    from repetiteur.bridges.report.engrave import CannotEngrave, engrave
    from repetiteur.bridges.report.gather import gather
    from repetiteur.bridges.report.page import page
    from repetiteur.bridges.report.roll import draw_roll
    from repetiteur.bridges.report.stamped import stamp
    from repetiteur.bridges.report.summary import summarise
    from repetiteur.bridges.scores.opening import open_score
    from repetiteur.realtime.errors import InputError

    take = gather(played.score, played.events)
    bars = bars_played(take)
    try:
        if played.file is None:
            raise CannotEngrave("The file of this score is not known here")
        source = open_score(played.file.path)
        drawing = engrave(source, stamp(source, played.score, played.file.parts))
    except (CannotEngrave, InputError) as why:
        drawing = draw_roll(played.score, str(why))
    return page(take, bars, summarise(take, bars), drawing, played.name).encode()


def report_apart(played: Played) -> bytes | None:
    """In a process of its own; None where that fails. Waits; any thread."""
    return done_apart(__name__, played)


def main() -> None:
    with answering() as out:
        out.write(report(pickle.load(sys.stdin.buffer)))


if __name__ == "__main__":
    from repetiteur.bridges.web.so_far import main as run  # pickles name this module, not __main__

    run()
