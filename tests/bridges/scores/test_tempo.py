"""Tempo marks, and what is assumed where there are none."""

from __future__ import annotations


def direction(inside: str) -> str:
    return f"<direction>{inside}</direction>"


def words(text: str) -> str:
    return f"<direction-type><words>{text}</words></direction-type>"


def metronome(unit: str, per_minute: str, dot: bool = False) -> str:
    dotted = "<beat-unit-dot/>" if dot else ""
    return (
        f"<direction-type><metronome><beat-unit>{unit}</beat-unit>{dotted}"
        f"<per-minute>{per_minute}</per-minute></metronome></direction-type>"
    )


def told(score) -> str:
    return " ".join(doubt.what for doubt in score.doubts if doubt.where == "tempo")


def test_sound_and_metronome_marks(load, bars):
    dressed = {
        1: (direction(words("Allegro") + '<sound tempo="90"/>'), ""),
        3: (direction(metronome("quarter", "80", dot=True)), ""),
        4: (direction(metronome("half", "c. 50-54")), ""),
    }
    score = load(bars(4, dressed))
    assert score.tempi["q"].tolist() == [0.0, 8.0, 12.0]
    assert score.tempi["quarter_bpm"].tolist() == [90.0, 120.0, 104.0]
    assert told(score) == ""


def test_words_alone_are_an_estimate(load, bars):
    score = load(bars(2, {1: (direction(words("Andante con moto")), "")}))
    assert score.tempi["quarter_bpm"].tolist() == [76.0]
    assert "Andante con moto" in told(score)


def test_words_count_dotted_beats_in_compound_metre(load, note, measure):
    time = "<time><beats>6</beats><beat-type>8</beat-type></time>"
    metre = f"<attributes><divisions>2</divisions>{time}</attributes>"
    score = load(measure(metre + direction(words("Lento")) + note("C4", 6)))
    assert score.tempi["quarter_bpm"].tolist() == [81.0]


def test_no_tempo_at_all(load, bars):
    score = load(bars(2))
    assert score.tempi["quarter_bpm"].tolist() == [100.0]
    assert "none in the score" in told(score)


def test_a_first_tempo_later_on_counts_from_the_start(load, bars):
    score = load(bars(3, {3: (direction('<sound tempo="66"/>'), "")}))
    assert score.tempi.tolist() == [(0.0, 66.0)]
    assert "none at the start" in told(score)


def test_nonsense_tempi_are_ignored(load, bars):
    score = load(
        bars(2, {1: (direction('<sound tempo="0.001"/>'), ""), 2: (direction('<sound tempo="nan"/>'), "")})
    )
    assert score.tempi["quarter_bpm"].tolist() == [100.0]
    assert any(doubt.serious for doubt in score.doubts)
