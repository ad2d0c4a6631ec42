"""From an event to its paint on the page: a real browser, a score of 5,000 notes.

The clock starts when the event is handed to the page's server, and stops in the browser in the task
after the frame in which the change was painted. What changed is watched from outside the page's own
scripts, by a MutationObserver. Both clocks are those of one machine; their offset is measured first.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repetiteur.benchmarks.chromium import Page, browsing, found
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.terminal.recording import Recording
from repetiteur.bridges.web.performance import ScoreFile
from repetiteur.bridges.web.server import PageServer
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import Event, Hello, Match, Position, State, StateChanged
from repetiteur.realtime.score import Score

BARS = 500
PER_BAR = 10  # eight above, two below
EVERY_S = 0.055  # quick playing, and no multiple of a frame
PATIENCE_S = 180.0
_WATCH = """
window.painted = {};
const channel = new MessageChannel();
let seen = [];
channel.port1.onmessage = () => {
  const at = performance.timeOrigin + performance.now();
  for (const name of seen) window.painted[name] ??= at;
  seen = [];
};
new MutationObserver((changes) => {
  let some = false;
  for (const { target } of changes) {
    if (target.id === "cursor") seen.push("p" + target.dataset.seq);
    else if (target.classList.contains("right")) seen.push("n" + target.dataset.n);
    else continue;
    some = true;
  }
  if (some) requestAnimationFrame(() => channel.port2.postMessage(0));
}).observe(document.querySelector(".lines"),
  { subtree: true, attributes: true, attributeFilter: ["class", "data-seq"] });
"""


@dataclass(frozen=True, slots=True)
class Painted:
    """Milliseconds from event to paint."""

    what: str
    events: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    worst_ms: float


def measure(events: int) -> list[Painted]:
    """Notes turning green, and positions. Raises InputError where there is no browser."""
    program = found()
    if program is None:
        raise InputError("chromium", "no such program here", "install Chromium to measure the page in it")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.musicxml"
        path.write_text(_long_score(), "utf-8")
        score = load_score(path)
        server = PageServer(Recording(score, ScoreFile(path, None)), 0)
        try:
            with browsing(program, Path(folder) / "browser") as page:
                return _measured(page, server, score, events)
        finally:
            server.close()


def _measured(page: Page, server: PageServer, score: Score, events: int) -> list[Painted]:
    story = _story(score)
    server.send([next(story), next(story), next(story)])
    page.open(f"http://localhost:{server.port}/", 1280, 800)
    _until(page, "document.querySelectorAll('.row svg .note').length > 50")
    page.ask(f"(() => {{ {_WATCH} }})()")
    offset_ms = _offset_ms(page)
    sent_ms: dict[str, float] = {}
    due_s = time.monotonic() + 1.0
    for event in story:
        if len(sent_ms) >= 2 * events:
            break
        if isinstance(event, Match):
            due_s += EVERY_S
            time.sleep(max(due_s - time.monotonic(), 0.0))
        name = f"n{event.note}" if isinstance(event, Match) else f"p{event.seq}"
        sent_ms[name] = time.time() * 1000.0
        server.send([event])
    time.sleep(0.5)
    painted: dict[str, float] = json.loads(page.ask("JSON.stringify(window.painted)"))
    return [
        _summary("a right note turns green", "n", sent_ms, painted, offset_ms),
        _summary("a position moves the cursor", "p", sent_ms, painted, offset_ms),
    ]


def _summary(
    what: str, kind: str, sent_ms: dict[str, float], painted: dict[str, float], offset_ms: float
) -> Painted:
    took = [
        painted[name] - offset_ms - at for name, at in sent_ms.items() if name[0] == kind and name in painted
    ]
    p50, p90, p99, worst = np.percentile(took, (50, 90, 99, 100)) if took else [float("nan")] * 4
    return Painted(what, len(took), float(p50), float(p90), float(p99), float(worst))


def _offset_ms(page: Page) -> float:
    """How far the browser's clock is ahead: from the quickest of some questions."""
    best = (1e9, 0.0)
    for _ in range(50):
        before = time.time() * 1000.0
        theirs = page.ask("performance.timeOrigin + performance.now()")
        after = time.time() * 1000.0
        best = min(best, (after - before, theirs - (before + after) / 2.0))
    return best[1]


def _until(page: Page, true: str) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not page.ask(true):
        if time.monotonic() > end_s:
            raise InputError("chromium", "the page did not come up", "try again on a quieter machine")
        time.sleep(0.1)


def _story(score: Score) -> Iterator[Event]:
    """Everything is right, and the player is where it is."""
    yield Hello(0, 0.0, "0", 1, score.id, len(score.bars), len(score.notes))
    yield StateChanged(1, 0.0, State.FOLLOWING)
    yield Position(2, 0.0, "1", 0, 1.0, 0.0, 0.0, 120.0, 0.9)
    seq = 3
    for k in range(len(score.notes)):
        q, at = float(score.notes["onset_q"][k]), seq * 0.01
        bar = score.bar_at(q)
        yield Match(seq, at, k, score.note_ids[k], q, 1, 5.0, 0.0)
        yield Position(seq + 1, at, score.bar_labels[bar], bar, score.beat_at(q), q, q, 120.0, 0.9)
        seq += 2


def _long_score() -> str:
    """500 bars for two hands, 5,000 notes."""
    dice = random.Random(1)
    bars = "".join(_bar(number, dice) for number in range(1, BARS + 1))
    return (
        '<?xml version="1.0"?><score-partwise version="4.0"><part-list><score-part id="P1">'
        f'<part-name>Piano</part-name></score-part></part-list><part id="P1">{bars}</part></score-partwise>'
    )


def _bar(number: int, dice: random.Random) -> str:
    opening = (
        "<attributes><divisions>2</divisions><time><beats>4</beats><beat-type>4</beat-type></time>"
        '<staves>2</staves><clef number="1"><sign>G</sign><line>2</line></clef>'
        '<clef number="2"><sign>F</sign><line>4</line></clef></attributes>'
    )
    above = "".join(_note(dice.choice("CDEFGAB"), 5, 1, "eighth", 1) for _ in range(8))
    below = "".join(_note(dice.choice("CDEFGAB"), 3, 4, "half", 2) for _ in range(2))
    first = opening if number == 1 else ""
    back = "<backup><duration>8</duration></backup>"
    return f'<measure number="{number}">{first}{above}{back}{below}</measure>'


def _note(step: str, octave: int, duration: int, kind: str, staff: int) -> str:
    return (
        f"<note><pitch><step>{step}</step><octave>{octave}</octave></pitch><duration>{duration}</duration>"
        f"<voice>{staff}</voice><type>{kind}</type><staff>{staff}</staff></note>"
    )
