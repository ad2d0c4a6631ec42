"""How it went, for reading afterwards: where the player was, what was right, what was not."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median, quantiles

from repetiteur.bridges.terminal.tally import Tally
from repetiteur.bridges.terminal.words import Speller, counted, duration, place, verdict
from repetiteur.realtime.score import Score

LINES_OF_MISTAKES = 200  # more help nobody


def outcome(tally: Tally, score: Score) -> Iterator[str]:
    """Lines of plain text: the summary, then each mistake."""
    yield from summary(tally)
    if tally.mistakes:
        yield "mistakes"
    yield from mistake_lines(tally, score)
    for fault in tally.faults:
        yield f"trouble: {fault.what}; {fault.remedy}"


def summary(tally: Tally) -> Iterator[str]:
    """How much, where, how fast, how well."""
    played_s = tally.position.at if tally.position else 0.0
    yield f"heard {counted(tally.notes, 'note')} in {duration(played_s)}"
    if tally.stretches:
        yield f"went    {', '.join(_bars(s.first, s.last) for s in tally.stretches)}"
    if len(tally.bpms) > 1:
        tenths = quantiles(tally.bpms, n=10)
        middle, slow, quick = median(tally.bpms), tenths[0], tenths[-1]
        yield f"tempo   quarter = {middle:.0f}, mostly between {slow:.0f} and {quick:.0f}"
    deviations = [abs(match.deviation_ms) for match in tally.matches]
    if deviations:
        yield f"pulse   half of the notes within {median(deviations):.0f} ms of your own tempo"
    count = tally.counts
    wrong = f"{count['missed']} left out, {count['extra']} extra, {count['wrong']} wrong"
    yield f"notes   {count['match']} right, {wrong}"


def mistake_lines(tally: Tally, score: Score) -> Iterator[str]:
    """Each mistake with its place, in the order it happened."""
    speller = Speller(score)
    shown = tally.mistakes[:LINES_OF_MISTAKES]
    places = [place(score, mistake.q, mistake.pass_) for mistake in shown]
    width = max(map(len, places), default=0)
    for where, mistake in zip(places, shown, strict=True):
        yield f"  {where:<{width}}  {verdict(mistake, speller)}"
    if len(tally.mistakes) > len(shown):
        yield f"  and {len(tally.mistakes) - len(shown)} more; --json tells all"


def _bars(first: str, last: str) -> str:
    return f"bar {first}" if first == last else f"bars {first}-{last}"
