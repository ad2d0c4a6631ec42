from __future__ import annotations

from pathlib import Path

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.report.musicxml import COLOURS, can_mark, marked, packed
from repetiteur.bridges.report.stamped import faithful, stamp
from repetiteur.bridges.report.take import Kind, Take
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.scores.opening import open_score
from repetiteur.realtime.errors import InputError


@pytest.fixture(scope="module")
def content(demo: Take) -> bytes:
    source = open_score(assets.SCORE)
    stamped = stamp(source, demo.score, None)
    assert stamped is not None
    return marked(source, stamped, demo)


def test_heads_are_coloured_at_the_mistakes_and_nowhere_else(demo: Take, content: bytes) -> None:
    notes = faithful(content).iter("note")
    coloured = {note.get("id"): note.get("color") for note in notes if note.get("color")}
    wanted = {
        demo.score.note_ids[verdict.score_note]: COLOURS[verdict.kind]
        for verdict in demo.verdicts
        if verdict.kind in (Kind.MISSED, Kind.WRONG) and verdict.score_note is not None
    }
    assert coloured == wanted and len(wanted) == 4


def test_words_name_what_was_played(content: bytes) -> None:
    by_bar = {
        measure.get("number"): [words.text for words in measure.iter("words")]
        for measure in faithful(content).iter("measure")
        if measure.find(".//words") is not None
    }
    assert by_bar == {
        "7": ["played F4"], "11": ["added F5"], "15": ["played E3"], "18": ["added G♯5"], "21": ["added D♯5"],
    }  # fmt: skip


def test_heads_keep_the_order_of_the_schema(content: bytes) -> None:
    order = ["chord", "pitch", "duration", "voice", "type", "dot", "accidental", "stem", "notehead", "staff",
             "beam", "notations"]  # fmt: skip
    for note in faithful(content).iter("note"):
        ranks = [order.index(child.tag) for child in note if child.tag in order]
        assert ranks == sorted(ranks)


def test_without_the_marks_it_is_the_same_file(content: bytes) -> None:
    etree = pytest.importorskip("lxml.etree")
    root = faithful(content)
    for element in [*root.iter("direction")]:
        element.getparent().remove(element)
    for note in root.iter("note"):
        note.attrib.pop("color", None)
        for head in note.findall("notehead"):
            note.remove(head)
    original = faithful(Path(assets.SCORE).read_bytes())
    assert etree.tostring(root, method="c14n").split() == etree.tostring(original, method="c14n").split()
    assert content.split(b"\n")[1].startswith(b"<!DOCTYPE score-partwise")


def test_it_is_still_the_same_score_also_when_packed(demo: Take, content: bytes, tmp_path: Path) -> None:
    for name, data in (("m.musicxml", content), ("m.mxl", packed(content))):
        (tmp_path / name).write_bytes(data)
        again = load_score(tmp_path / name)
        assert again.note_ids == demo.score.note_ids
        assert (again.notes == demo.score.notes).all()


def test_other_kinds_of_scores_are_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "a.krn").write_text("**kern\n4c\n*-\n", "utf-8")
    with pytest.raises(InputError, match="only be put into MusicXML"):
        can_mark(open_score(tmp_path / "a.krn"), tmp_path / "out.musicxml")
    with pytest.raises(InputError, match="not a name for a MusicXML file"):
        can_mark(open_score(assets.SCORE), tmp_path / "out.pdf")
