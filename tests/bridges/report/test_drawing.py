"""That each note of the score is found in what is drawn of it, whatever ids the file has."""

from __future__ import annotations

import importlib.util
import re
from collections import defaultdict
from pathlib import Path

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.report import engrave as engraving
from repetiteur.bridges.report.drawing import Drawing
from repetiteur.bridges.report.engrave import CannotEngrave, engrave
from repetiteur.bridges.report.roll import draw_roll
from repetiteur.bridges.report.stamped import element_number, faithful, stamp
from repetiteur.bridges.scores import load_score, score_of
from repetiteur.bridges.scores.opening import open_score
from repetiteur.realtime.score import Score

needs_verovio = pytest.mark.skipif(
    importlib.util.find_spec("verovio") is None, reason="Verovio is not installed"
)
_STEPS = {0: 0, 2: 1, 4: 2, 5: 3, 7: 4, 9: 5, 11: 6}
DEMO = Path(assets.SCORE).read_text("utf-8")

MEI = """<?xml version="1.0" encoding="UTF-8"?>
<mei xmlns="http://www.music-encoding.org/ns/mei" meiversion="4.0.0"><music><body><mdiv><score>
<scoreDef meter.count="4" meter.unit="4"><staffGrp><staffDef n="1" lines="5" clef.shape="G" clef.line="2"/>
</staffGrp></scoreDef><section>
<measure n="1"><staff n="1"><layer n="1"><note xml:id="one" dur="4" oct="4" pname="c"/>
<note dur="4" oct="4" pname="e"/><chord dur="2"><note oct="4" pname="g"/>
<note xml:id="top" oct="5" pname="c"/></chord></layer></staff><tie startid="#top" endid="#held"/></measure>
<measure n="2"><staff n="1"><layer n="1"><note xml:id="held" dur="4" oct="5" pname="c"/>
<note dur="4" oct="4" pname="b"/><note dur="2" oct="4" pname="a"/></layer></staff></measure>
</section></score></mdiv></body></music></mei>
"""
KERN = "\n".join([
    "**kern\t**kern", "*staff2\t*staff1", "*clefF4\t*clefG2", "*M3/4\t*M3/4",
    "=1\t=1", "2.C\t4cc 4ee", ".\t8dd", ".\t8ee", ".\t4ff", "=2\t=2",
    "4D\t[4gg", "4E\t4gg]", "4F\t4aa", "==\t==", "*-\t*-",
])  # fmt: skip


def drawn(path: Path) -> tuple[Score, Drawing]:
    source = open_score(path)
    score = score_of(source)
    return score, engrave(source, stamp(source, score, None))


def assert_in_place(score: Score, drawing: Drawing) -> None:
    """All there, each at the height of its pitch and in the order of time (nothing here is below C0,
    in a key with more than one sharp, or changes its clef)."""
    assert len(drawing.heads) == len(score.notes)
    zeros: dict[tuple[int, int], set[int]] = defaultdict(set)
    for k, head in drawing.heads.items():
        pitch = int(score.notes["pitch"][k])
        letter = _STEPS.get(pitch % 12, _STEPS.get((pitch - 1) % 12, 0))
        line = 7 * (pitch // 12) + letter
        zeros[head.system, int(score.notes["staff"][k])].add(round(head.y + line * drawing.step))
    assert all(max(ys) - min(ys) < drawing.step / 2 for ys in zeros.values()), zeros
    by_time = sorted(drawing.heads, key=lambda k: float(score.notes["onset_q"][k]))
    for a in by_time:
        for b in by_time:
            later = score.notes["onset_q"][b] > score.notes["onset_q"][a] + 0.9
            if later and drawing.heads[a].system == drawing.heads[b].system:
                assert drawing.heads[a].x < drawing.heads[b].x


@needs_verovio
@pytest.mark.parametrize("ids", ["its own", "none", "all the same"])
def test_musicxml_whatever_its_ids(ids: str, tmp_path: Path) -> None:
    text = {
        "its own": DEMO,
        "none": re.sub(r'<note id="[^"]*"', "<note", DEMO),
        "all the same": re.sub(r'<note id="[^"]*"', '<note id="n"', DEMO),
    }[ids]
    (tmp_path / "a.musicxml").write_text(text, "utf-8")
    assert_in_place(*drawn(tmp_path / "a.musicxml"))


@needs_verovio
def test_mei_with_some_ids(tmp_path: Path) -> None:
    (tmp_path / "a.mei").write_text(MEI, "utf-8")
    score, drawing = drawn(tmp_path / "a.mei")
    assert len(score.notes) == 6  # the tied one is one
    assert_in_place(score, drawing)


@needs_verovio
def test_kern(tmp_path: Path) -> None:
    (tmp_path / "a.krn").write_text(KERN, "utf-8")
    score, drawing = drawn(tmp_path / "a.krn")
    assert len(score.notes) == 11
    assert_in_place(score, drawing)


@needs_verovio
def test_timewise_musicxml(tmp_path: Path) -> None:
    etree = pytest.importorskip("lxml.etree")
    root = faithful(DEMO.encode())
    timewise = etree.Element("score-timewise")
    timewise.append(root.find("part-list"))
    for measure in root.findall("part/measure"):
        moved = etree.SubElement(timewise, "measure", dict(measure.attrib))
        etree.SubElement(moved, "part", id="P1").extend(list(measure))
    (tmp_path / "a.musicxml").write_bytes(etree.tostring(timewise))
    assert_in_place(*drawn(tmp_path / "a.musicxml"))


def test_each_stamp_is_on_the_note_it_says() -> None:
    source = open_score(assets.SCORE)
    score = score_of(source)
    stamped = stamp(source, score, None)
    assert stamped is not None
    elements = list(faithful(source.content).iter("note"))
    named = [elements[element_number(name)].get("id") for name in stamped.ids]
    assert named == list(score.note_ids)


def test_a_program_that_breaks_down_is_a_remark(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "report"
    broken.mkdir()
    (broken / "verovio_pages.py").write_text("import os; os.abort()", "utf-8")
    monkeypatch.setattr(engraving, "__file__", str(broken / "engrave.py"))
    monkeypatch.setattr(engraving, "find_spec", lambda name: object())
    with pytest.raises(CannotEngrave):
        drawn(Path(assets.SCORE))


def test_without_verovio_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engraving, "find_spec", lambda name: None)
    with pytest.raises(CannotEngrave, match="not installed"):
        drawn(Path(assets.SCORE))


def test_the_roll_has_every_note_where_it_belongs() -> None:
    score = load_score(assets.SCORE)
    drawing = draw_roll(score, "Why")
    assert len(drawing.heads) == len(score.notes)
    assert drawing.remark.startswith("Why; ")
    for system in range(len(drawing.systems)):
        here = [k for k, head in drawing.heads.items() if head.system == system]
        heights = {int(score.notes["pitch"][k]): drawing.heads[k].y for k in here}
        ranked = sorted(heights, key=lambda pitch: heights[pitch])
        assert ranked == sorted(heights, reverse=True)
        assert all(0 < drawing.heads[k].x < drawing.systems[system].width for k in here)
