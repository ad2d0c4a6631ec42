"""The source's own MusicXML with the mistakes marked: coloured heads and a few words, nothing else changed.

Missed notes also get brackets and wrong or added ones a word above the staff, so that the marks
survive a printer without colour and a program that shows no coloured heads.
"""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from repetiteur.bridges.report.stamped import Stamped, element_number, faithful
from repetiteur.bridges.report.take import Kind, Take, Verdict
from repetiteur.bridges.report.words import Wording
from repetiteur.bridges.scores.opening import Kind as SourceKind
from repetiteur.bridges.scores.opening import Source
from repetiteur.bridges.scores.xml_tree import lxml_etree
from repetiteur.realtime.errors import InputError

COLOURS = {Kind.MISSED: "#B3261E", Kind.WRONG: "#7B2D8E", Kind.EXTRA: "#0B5FA5"}
# What follows <notehead> in a <note>, as the schema orders it.
_AFTER_HEAD = ("notehead-text", "staff", "beam", "notations", "lyric", "play", "listen")
ENDINGS = (".musicxml", ".xml", ".mxl")


def can_mark(source: Source, target: Path) -> None:
    """Raises InputError where it cannot be done, before anything is begun."""
    if source.kind is not SourceKind.MUSICXML:
        raise InputError(
            source.where, f"marks can only be put into MusicXML, and this is {source.kind}",
            "open it in a notation program, save it as .musicxml, and report on that",
        )  # fmt: skip
    if target.suffix.lower() not in ENDINGS:
        raise InputError(str(target), "not a name for a MusicXML file", f"end it in {' or '.join(ENDINGS)}")


def marked(source: Source, stamped: Stamped, take: Take) -> bytes:
    """The whole file again. Everything that is not a mark stays as it was."""
    root = faithful(source.content)
    elements = list(root.iter("{*}note"))
    wording = Wording(take)
    for index, verdicts in _by_note(take).items():
        element = elements[element_number(stamped.ids[index])]
        kind = Kind.WRONG if any(v.kind is Kind.WRONG for v in verdicts) else Kind.MISSED
        _colour(element, kind)
        for verdict in verdicts:
            if verdict.kind is Kind.WRONG and verdict.heard is not None:
                name = wording.name(verdict.heard.pitch, verdict.q)
                _say(element, f"played {name}", Kind.WRONG)
    for verdict in take.of(Kind.EXTRA):
        if verdict.heard is not None:
            element = elements[element_number(stamped.ids[_anchor(take, verdict)])]
            _say(element, f"added {wording.name(verdict.heard.pitch, verdict.q)}", Kind.EXTRA)
    return lxml_etree().tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


def packed(content: bytes) -> bytes:
    """As a .mxl archive."""
    container = (
        '<?xml version="1.0" encoding="UTF-8"?><container><rootfiles>'
        '<rootfile full-path="score.musicxml" media-type="application/vnd.recordare.musicxml+xml"/>'
        "</rootfiles></container>"
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("META-INF/container.xml", container)
        files.writestr("score.musicxml", content)
    return archive.getvalue()


def _by_note(take: Take) -> dict[int, list[Verdict]]:
    found: dict[int, list[Verdict]] = defaultdict(list)
    for verdict in take.verdicts:
        if verdict.kind in (Kind.MISSED, Kind.WRONG) and verdict.score_note is not None:
            found[verdict.score_note].append(verdict)
    return found


def _anchor(take: Take, verdict: Verdict) -> int:
    """The note that an added one is written over: at its place or just before, nearest in pitch."""
    notes = take.score.notes
    reached = notes["onset_q"] <= verdict.q + 1e-6
    last_q = notes["onset_q"][reached].max() if reached.any() else notes["onset_q"].min()
    pitch = verdict.heard.pitch if verdict.heard else 60
    together = (notes["onset_q"] == last_q).nonzero()[0].tolist()
    return min(together, key=lambda k: abs(int(notes["pitch"][k]) - pitch))


def _colour(note: Any, kind: Kind) -> None:
    note.set("color", COLOURS[kind])
    head = note.find("{*}notehead")
    if head is None:
        head = _made(note, "notehead")
        head.text = "normal"
        head.tail = note.text  # indented like the first child
        follows = [child for child in note if _name(child) in _AFTER_HEAD]
        if follows:
            follows[0].addprevious(head)
        else:
            note.append(head)
    head.set("color", COLOURS[kind])
    if kind is Kind.MISSED:
        head.set("parentheses", "yes")


def _say(note: Any, text: str, kind: Kind) -> None:
    """Words above the staff, before the chord that the note belongs to."""
    first = note
    while first.find("{*}chord") is not None:
        before = first.getprevious()
        while before is not None and _name(before) != "note":
            before = before.getprevious()
        if before is None:
            break
        first = before
    direction = _made(first, "direction", placement="above")
    words = lxml_etree().SubElement(
        lxml_etree().SubElement(direction, _like(first, "direction-type")), _like(first, "words"),
        {"color": COLOURS[kind], "font-weight": "bold"},
    )  # fmt: skip
    words.text = text
    for name in ("voice", "staff"):
        told = first.findtext(f"{{*}}{name}")
        if told:
            lxml_etree().SubElement(direction, _like(first, name)).text = told
    before = first.getprevious()
    direction.tail = before.tail if before is not None else first.getparent().text  # indented alike
    first.addprevious(direction)


def _made(like: Any, name: str, **attributes: str) -> Any:
    return lxml_etree().Element(_like(like, name), attributes)


def _like(element: Any, name: str) -> str:
    """In the namespace of its neighbours, if they have one."""
    space, brace, _ = element.tag.rpartition("}")
    return f"{space}{brace}{name}"


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
