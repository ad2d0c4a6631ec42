from __future__ import annotations

import json
from pathlib import Path

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.report.by_bar import bars_played
from repetiteur.bridges.report.gather import gather
from repetiteur.bridges.report.summary import Summary, as_json, summarise
from repetiteur.bridges.report.take import Begun, Kind, Take, Verdict
from repetiteur.bridges.report.words import Wording, headline, in_words, spoken
from repetiteur.realtime.events import Match, Mistake, MistakeKind, Note, NoteStatus, Retract


@pytest.fixture(scope="module")
def summary(demo: Take) -> Summary:
    return summarise(demo, bars_played(demo))


def mistakes(take: Take) -> list[Verdict]:
    return [verdict for verdict in take.verdicts if verdict.kind is not Kind.RIGHT]


def test_the_planted_mistakes_are_there_at_their_places(demo: Take) -> None:
    planted = json.loads(Path(assets.PLANTED).read_text("utf-8"))["mistakes"]
    labels = demo.score.bar_labels
    found = {(labels[demo.score.bar_at(v.q)], v.time) for v in mistakes(demo)}
    assert found == {(mistake["bar"], mistake["pass"]) for mistake in planted}
    assert len(mistakes(demo)) == len(planted)


def test_the_repeat_and_the_restart_are_stretches(demo: Take) -> None:
    assert [stretch.begun for stretch in demo.stretches] == [Begun.START, Begun.REPEAT, Begun.AGAIN]
    labels = demo.score.bar_labels
    assert [labels[stretch.first_bar] for stretch in demo.stretches] == ["1", "1", "21"]


def test_every_bar_as_often_as_it_was_played(demo: Take) -> None:
    bars = bars_played(demo)
    assert len(bars) == 16 + 21 + 12
    assert sum(bar.right for bar in bars) == len(demo.of(Kind.RIGHT))
    assert sum(bar.mistakes for bar in bars) == len(mistakes(demo))
    tempi = [bar.quarter_bpm for bar in bars if bar.bar not in (11, 31) and bar.quarter_bpm]
    assert all(100 < bpm < 145 for bpm in tempi)
    assert bars[11].quarter_bpm is not None and bars[11].quarter_bpm < 100  # the hesitation before bar 13


def test_the_summary_in_figures(demo: Take, summary: Summary) -> None:
    assert summary.fits
    assert (summary.missed, summary.wrong, summary.extra) == (2, 2, 3)
    assert summary.right + summary.wrong + summary.extra <= summary.heard
    assert summary.quarter_bpm == pytest.approx(123, abs=4)
    assert summary.printed_bpm == pytest.approx(140) and not summary.printed_is_guess
    assert [(again.bar, again.count) for again in summary.again] == [(20, 1)]
    assert json.loads(json.dumps(as_json(summary, demo)))["most_missed_bars"][0]["bar"] == "1"


def test_the_summary_in_words(demo: Take, summary: Summary) -> None:
    told = " ".join([headline(summary), *in_words(summary, demo.score)])
    assert "99 % of the notes were right." in told
    assert "2 missed, 2 wrong and 3 added" in told
    assert "140 is printed (12 % slower)" in told
    assert "Started again from bar 21." in told


def test_a_mistake_in_words(demo: Take) -> None:
    wording = Wording(demo)
    told = [wording.sentence(verdict) for verdict in mistakes(demo)]
    assert "Bar 7, beat 1: F4 played instead of F♯4, first time through." in told
    assert "Bar 1, beat 1: B3 missed, second time through." in told
    assert "Bar 27, beat 2: C5 missed." in told  # played once: no need to say which time
    assert spoken("F♯4, beat 2½") == "F sharp 4, beat 2 and a half"


def test_what_was_taken_back_is_left_out(demo: Take) -> None:
    score = demo.score
    name, pitch = score.note_ids[0], int(score.notes["pitch"][0])
    events = [
        Note(0, 1.0, 1, NoteStatus.CONFIRMED, pitch, 1.0, 70),
        Mistake(1, 1.1, MistakeKind.EXTRA, None, None, 1, pitch, 0.0, 1, 1.0, 0.6),
        Retract(2, 1.2, 1),
        Match(3, 1.2, 1, name, 0.0, 1, 4.0, 0.0),
    ]
    take = gather(score, events)
    assert [(verdict.kind, verdict.score_note) for verdict in take.verdicts] == [(Kind.RIGHT, 0)]
    assert take.verdicts[0].heard is not None and take.verdicts[0].heard.velocity == 70


def test_silence_and_strangers_do_not_fit(demo: Take) -> None:
    score = demo.score
    notes = [Note(k, float(k), k, NoteStatus.CONFIRMED, 30 + k, float(k), 70) for k in range(20)]
    summary = summarise(take := gather(score, notes), bars_played(take))
    assert not summary.fits
    assert headline(summary) == "This does not seem to be a performance of this score."
    assert in_words(summary, score)[0] == "Of 20 notes played, 0 fit it."
    assert summary.score_notes_reached == 0


def test_notes_of_the_ears_count_when_they_are_confirmed(demo: Take) -> None:
    statuses = (NoteStatus.PROVISIONAL, NoteStatus.CONFIRMED), (NoteStatus.PROVISIONAL, NoteStatus.WITHDRAWN)
    notes = [Note(0, 1.0, k, status, 60, 1.0, 70, 0.9) for k, way in enumerate(statuses) for status in way]
    assert gather(demo.score, notes).heard == 1
