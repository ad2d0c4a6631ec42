"""Runs one peer in the interpreter that has it: jobs in, results out, one JSON object a line.

    python child.py probe     which packages there are, one line: {"matchmaker": "0.3.0", ...}
    python child.py PEER      reads jobs from stdin until it ends

It stands alone: the interpreter with the peers need not have this program installed.

Job      score      rows of onset_beat, duration_beat, onset_q, duration_q, pitch, voice, is_grace
         played     rows of onset_s, duration_s, pitch, velocity
         limit_s    give up after so long; what was reported until then stands
Result   available_s, cost_s, stamp_s, place_beat
                    one entry for each step that reported: when its input existed, the processor
                    time it took, the peer's own time stamp, and the place it reported
         matches    pairs of row numbers (score, played), or null where the peer labels no notes
         trouble    empty, or why it stopped early

A step's input exists when the note is played; for matchmaker, which looks at MIDI in
windows, at the end of the window. Features are computed window by window, and the follower
gets each of them only when it asks: it never sees the future.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module, metadata
from typing import Any

DISTRIBUTIONS = {"matchmaker": "pymatchmaker", "parangonar": "parangonar"}
MATCHMAKER = ("pthmm", "arzt", "dixon", "hmm", "outerhmm")
WARM_UP_NOTES = 40
DIVISIONS = 480

Job = dict[str, Any]


class Steps:
    """What the peer reported, step by step, and what it matched (None: it matches no notes)."""

    def __init__(self, limit_s: float) -> None:
        self.ends_s = time.monotonic() + limit_s
        self.matches: list[tuple[str, str]] | None = None
        self.rows: dict[str, list[float]] = {
            "available_s": [], "cost_s": [], "stamp_s": [], "place_beat": []
        }  # fmt: skip

    def add(self, *row: float) -> None:
        if time.monotonic() > self.ends_s:
            raise TimeoutError("time limit")
        for column, value in zip(self.rows.values(), row):  # noqa: B905  (the peers may need an old Python)
            column.append(float(value))


def score_array(job: Job) -> Any:
    """The score as partitura hands it to the peers: same fields, same order of rows."""
    np = import_module("numpy")
    names = "onset_beat duration_beat onset_quarter duration_quarter onset_div duration_div"
    fields = [(name, "i4" if name.endswith("div") else "f4") for name in names.split()]
    fields += [("pitch", "i4"), ("voice", "i4"), ("id", "U64"), ("is_grace", "b"), ("divs_pq", "i4")]
    rows = [
        (beat, lasts, q, lasts_q, round(q * DIVISIONS), round(lasts_q * DIVISIONS),
         pitch, voice, f"s{number}", grace, DIVISIONS)
        for number, (beat, lasts, q, lasts_q, pitch, voice, grace) in enumerate(job["score"])
    ]  # fmt: skip
    table = np.array(rows, dtype=fields)
    return table[np.lexsort((table["duration_div"], table["pitch"], table["onset_div"]))]


def played_array(job: Job) -> Any:
    np = import_module("numpy")
    fields = [("onset_sec", "f4"), ("duration_sec", "f4"), ("pitch", "i4"), ("velocity", "i4"), ("id", "U64")]
    return np.array([(*row, f"p{number}") for number, row in enumerate(job["played"])], dtype=fields)


# ---------------------------------------------------------------- matchmaker


class Feed:
    """Stands in for matchmaker's stream and its queue: hands over one observation at a time."""

    def __init__(self, end: object) -> None:
        self.queue, self.end = self, end
        self.items: list[Any] = []
        self.taken, self.began_s = -1, 0.0

    def get(self, *_: Any, **__: Any) -> Any:
        self.taken += 1
        self.began_s = time.thread_time()
        return self.items[self.taken] if self.taken < len(self.items) else self.end

    recv = get


def follow_with_matchmaker(method: str, job: Job, steps: Steps) -> None:
    matchmaker = import_module("matchmaker")
    partitura: Any = import_module("partitura")
    end = import_module("matchmaker.io.stream").STREAM_END
    table = score_array(job)

    class Given(partitura.score.Part):
        """A score that is there already, with the repeats as they were played."""

        def note_array(self, *_: Any, **__: Any) -> Any:
            return table

    feed = Feed(end)
    load, partitura.load_score = (
        partitura.load_score,
        lambda *_, **__: partitura.score.Score([Given("given")]),
    )
    try:
        maker = matchmaker.Matchmaker(
            "given", input_type="midi", method=method, stream=feed, tempo=120.0, unfold_score=False
        )
    finally:
        partitura.load_score = load
    available, cost = [], []
    for frame, middle_s, end_s in _windows(job, maker.polling_period):
        began_s = time.thread_time()
        item = maker.processor((frame, middle_s))
        spent_s = time.thread_time() - began_s
        if item is not None:
            feed.items.append(item)
            available.append(end_s)
            cost.append(spent_s)
    rest = maker.processor.flush_remaining() if hasattr(maker.processor, "flush_remaining") else None
    if rest is not None:
        feed.items.append(rest)
        available.append(available[-1] if available else 0.0)
        cost.append(0.0)
    maker.score_follower.queue = feed
    for beat in maker.score_follower.run(verbose=False):
        spent_s = time.thread_time() - feed.began_s
        taken = feed.taken
        steps.add(available[taken], cost[taken] + spent_s, feed.items[taken][1], beat)


def _windows(job: Job, period_s: float | None) -> Iterator[tuple[list[Any], float, float]]:
    """MIDI messages in windows: (messages, its middle, its end). Without a period, one by one."""
    message = import_module("mido").Message
    timed = []
    for onset_s, duration_s, pitch, velocity in job["played"]:
        timed.append((onset_s, 1, message("note_on", note=pitch, velocity=velocity)))
        timed.append((onset_s + duration_s, 0, message("note_off", note=pitch)))
    timed.sort(key=lambda entry: entry[:2])
    if period_s is None:
        for time_s, _, item in timed:
            yield [(item, time_s)], time_s, time_s
        return
    next_one = 0
    for number in range(math.ceil(timed[-1][0] / period_s)):
        end_s = (number + 1) * period_s
        first = next_one
        while next_one < len(timed) and timed[next_one][0] <= end_s:
            next_one += 1
        yield [(item, time_s) for time_s, _, item in timed[first:next_one]], end_s - period_s / 2, end_s


# ---------------------------------------------------------------- parangonar


def follow_with_parangonar(name: str, job: Job, steps: Steps) -> None:
    """Places note by note, and what it matched."""
    parangonar = import_module("parangonar")
    np = import_module("numpy")
    _one_thread()
    score, played = score_array(job), played_array(job)
    steps.matches = []
    if name == "DualDTW":
        steps.matches = _pairs(parangonar.DualDTWNoteMatcher()(score, played))
        return
    if name in ("OTM", "OPTM"):
        kind = "OnlineTransformerMatcher" if name == "OTM" else "OnlinePureTransformerMatcher"
        matcher = getattr(parangonar, kind)(score)
        steps.matches = matcher.alignment  # it grows note by note
        if hasattr(matcher, "prepare_performance"):
            matcher.prepare_performance(played[0]["onset_sec"])
        _report(played, steps, matcher.online, lambda _: matcher.get_current_score_onset())
        return
    beats = np.unique(score["onset_beat"])
    kind = parangonar.TOLTWMatcher if name == "TOLTW" else parangonar.OLTWMatcher
    matcher = kind(score, tracker_type="SLT_OLTW" if name == "TOLTW" else "SL_OLTW")
    _report(played, steps, matcher, lambda place: beats[min(max(int(place), 0), len(beats) - 1)])
    steps.matches = _pairs(kind(score).offline(played))


def _pairs(alignment: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["score_id"], row["performance_id"]) for row in alignment if row["label"] == "match"]


def _report(played: Any, steps: Steps, push: Callable[[Any], Any], place: Callable[[Any], float]) -> None:
    for note in played:
        began_s = time.thread_time()
        said = push(note)
        spent_s = time.thread_time() - began_s
        steps.add(note["onset_sec"], spent_s, note["onset_sec"], place(said))


def _one_thread() -> None:
    try:
        torch = import_module("torch")
    except ImportError:
        return
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)


# ---------------------------------------------------------------- jobs

Follow = Callable[[str, Job, Steps], None]
Run = Callable[[str, Job], dict[str, Any]]


def run(peer: str, job: Job) -> dict[str, Any]:
    return result(follow_with_matchmaker if peer in MATCHMAKER else follow_with_parangonar, peer, job)


def result(follow: Follow, peer: str, job: Job) -> dict[str, Any]:
    """One take. Whatever goes wrong is told, and what was reported before stands."""
    steps = Steps(job["limit_s"])
    trouble = ""
    try:
        follow(peer, job, steps)
    except Exception as error:
        trouble = f"{type(error).__name__}: {error}".strip()
    columns: dict[str, Any] = {
        name: [value if math.isfinite(value) else None for value in column]
        for name, column in steps.rows.items()
    }
    matches = steps.matches
    if matches is not None:  # "s12", "p3": the numbers of rows
        columns["matches"] = [[int(one[1:]), int(other[1:])] for one, other in matches]
    return {"matches": None, **columns, "trouble": trouble}


def warm_up(peer: str, job: Job) -> None:
    """Compiling and loading are no part of what a note costs: a first few notes, thrown away."""
    run(peer, {**job, "played": job["played"][:WARM_UP_NOTES], "limit_s": 60.0})


def probe() -> dict[str, str]:
    """Versions of the packages that can be imported."""
    found = {}
    for name, distribution in DISTRIBUTIONS.items():
        try:
            import_module(name)
            found[name] = metadata.version(distribution)
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
    return found


def main(peer: str, run: Run = run, warm_up: Callable[[str, Job], None] = warm_up) -> None:
    # Peers print what they like: only results go to the real stdout.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if peer == "probe":
        print(json.dumps(probe()), file=out, flush=True)
        return
    warm = False
    for line in sys.stdin:
        job = json.loads(line)
        if not warm:
            warm_up(peer, job)
            warm = True
        print(json.dumps(run(peer, job)), file=out, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
