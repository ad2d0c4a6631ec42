"""A session to look at while playing: a live panel, or plain lines where there is no terminal."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from repetiteur.bridges.terminal.panel import MISTAKES_SHOWN, HeardNote, Snapshot, draw
from repetiteur.bridges.terminal.tally import Tally
from repetiteur.bridges.terminal.words import STATE_WORDS, Speller, bar, sentence
from repetiteur.realtime.events import (
    Bar,
    Event,
    Fault,
    Hello,
    Match,
    Mistake,
    MistakeKind,
    Note,
    NoteStatus,
    Retract,
    StateChanged,
)
from repetiteur.realtime.score import Score

if TYPE_CHECKING:
    from rich.console import RenderableType

FRAMES_PER_S = 12
NOTES_SHOWN = 12


class Display:
    """A sink for a person. ``send`` may come from any one thread; drawing has its own.

    ``score_now``: where to look for another score when one is taken up on the way.
    ``target``: where OSC goes, for the footer.
    """

    def __init__(
        self,
        score: Score,
        *,
        target: str | None = None,
        score_now: Callable[[], Score] | None = None,
        stream: TextIO | None = None,
    ) -> None:
        out: TextIO = sys.stdout if stream is None else stream
        self._score = score
        self._score_now = score_now
        view = _LiveView if out.isatty() else _LineView
        self._view: _LiveView | _LineView = view(score, target, out)

    def send(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Hello) and self._score_now is not None:
                latest = self._score_now()
                if latest is not self._score:
                    self._score = latest
                    self._view.take_up(latest)
        self._view.show(events)

    def close(self) -> None:
        """Leave the last picture standing. Harmless twice."""
        self._view.close()

    @property
    def tally(self) -> Tally:
        """What was counted, for a summary afterwards."""
        return self._view.tally


class _LineView:
    """One line for each bar, each mistake and each change of state."""

    def __init__(self, score: Score, target: str | None, stream: TextIO) -> None:
        self._stream = stream
        self.take_up(score)
        if target is not None:
            self._print(f"OSC goes to {target}")

    def take_up(self, score: Score) -> None:
        self._score, self._speller, self.tally = score, Speller(score), Tally()
        self._print(f"{score.title or score.id}: {len(score.bars)} bars, {len(score.notes)} notes")

    def show(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Retract) and isinstance(taken := self.tally.verdict(event.of), Mistake):
                self._print(f"    taken back: {sentence(taken, self._score, self._speller)}")
            self.tally.add((event,))
            self._tell(event)

    def close(self) -> None:
        self._stream.flush()

    def _tell(self, event: Event) -> None:
        place = self.tally.position
        match event:
            case Bar():
                tempo = "" if place is None else f"   quarter = {place.bpm:.0f}"
                self._print(f"{bar(event.bar, event.pass_)}{tempo}")
            case Mistake():
                self._print(f"    {sentence(event, self._score, self._speller)}")
            case StateChanged():
                self._print(f"  {STATE_WORDS[event.state]}")
            case Fault():
                self._print(f"  trouble: {event.what}; {event.remedy}")

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class _LiveView:
    """The panel, redrawn a few times a second by rich's own thread."""

    def __init__(self, score: Score, target: str | None, stream: TextIO) -> None:
        from rich.console import Console
        from rich.live import Live

        self._target = target
        self._lock = threading.Lock()
        self.take_up(score)
        self._live = Live(
            console=Console(file=stream),
            get_renderable=self._draw,
            refresh_per_second=FRAMES_PER_S,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def take_up(self, score: Score) -> None:
        with self._lock:
            self._score, self._speller, self.tally = score, Speller(score), Tally()
            self._recent: deque[tuple[int, HeardNote]] = deque(maxlen=NOTES_SHOWN)

    def show(self, events: Sequence[Event]) -> None:
        with self._lock:
            for event in events:
                if isinstance(event, Retract):
                    self._open_again(event)
                self.tally.add((event,))
                self._note_down(event)

    def close(self) -> None:
        self._live.stop()

    def _note_down(self, event: Event) -> None:
        """Keep the line of recent notes."""
        match event:
            case Note(status=NoteStatus.CONFIRMED):
                q = 0.0 if self.tally.position is None else self.tally.position.q
                self._recent.append((event.id, HeardNote(self._speller.spell(event.pitch, q), "")))
            case Match():
                self._mark(event.note, "✓")
            case Mistake(kind=MistakeKind.MISSED, expected=int(expected)):
                self._recent.append((-1, HeardNote(f"({self._speller.spell(expected, event.q)})", "missed")))
            case Mistake(note=int(note)):
                self._mark(note, event.kind.value)

    def _open_again(self, event: Retract) -> None:
        overturned = self.tally.verdict(event.of)
        if overturned is not None and overturned.note is not None:
            self._mark(overturned.note, "")

    def _mark(self, note: int, verdict: str) -> None:
        for k, (known, heard) in enumerate(self._recent):
            if known == note:
                self._recent[k] = (known, replace(heard, verdict=verdict))

    def _draw(self) -> RenderableType:
        with self._lock:
            tally, score = self.tally, self._score
            end_q = max(score.end_q, 1e-9)
            latest = tally.mistakes[-MISTAKES_SHOWN:]
            now = Snapshot(
                title=score.title or score.id,
                state=tally.state,
                position=tally.position,
                through=0.0 if tally.position is None else min(max(tally.position.q / end_q, 0.0), 1.0),
                last_bar=score.bar_labels[-1],
                counts=dict(tally.counts),
                recent=tuple(heard for _, heard in self._recent),
                mistakes=tuple(sentence(each, score, self._speller) for each in latest),
                trouble=f"{tally.faults[-1].what}; {tally.faults[-1].remedy}" if tally.faults else "",
                target=self._target,
            )
        return draw(now)
