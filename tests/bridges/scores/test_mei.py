"""MEI."""

from __future__ import annotations

from repetiteur.bridges.scores.telling import order_in_bars
from repetiteur.realtime.score import NoteKind, Ornament

MEI = """<mei xmlns="http://www.music-encoding.org/ns/mei">
<meiHead><fileDesc><titleStmt><title>Little air</title></titleStmt></fileDesc></meiHead>
<music><body><mdiv><score>
<scoreDef meter.count="2" meter.unit="4" key.sig="{signature}">
 <staffGrp symbol="bracket">
  <staffDef n="1" lines="5" trans.semi="-2"><label>Clarinet</label></staffDef>
  <staffGrp symbol="brace"><label>Piano</label>
   <staffDef n="2" lines="5"/><staffDef n="3" lines="5"/>
  </staffGrp>
 </staffGrp>
</scoreDef>
<section>{section}</section>
</score></mdiv></body></music></mei>"""


def staff(number: int, *layers: str) -> str:
    written = "".join(f'<layer n="{k}">{layer}</layer>' for k, layer in enumerate(layers, 1))
    return f'<staff n="{number}">{written}</staff>'


def measure(
    label: str, one: str, two: str = "<mRest/>", three: str = "<mRest/>", beside: str = "", more: str = ""
) -> str:
    return f'<measure n="{label}" {more}>{staff(1, one)}{staff(2, two)}{staff(3, three)}{beside}</measure>'


def mei(section: str, signature: str = "0") -> str:
    return MEI.format(section=section, signature=signature)


def row(score, name):
    return score.notes[score.note_ids.index(name)]


HALF = '<note xml:id="{}" dur="2" pname="c" oct="4"/>'


def test_notes_parts_and_transposition(load_text):
    chord = (
        '<chord xml:id="k" dur="4" dots="1"><note xml:id="a" pname="c" oct="4"/>'
        '<note xml:id="b" pname="e" oct="4" accid="f"/></chord>'
        '<beam><note xml:id="c" dur="8" pname="g" oct="4"/></beam>'
    )
    score = load_text("air.mei", mei(measure("1", HALF.format("s"), chord)))
    assert score.title == "Little air"
    assert score.parts == ("Clarinet", "Piano")
    assert {name: int(row(score, name)["pitch"]) for name in "sabc"} == {"s": 58, "a": 60, "b": 63, "c": 67}
    assert float(row(score, "c")["onset_q"]) == 1.5


def test_tuplets_graces_tremolos_and_what_stands_beside(load_text):
    one = (
        '<graceGrp><note xml:id="g1" dur="16" grace="unacc" pname="d" oct="5"/>'
        '<note xml:id="g2" dur="16" grace="unacc" pname="e" oct="5"/></graceGrp>'
        '<tuplet num="3" numbase="2"><note xml:id="t1" dur="8" pname="c" oct="5"/>'
        '<note xml:id="t2" dur="8" pname="d" oct="5"/>'
        '<note xml:id="t3" dur="8" pname="e" oct="5"/></tuplet>'
        '<bTrem><note xml:id="q" dur="4" pname="f" oct="5"/></bTrem>'
    )
    beside = (
        '<trill startid="#t1"/><arpeg plist="#t2 #t3"/><turn staff="1" tstamp="2"/><fermata startid="#q"/>'
        '<tempo tstamp="1" mm="60" mm.unit="2">Largo</tempo><reh tstamp="1">A</reh>'
    )
    score = load_text("air.mei", mei(measure("1", one, beside=beside)))
    assert [round(float(row(score, name)["onset_q"]), 3) for name in ("t1", "t2", "t3", "q")] == [
        0.0,
        0.333,
        0.667,
        1.0,
    ]
    assert [int(row(score, name)["grace_order"]) for name in ("g1", "g2")] == [0, 1]
    assert row(score, "g1")["kind"] == NoteKind.GRACE
    assert row(score, "t1")["ornament"] == Ornament.TRILL
    assert row(score, "t3")["ornament"] == Ornament.ARPEGGIO
    assert row(score, "q")["ornament"] == Ornament.TREMOLO | Ornament.TURN
    assert score.fermatas.tolist() == [1.0]
    assert score.tempi.tolist() == [(0.0, 120.0)]
    assert [(mark.label, mark.q) for mark in score.marks] == [("A", 0.0)]


def test_ties_by_element_and_by_attribute(load_text):
    low = '<note xml:id="{}" dur="2" tie="{}" pname="c" oct="3"/>'
    bars = (
        measure("1", HALF.format("a"), low.format("x", "i"), beside='<tie startid="#a" endid="#b"/>')
        + measure("2", HALF.format("b"), low.format("y", "t"))
    )  # fmt: skip
    score = load_text("air.mei", mei(bars))
    assert set(score.note_ids) == {"a", "x"}
    assert score.notes["duration_q"].tolist() == [4.0, 4.0]


def test_repeats_endings_and_jumps(load_text):
    bars = (
        measure("1", HALF.format("a"), beside='<dir type="fine">Fine</dir>', more='left="rptstart"')
        + "<ending n='1.'>" + measure("2", HALF.format("b"), more='right="rptend"') + "</ending>"
        + "<ending n='2.'>" + measure("3", HALF.format("c")) + "</ending>"
        + "<pb/>" + measure("4", HALF.format("d"), beside="<dir>D.C. al Fine</dir>")
    )  # fmt: skip
    score = load_text("air.mei", mei(bars))
    assert order_in_bars(score) == "1-2 :| 1, 3-4 :| 1"
    assert [(turn.what, turn.q) for turn in score.turns] == [("page", 6.0)]


def test_key_signatures_sound_where_no_accidentals_are_spelled_out(load_text):
    one = '<note xml:id="{}" dur="4" pname="f" oct="4"/>'
    natural = '<note xml:id="n" dur="4" pname="f" oct="4" accid="n"/>'
    piano = [one.format("a") + natural, one.format("b") + one.format("c")]
    score = load_text(
        "air.mei", mei(measure("1", "<mRest/>", piano[0]) + measure("2", "<mRest/>", piano[1]), "1s")
    )
    assert [int(row(score, name)["pitch"]) for name in ("a", "n", "b")] == [66, 65, 66]


def test_unknown_things_are_doubted_not_fatal(load_text):
    score = load_text("air.mei", mei(measure("1", HALF.format("a") + "<halfmRpt/>")))
    assert any(doubt.where == "<halfmRpt>" and doubt.serious for doubt in score.doubts)


def test_durations_in_pulses_where_nothing_is_printed(load_text):
    space = '<space dur.ges="8p"/><note xml:id="late" dur="4" dur.ges="8p" pname="e" oct="4"/>'
    score = load_text("air.mei", mei(measure("1", HALF.format("a"), space)))
    assert float(row(score, "late")["onset_q"]) == 1.0


def test_tuplets_given_as_spans(load_text):
    beam = "".join(f'<note xml:id="t{k}" dur="16" pname="c" oct="5"/>' for k in range(5))
    after = '<note xml:id="late" dur="4" pname="e" oct="4"/>'
    span = '<tupletSpan num="5" startid="#t0" endid="#t4"/>'
    score = load_text("air.mei", mei(measure("1", f"<beam>{beam}</beam>{after}", beside=span)))
    assert float(row(score, "late")["onset_q"]) == 1.0
    assert float(row(score, "late")["duration_q"]) == 1.0
