"""Makes the bundled performance: ``python -m repetiteur.bridges.assets.make_performance``.

A seeded pianist with phrase arcs, rubato, hands that do not strike quite together, rolled
chords and shaped loudness, who makes the mistakes written down below. The same seed gives
the same bytes. Times in seconds, loudness in MIDI steps.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from repetiteur.bridges import assets
from repetiteur.bridges.scores import load_score
from repetiteur.realtime.score import NoteKind, Ornament, Score

SEED = 1725
QUARTER_S = 60 / 128  # the printed tempo is 140
LEAD_IN_S = 1.0
PHRASE_BARS = 8
RESTARTED_BAR, STUMBLE_BEAT, STUMBLE_PAUSE_S = "21", 3.0, 0.9
HESITATION_BAR, HESITATION_PASS, HESITATION_S = "13", 1, 0.8
ORNAMENT_STEP_S = 0.075
TICKS_PER_S = 2000


@dataclass(frozen=True, slots=True)
class Planted:
    """One deliberate mistake. ``expected`` and ``played`` are MIDI pitches where they apply."""

    kind: str
    bar: str
    pass_: int
    beat: float
    expected: int | None = None
    played: int | None = None


MISTAKES = (
    Planted("wrong", "7", 1, 1.0, expected=66, played=65),  # forgets the sharp
    Planted("missed", "1", 2, 1.0, expected=59),  # the middle of the rolled chord
    Planted("extra", "11", 2, 1.0, played=77),  # brushes the key beside
    Planted("wrong", "15", 2, 3.0, expected=50, played=52),  # left hand jumps too short
    Planted("extra", "18", 1, 1.0, played=80),
    Planted("wrong", RESTARTED_BAR, 1, 2.5, expected=74, played=75),  # and stops, and starts the bar again
    Planted("missed", "27", 1, 2.0, expected=72),
)


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key going down and up."""

    onset_s: float
    offset_s: float
    pitch: int
    velocity: int
    written: str = ""  # id and pass of the score note it is; none of a mistake, or of what is played again


@dataclass(frozen=True, slots=True)
class Due:
    """A score note where it stands when the repeats taken are written out, and when it was due."""

    onset_q: float
    duration_q: float
    pitch: int
    at_s: float


@dataclass(frozen=True, slots=True)
class PlayedBar:
    """One bar as the player takes it: how much of it, and what pause comes before it."""

    index: int
    pass_: int
    until_beat: float = math.inf
    pause_s: float = 0.0
    again: bool = False


def bars_to_play(score: Score) -> list[PlayedBar]:
    """First half twice, second half once, one bar begun again."""
    half = len(score.bars) // 2
    order = [(bar, 1) for bar in range(half)] + [(bar, 2) for bar in range(half)]
    order += [(bar, 1) for bar in range(half, len(score.bars))]
    played: list[PlayedBar] = []
    for bar, pass_ in order:
        label = score.bar_labels[bar]
        if label == RESTARTED_BAR:
            played.append(PlayedBar(bar, pass_, until_beat=STUMBLE_BEAT))
            played.append(PlayedBar(bar, pass_, pause_s=STUMBLE_PAUSE_S, again=True))
        else:
            hesitates = (label, pass_) == (HESITATION_BAR, HESITATION_PASS)
            played.append(PlayedBar(bar, pass_, pause_s=HESITATION_S if hesitates else 0.0))
    return played


class Pianist:
    """Plays bar after bar; remembers the time and the drift of the tempo."""

    def __init__(self, score: Score, seed: int) -> None:
        self._score = score
        self._random = Random(seed)
        self._now_s = LEAD_IN_S
        self._drift = 0.0
        self.strokes: list[Stroke] = []
        self.bar_starts_s: list[float] = []
        self.planted: list[tuple[Planted, float]] = []
        self.due: dict[str, Due] = {}  # by id and pass
        self._written_out_q = 0.0  # before this bar

    def play(self, bar: PlayedBar) -> None:
        self._now_s += bar.pause_s
        self.bar_starts_s.append(self._now_s)
        start_q, end_q = (float(self._score.bars[name][bar.index]) for name in ("start_q", "end_q"))
        beats = round(end_q - start_q)
        knots_s = [self._now_s]
        for beat in range(beats):
            knots_s.append(knots_s[-1] + self._quarter_s(bar, beat / beats))
        for index in self._notes_of(bar, start_q, end_q):
            at = float(self._score.notes["onset_q"][index]) - start_q
            length = float(self._score.notes["duration_q"][index])
            self._note(bar, index, _between(knots_s, at), _between(knots_s, at + length))
        stop_after = min(bar.until_beat - 1.0, float(beats))
        self._now_s = _between(knots_s, stop_after)
        if bar.until_beat == math.inf:
            self._written_out_q += end_q - start_q

    def _notes_of(self, bar: PlayedBar, start_q: float, end_q: float) -> Iterator[int]:
        onsets = self._score.notes["onset_q"]
        for index in range(len(onsets)):
            inside = start_q - 1e-6 <= onsets[index] < end_q - 1e-6
            if inside and self._score.beat_at(float(onsets[index])) < bar.until_beat - 1e-6:
                yield index

    def _quarter_s(self, bar: PlayedBar, through: float) -> float:
        """Slower at the ends of a phrase, a broad end, and a pulse that wanders a little."""
        self._drift = 0.7 * self._drift + self._random.gauss(0.0, 0.012)
        in_phrase = (bar.index % PHRASE_BARS + through) / PHRASE_BARS
        arc = 0.07 * (2.0 * in_phrase - 1.0) ** 2
        left = len(self._score.bars) - bar.index - through
        broad = 0.45 * (1.0 - left / 2.0) ** 2 if left < 2.0 else 0.0
        return QUARTER_S * (1.0 + arc + broad + self._drift)

    def _note(self, bar: PlayedBar, index: int, onset_s: float, end_s: float) -> None:
        note = self._score.notes[index]
        q, pitch = float(note["onset_q"]), int(note["pitch"])
        left_hand = note["staff"] == 2
        onset_s += self._random.gauss(0.006 if left_hand else -0.006, 0.006) + self._roll_s(index)
        loud = round(self._loudness(bar, q, left_hand))
        beat = self._score.beat_at(q)
        mistake = self._mistake_at(bar, beat, pitch)
        written, grace = f"{self._score.note_ids[index]}-{bar.pass_}", note["kind"] == NoteKind.GRACE
        if written not in self.due:
            q += self._written_out_q - float(self._score.bars["start_q"][bar.index])
            self.due[written] = Due(q, 0.0 if grace else float(note["duration_q"]), pitch, onset_s)
        if grace:
            self._strike(onset_s - 0.09, onset_s, pitch, loud - 6, written)
            return
        lifted = 0.05 if float(note["duration_q"]) < 1 else 0.14  # eighths nearly tied, quarters apart
        end_s = max(end_s - lifted * (end_s - onset_s), onset_s + 0.06)
        if mistake is None or mistake.kind == "extra":
            self._sound(onset_s, end_s, pitch, loud, Ornament(int(note["ornament"])), written)
        if mistake is not None:
            self.planted.append((mistake, onset_s))
            if mistake.kind == "wrong":
                self._strike(onset_s, end_s, int(mistake.played or 0), loud)
            elif mistake.kind == "extra":
                self._strike(onset_s + 0.018, onset_s + 0.12, int(mistake.played or 0), loud - 14)

    def _mistake_at(self, bar: PlayedBar, beat: float, pitch: int) -> Planted | None:
        if bar.again:
            return None
        label = self._score.bar_labels[bar.index]
        for mistake in MISTAKES:
            here = (mistake.bar, mistake.pass_) == (label, bar.pass_) and abs(mistake.beat - beat) < 1e-6
            beside = mistake.played is not None and abs(mistake.played - pitch) == 1
            if here and (beside if mistake.kind == "extra" else mistake.expected == pitch):
                return mistake
        return None

    def _roll_s(self, index: int) -> float:
        """Chords of the left hand are rolled upwards."""
        notes = self._score.notes
        together = [
            k for k in range(max(index - 6, 0), min(index + 7, len(notes)))
            if notes["onset_q"][k] == notes["onset_q"][index] and notes["staff"][k] == notes["staff"][index]
            and notes["kind"][k] == NoteKind.PLAIN
        ]  # fmt: skip
        return 0.03 * together.index(index) if len(together) > 2 and index in together else 0.0

    def _loudness(self, bar: PlayedBar, q: float, left_hand: bool) -> float:
        in_phrase = (bar.index % PHRASE_BARS + 0.5) / PHRASE_BARS
        beat = self._score.beat_at(q)
        accent = 5.0 if beat == 1.0 else 0.0 if beat == round(beat) else -4.0
        second_time = -6.0 if bar.pass_ == 2 else 0.0
        hand = -8.0 if left_hand else 4.0
        swell = 12.0 * math.sin(math.pi * in_phrase)
        return 62.0 + swell + accent + hand + second_time + self._random.gauss(0.0, 2.5)

    def _sound(
        self, onset_s: float, end_s: float, pitch: int, loud: int, ornament: Ornament, written: str
    ) -> None:
        """A mordent goes down a tone and back before it settles; everything else is one stroke."""
        if not ornament & Ornament.MORDENT:
            self._strike(onset_s, end_s, pitch, loud, written)
            return
        neighbour = self._neighbour(pitch)
        step_s = min(ORNAMENT_STEP_S, (end_s - onset_s) / 4)
        for k, each in enumerate((pitch, neighbour)):
            self._strike(
                onset_s + k * step_s, onset_s + (k + 0.95) * step_s, each, loud - 2 * k, "" if k else written
            )
        self._strike(onset_s + 2 * step_s, end_s, pitch, loud)

    @staticmethod
    def _neighbour(pitch: int) -> int:
        """The step of G major below."""
        scale = {7, 9, 11, 0, 2, 4, 6}
        return pitch - 1 if (pitch - 1) % 12 in scale else pitch - 2

    def _strike(
        self, onset_s: float, offset_s: float, pitch: int, velocity: int, written: str = ""
    ) -> None:
        if any(stroke.written == written for stroke in self.strokes):
            written = ""
        self.strokes.append(Stroke(onset_s, offset_s, pitch, min(max(velocity, 1), 127), written))


def _between(knots_s: list[float], quarters: float) -> float:
    """When that many quarters into the bar have passed; beyond its end as at its end."""
    at = min(int(quarters), len(knots_s) - 2)
    return knots_s[at] + (quarters - at) * (knots_s[at + 1] - knots_s[at])


def lift_before_striking_again(strokes: list[Stroke]) -> list[Stroke]:
    """A key must be up before it can go down again."""
    lifted: list[Stroke] = []
    next_onset: dict[int, float] = {}
    for stroke in sorted(strokes, key=lambda each: each.onset_s, reverse=True):
        latest = next_onset.get(stroke.pitch, math.inf) - 0.02
        lifted.append(replace(stroke, offset_s=max(min(stroke.offset_s, latest), stroke.onset_s + 0.01)))
        next_onset[stroke.pitch] = stroke.onset_s
    return lifted[::-1]


def write_midi(strokes: list[Stroke], path: Path) -> None:
    import mido

    events = [(round(s.onset_s * TICKS_PER_S), 1, s.pitch, s.velocity) for s in strokes]
    events += [(round(s.offset_s * TICKS_PER_S), 0, s.pitch, 0) for s in strokes]
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000)])
    now = 0
    for tick, down, pitch, velocity in sorted(events):
        kind = "note_on" if down else "note_off"
        track.append(mido.Message(kind, note=pitch, velocity=velocity, time=tick - now))
        now = tick
    mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_S // 2, tracks=[track]).save(path)


def story(pianist: Pianist, bars: list[PlayedBar], score: Score) -> dict[str, list[dict[str, object]]]:
    """What was planted, for comparing with what was found."""

    def liberty(what: str, k: int) -> dict[str, object]:
        at_s = round(pianist.bar_starts_s[k], 3)
        return {"what": what, "bar": score.bar_labels[bars[k].index], "pass": bars[k].pass_, "at_s": at_s}

    second_time = next(k for k, bar in enumerate(bars) if bar.pass_ == 2)
    hesitation = next(k for k, bar in enumerate(bars) if bar.pause_s == HESITATION_S)
    again = next(k for k, bar in enumerate(bars) if bar.again)
    mistakes = [
        {"kind": m.kind, "bar": m.bar, "pass": m.pass_, "beat": m.beat, "expected": m.expected,
         "played": m.played, "onset_s": round(onset_s, 3)}
        for m, onset_s in pianist.planted
    ]  # fmt: skip
    liberties = [
        liberty("hesitated before bar 13", hesitation),
        liberty("took the first repeat", second_time),
        liberty("stopped in bar 21 and began it again", again),
        liberty("left the second repeat out", len(bars) - 1),
    ]
    return {"mistakes": mistakes, "liberties": liberties}


def table(strokes: list[Stroke], due: dict[str, Due]) -> str:
    """Which stroke is which note of the score: matches, insertions, deletions."""
    score_side, played_side = "id onset_q dur_q pitch", "id onset_s dur_s pitch"
    rows = [["status", *(f"score_{name}" for name in score_side.split()),
             *(f"perf_{name}" for name in played_side.split()), "velocity"]]  # fmt: skip
    by_onset = sorted(strokes, key=lambda each: (each.onset_s, each.pitch))
    for number, stroke in enumerate(by_onset):
        status = "match" if stroke.written else "insertion"
        lasts_s = stroke.offset_s - stroke.onset_s
        rows.append([
            status, *_written(stroke.written, due), f"p{number}", f"{stroke.onset_s:.4f}", f"{lasts_s:.4f}",
            str(stroke.pitch), str(stroke.velocity),
        ])  # fmt: skip
    played = {stroke.written for stroke in strokes}
    for written, note in due.items():
        if written not in played:
            rows.append(["deletion", *_written(written, due), "", f"{note.at_s:.4f}", "", "", ""])
    return "".join("\t".join(row) + "\n" for row in rows)


def _written(written: str, due: dict[str, Due]) -> list[str]:
    if not written:
        return [""] * 4
    note = due[written]
    return [written, f"{note.onset_q:g}", f"{note.duration_q:g}", str(note.pitch)]


def main() -> None:
    score = load_score(assets.SCORE)
    bars = bars_to_play(score)
    pianist = Pianist(score, SEED)
    for bar in bars:
        pianist.play(bar)
    assert len(pianist.planted) == len(MISTAKES), "a planted mistake did not find its note"
    strokes = lift_before_striking_again(pianist.strokes)
    write_midi(strokes, assets.PERFORMANCE)
    assets.ALIGNMENT.write_text(table(strokes, pianist.due))
    assets.PLANTED.write_text(json.dumps(story(pianist, bars, score), indent=1) + "\n")


if __name__ == "__main__":
    main()
