"""Bars: labels as printed, metre, pickups."""

from __future__ import annotations

METRE_3_4 = "<attributes><time><beats>3</beats><beat-type>4</beat-type></time></attributes>"


def test_labels_are_kept_as_printed(load, note, measure):
    labels = ["0", "1", "12a", "12a", "X1"]
    content = "".join(measure(note("C4", 8), label, metre=k == 0) for k, label in enumerate(labels))
    score = load(content)
    assert score.bar_labels == tuple(labels)
    assert score.bar_labelled("12a") == 2


def test_a_pickup_counts_from_the_back_of_its_bar(load, note, measure):
    score = load(measure(note("C4", 2), "0", metre=True, implicit="yes") + measure(note("D4", 8), "1"))
    assert float(score.bars["missing_q"][0]) == 3.0
    assert score.bars["start_q"].tolist() == [-1.0, 0.0]  # q counts from the first downbeat
    assert score.beat_at(-1.0) == 4.0
    assert score.play_order.segments[0].start_q == -1.0


def test_a_bar_divided_by_a_repeat_sign_counts_on(load, note, measure):
    repeat = '<barline location="right"><repeat direction="backward"/></barline>'
    score = load(
        measure(note("C4", 2), "0", metre=True)
        + measure(note("C4", 8), "1")
        + measure(note("D4", 6) + repeat, "2")
        + measure(note("E4", 2), "X1", implicit="yes")
        + measure(note("F4", 8), "3")
    )
    assert score.bars["missing_q"].tolist() == [3.0, 0.0, 0.0, 3.0, 0.0]
    assert score.beat_at(float(score.bars["start_q"][3])) == 4.0
    assert not score.doubts[0].what.startswith("shorter")


def test_metre_changes(load, note, measure):
    score = load(
        measure(note("C4", 8), metre=True)
        + measure(METRE_3_4 + note("D4", 6), "2")
        + measure(note("D4", 6), "3")
    )
    assert score.bars["upper"].tolist() == [4, 3, 3]
    assert score.bars["start_q"].tolist() == [0.0, 4.0, 7.0]


def test_composite_metres_add_up(load, note, measure):
    time = "<time><beats>3+2</beats><beat-type>8</beat-type></time>"
    score = load(measure(f"<attributes><divisions>2</divisions>{time}</attributes>" + note("C4", 5)))
    assert (int(score.bars["upper"][0]), int(score.bars["lower"][0])) == (5, 8)
    assert not any("than the time signature" in doubt.what for doubt in score.doubts)


def test_bars_that_do_not_fit_are_doubted_together(load, note, measure):
    full = measure(note("C4", 8), metre=True)
    score = load(
        full + "".join(measure(note("C4", 10), str(k)) for k in range(2, 9)) + measure(note("C4", 8), "9")
    )
    found = [doubt for doubt in score.doubts if doubt.what == "longer than the time signature says"]
    assert [doubt.where for doubt in found] == ["bars 2, 3, 4, 5 and 3 more"]


def test_an_empty_bar_lasts_its_time(load, note, measure):
    score = load(
        measure(note("C4", 8), metre=True) + measure("", "2") + measure(note("D4", 8, name="z"), "3")
    )
    assert float(score.notes["onset_q"][-1]) == 8.0
    assert any(doubt.where == "bar 2" for doubt in score.doubts)


def test_parts_of_different_length_stay_together(load, note, measure):
    lazy = measure(note("C4", 2), metre=True) + measure(note("D4", 8, name="lazy"), "2")
    full = measure(note("C4", 8), metre=True) + measure(note("D4", 8, name="full"), "2")
    score = load(("One", lazy), ("Two", full))
    onsets = {name: float(q) for name, q in zip(score.note_ids, score.notes["onset_q"], strict=True)}
    assert onsets["lazy"] == onsets["full"] == 4.0
