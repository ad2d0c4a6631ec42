"""What is no score is refused in one line, before anything big happens."""

from __future__ import annotations

import zipfile

import pytest

from repetiteur.bridges.scores import load_score, opening
from repetiteur.realtime.errors import InputError

EMPTY_SCORE = (
    '<score-partwise><part-list><score-part id="P1"><part-name>Solo</part-name></score-part></part-list>'
    '<part id="P1"><measure number="1"/></part></score-partwise>'
)
BOMB = '<!DOCTYPE score-partwise [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><score-partwise/>'
REFUSED = {
    "empty.musicxml": (b"", "empty"),
    "blank.xml": (b" \n\n", "empty"),
    "text.xml": (b"Dear diary", "not a score"),
    "page.xml": (b"<html><body/></html>", "neither MusicXML nor MEI"),
    "broken.musicxml": (b"<score-partwise><part id='P1'><measure>", "not well-formed"),
    "silent.musicxml": (EMPTY_SCORE.encode(), "not a single note"),
    "nothing.musicxml": (b"<score-partwise/>", "no parts"),
    "bomb.musicxml": (BOMB.encode(), "entities"),
    "picture.mid": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not a score"),
    "truncated.mid": (b"MThd\x00\x00\x00\x06\x00\x01\x00\x02\x01\xe0MTrk\x00\x00\xff\xff\x00\x90", "MIDI"),
    "header.mid": (b"MThd", "MIDI"),
    "wrapped.mid": (b"RIFF\x00\x00\x00\x00RMIDdata", "RIFF"),
    "score.pdf": (b"%PDF-1.4", "not a kind of score"),
    "noending": (b"<score-partwise/>", "not a kind of score"),
    "notzip.mxl": (b"PK\x03\x04garbage", "damaged"),
    "empty.mei": (b"<mei/>", "without a <score>"),
    "bad.krn": (b"**kern\t**kern\n4c\n*-\t*-\n", "line 2 has 1 fields"),
    "rests.krn": (b"**kern\n4r\n*-\n", "not a single note"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_one_line(name, tmp_path):
    content, problem = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as refusal:
        load_score(path)
    assert refusal.value.where == str(path)
    assert problem in refusal.value.problem
    assert refusal.value.remedy
    assert "\n" not in str(refusal.value)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_score(tmp_path / "nowhere.musicxml")
    with pytest.raises(InputError, match="a folder"):
        load_score(tmp_path)


def test_something_huge_is_refused_by_its_first_bytes(tmp_path):
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.write(b"noise")
        file.truncate(100_000_000)
    with pytest.raises(InputError, match="not a score"):
        load_score(path)


def test_something_huge_that_begins_like_music_is_refused_by_its_size(tmp_path):
    for name, head in (
        ("huge.musicxml", b"<score-partwise>"),
        ("huge.mid", b"MThd"),
        ("huge.mxl", b"PK\x03\x04"),
    ):
        path = tmp_path / name
        with path.open("wb") as file:
            file.write(head)
            file.truncate(100_000_000)
        with pytest.raises(InputError, match="100 MB"):
            load_score(path)


def packed(path, members: dict[str, bytes]):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zip_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "MOST_BYTES", 200_000)
    path = packed(tmp_path / "bomb.mxl", {"score.xml": b"<score-partwise>" + b" " * 10_000_000})
    with pytest.raises(InputError, match="unpacks to more"):
        load_score(path)


def test_archives_without_a_score(tmp_path):
    with pytest.raises(InputError, match="holds no score"):
        load_score(packed(tmp_path / "a.mxl", {"readme.txt": b"hello"}))
    with pytest.raises(InputError, match="is empty"):
        load_score(packed(tmp_path / "b.mxl", {"score.xml": b""}))


def test_the_container_names_the_score(tmp_path, note, measure):
    music = EMPTY_SCORE.replace('<measure number="1"/>', measure(note("C4", 8, name="right"), metre=True))
    container = b'<container><rootfiles><rootfile full-path="in/it.xml"/></rootfiles></container>'
    path = packed(
        tmp_path / "c.mxl",
        {"META-INF/container.xml": container, "other.xml": b"<x/>", "in/it.xml": music.encode()},
    )
    assert load_score(path).note_ids == ("right",)


def test_content_decides_not_the_ending(load_text, note, measure):
    music = EMPTY_SCORE.replace('<measure number="1"/>', measure(note("C4", 8), metre=True))
    assert load_text("score.mei", music).notes["pitch"].tolist() == [60]


def test_utf16_and_timewise(tmp_path, note, measure):
    path = tmp_path / "wide.xml"
    music = EMPTY_SCORE.replace('<measure number="1"/>', measure(note("C4", 8), metre=True))
    path.write_bytes(('<?xml version="1.0" encoding="UTF-16"?>' + music).encode("utf-16"))
    assert load_score(path).notes["pitch"].tolist() == [60]
    timewise = (
        '<score-timewise><part-list><score-part id="P1"><part-name>Solo</part-name></score-part></part-list>'
        f'<measure number="7"><part id="P1">{note("D4", 8)}</part></measure></score-timewise>'
    )
    path.write_text(timewise, encoding="utf-8")
    score = load_score(path)
    assert score.notes["pitch"].tolist() == [62]
    assert score.bar_labels == ("7",)
