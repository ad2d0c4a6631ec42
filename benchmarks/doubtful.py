"""Where verdicts and truth differ, in words: for looking at, line by line."""

from __future__ import annotations

from repetiteur.benchmarks.heard import Heard
from repetiteur.benchmarks.truth import Truth
from repetiteur.benchmarks.verdict_metrics import alarm_test, fair, said
from repetiteur.realtime.events import Mistake


def doubtful_verdicts(heard: Heard, truth: Truth) -> tuple[str, ...]:
    """False alarms and overlooked mistakes after the fair setting aside, in order of time."""
    lines: list[tuple[float, str]] = []
    is_false = alarm_test(heard, truth)
    for told in heard.told:
        mistake = told.verdict
        if told.stands and isinstance(mistake, Mistake) and is_false(mistake):
            what = (
                f"pitch {mistake.played}"
                if mistake.score_note is None
                else f"{mistake.score_note} pass {mistake.pass_}"
            )
            lines.append((mistake.onset, f"false alarm: {mistake.kind} {what} at q {mistake.q:g}"))
    final = said(heard, lambda told, _: told.stands)
    ours, theirs = fair(final.labels, truth), fair(truth.labels, truth)
    matched_to = {number: name for name, _, number in final.labels.matches}
    for number in theirs.extra - ours.extra:
        onset_s, pitch = truth.played[number]
        why = f"matched to {matched_to[number]}" if number in matched_to else "not heard"
        lines.append((onset_s, f"extra note overlooked: pitch {pitch} {why}"))
    for number in theirs.extra & ours.extra - final.flagged:
        onset_s, pitch = truth.played[number]
        lines.append((onset_s, f"extra note passed over in silence: pitch {pitch}"))
    for name in theirs.missed - ours.missed:
        at_s = truth.due[name].at_s if name in truth.due else 0.0
        lines.append((at_s, f"missed note overlooked: {name[0]} pass {name[1]}"))
    return tuple(f"{time_s:8.2f} s  {text}" for time_s, text in sorted(lines))
