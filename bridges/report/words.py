"""What happened, in plain words: one sentence for each mark and each line of the summary."""

from __future__ import annotations

from collections.abc import Sequence

from repetiteur.bridges.report.summary import Summary
from repetiteur.bridges.report.take import Kind, Take, Verdict
from repetiteur.bridges.terminal.words import Speller, beat, counted
from repetiteur.realtime.score import Score

_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
NOT_THIS_SCORE = "This does not seem to be a performance of this score."


class Wording:
    """Made once per take; spelling needs the keys of the whole score."""

    def __init__(self, take: Take) -> None:
        self.score = take.score
        self._speller = Speller(take.score)
        self._often = {
            bar
            for bar in range(len(take.score.bars))
            if sum(stretch.first_bar <= bar <= stretch.last_bar for stretch in take.stretches) > 1
        }

    def name(self, pitch: int | None, q: float) -> str:
        """``F♯4``."""
        return "" if pitch is None else self._speller.spell(pitch, q)

    def place(self, q: float) -> str:
        """``bar 12, beat 2½``."""
        return f"bar {self.score.bar_labels[self.score.bar_at(q)]}, beat {beat(self.score.beat_at(q))}"

    def verdict(self, verdict: Verdict) -> str:
        """``F♯4 missed``, ``F4 played instead of F♯4``, ``F4 added``, ``F♯4 right, 120 ms late``."""
        expected = self.expected(verdict)
        played = self.name(verdict.heard.pitch, verdict.q) if verdict.heard else ""
        match verdict.kind:
            case Kind.MISSED:
                return f"{expected} missed"
            case Kind.WRONG:
                return f"{played} played instead of {expected}"
            case Kind.EXTRA:
                return f"{played} added, it is not in the score"
            case Kind.RIGHT:
                side = "late" if verdict.deviation_ms > 0 else "early"
                return f"{expected} right, but {abs(verdict.deviation_ms):.0f} ms {side}"

    def expected(self, verdict: Verdict) -> str:
        if verdict.score_note is None:
            return ""
        return self.name(int(self.score.notes["pitch"][verdict.score_note]), verdict.q)

    def sentence(self, verdict: Verdict) -> str:
        """``Bar 12, beat 3: F♯4 missed, second time through.``"""
        return f"{_capital(self.place(verdict.q))}: {self.happened(verdict)}."

    def happened(self, verdict: Verdict) -> str:
        """The sentence without its place; the time through is told where there were several."""
        often = self.score.bar_at(verdict.q) in self._often
        return self.verdict(verdict) + (f", {ordinal(verdict.time)} time through" if often else "")


def ordinal(number: int) -> str:
    return _ORDINALS[number] if 0 < number < len(_ORDINALS) else f"{number}th"


def spoken(text: str) -> str:
    """For a voice: signs become words."""
    return text.replace("♯", " sharp ").replace("♭", " flat ").replace("½", " and a half")


def headline(summary: Summary) -> str:
    """What a teacher would say first."""
    if not summary.fits:
        return NOT_THIS_SCORE
    mistakes = summary.missed + summary.wrong + summary.extra
    if not mistakes:
        return "Every note was right."
    percent = 100.0 * summary.share_right
    return f"{percent:.0f} % of the notes were right." if percent < 99.5 else "Nearly every note was right."


def in_words(summary: Summary, score: Score) -> list[str]:
    """The rest of the summary, a sentence each."""
    if not summary.fits:
        fitting = f"Of {counted(summary.heard, 'note')} played, {summary.right} fit it."
        return [fitting, "Check that the score and the performance belong together."]
    told = [_mistakes(summary)]
    left = summary.score_notes - summary.score_notes_reached
    if left:
        told.append(f"{counted(left, 'note')} of the score {_were(left)} not played in this take.")
    if tempo := tempo_words(summary):
        told.append(tempo)
    if summary.repeats:
        told.append(f"{_capital(counted(summary.repeats, 'repeat'))} taken.")
    if summary.skips:
        told.append(f"{_capital(counted(summary.skips, 'passage'))} left out.")
    told += [again_words(score.bar_labels[again.bar], again.count) for again in summary.again[:5]]
    return told


def again_words(label: str, count: int) -> str:
    """``Started again from bar 9, 3 times.``"""
    return f"Started again from bar {label}" + (f", {count} times." if count > 1 else ".")


def tempo_words(summary: Summary) -> str:
    """``Average tempo: quarter = 123; 140 is printed (12 % slower).``"""
    if summary.quarter_bpm is None or summary.printed_bpm is None:
        return ""
    told = f"Average tempo: quarter = {summary.quarter_bpm:.0f}"
    if summary.printed_is_guess:
        return f"{told}; the score prints no number, {summary.printed_bpm:.0f} is assumed."
    change = 100.0 * (summary.quarter_bpm / summary.printed_bpm - 1.0)
    way = "faster" if change > 0 else "slower"
    compared = f"{abs(change):.0f} % {way}" if abs(change) >= 1.0 else "just that"
    return f"{told}; {summary.printed_bpm:.0f} is printed ({compared})."


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _mistakes(summary: Summary) -> str:
    parts = [
        f"{number} {what}"
        for number, what in ((summary.missed, "missed"), (summary.wrong, "wrong"), (summary.extra, "added"))
        if number
    ]
    right = f"{counted(summary.right, 'note')} right"
    return f"{right}, {listed(parts)}." if parts else f"{right}; none missed, wrong or added."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
