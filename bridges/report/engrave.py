"""Engraves a score with Verovio: one picture for each system, notes found again by id."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from repetiteur.bridges.report.drawing import Drawing, Head, System
from repetiteur.bridges.report.stamped import Stamped
from repetiteur.bridges.scores.opening import Kind, Source
from repetiteur.bridges.scores.xml_tree import lxml_etree

LONGEST_S = 120.0  # the longest scores take a few seconds
HALF_SPACE = 90.0  # in the units Verovio draws in
PAGE_WIDTH = 1900  # tenths of a millimetre: what fits on a sheet with some air
OPTIONS = {
    "breaks": "auto",
    "pageWidth": PAGE_WIDTH,
    "pageHeight": 100,  # too low for two systems: each becomes a page
    "pageMarginLeft": 30,
    "pageMarginRight": 30,
    "pageMarginTop": 60,
    "pageMarginBottom": 60,
    "adjustPageHeight": True,
    "scale": 40,
    "svgViewBox": True,
    "svgRemoveXlink": True,
    "header": "none",
    "footer": "none",
    "xmlIdSeed": 1,  # the same page every time
    "spacingStaff": 9,
}
_SVG = "{http://www.w3.org/2000/svg}"
_PLACE = re.compile(r"translate\(\s*(-?[\d.]+)[ ,]+(-?[\d.]+)\s*\)")
_STEM = re.compile(r"M(-?[\d.]+) (-?[\d.]+)")
_FORMS = {Kind.MUSICXML: "xml", Kind.MEI: "mei", Kind.KERN: "humdrum"}


class CannotEngrave(Exception):  # noqa: N818 (a remark for the reader, not a failure)
    """Why there is no engraving, in words for the reader of the report."""


def engrave(source: Source, stamped: Stamped | None, page_width: int = PAGE_WIDTH) -> Drawing:
    """``page_width``, tenths of a millimetre: how much music there is to a line. Raises CannotEngrave.
    Any thread."""
    if stamped is None:
        raise CannotEngrave(f"A {source.kind} file holds no notation to engrave")
    if find_spec("verovio") is None:
        raise CannotEngrave("Verovio, which engraves scores, is not installed (pip install verovio)")
    pages = _pages(source, stamped, page_width)
    glyphs: dict[str, str] = {}
    typefaces: dict[str, str] = {}
    systems: list[System] = []
    heads: dict[int, Head] = {}
    groups: dict[int, Any] = {}
    index = {name: k for k, name in enumerate(stamped.ids)}
    for number, page in enumerate(pages):
        root = lxml_etree().fromstring(page.encode(), lxml_etree().XMLParser(huge_tree=True))
        _share(root, glyphs, typefaces)
        for element in root.iter(f"{_SVG}g"):
            known = index.get(element.get("id") or "")
            if known is None or "note" not in (element.get("class") or "").split():
                continue
            place = _head_place(element)
            if place is not None:
                heads[known] = Head(number, *place)
                groups[known] = element
        systems.append(_system(root))
    if len(heads) < 0.5 * len(stamped.ids):
        raise CannotEngrave("Verovio could not engrave this score")
    lost = len(stamped.ids) - len(heads)
    remark = f"{lost} notes of this score could not be engraved; the list below has them." if lost else ""
    shared = f"<style>{''.join(typefaces.values())}</style><svg class='glyphs' aria-hidden='true'>"
    shared += f"<defs>{''.join(glyphs.values())}</defs></svg>"
    return Drawing(tuple(systems), heads, groups, HALF_SPACE, 7.0, shared, remark)


def _pages(source: Source, stamped: Stamped, page_width: int) -> list[str]:
    options = {**OPTIONS, "pageWidth": page_width, "inputFrom": _FORMS[source.kind]}
    asked = json.dumps({"data": _text(source, stamped.content), "options": options})
    program = [sys.executable, "-P", str(Path(__file__).with_name("verovio_pages.py"))]
    try:
        answer = subprocess.run(
            program, input=asked.encode(), capture_output=True, timeout=LONGEST_S, check=True
        )
        pages = json.loads(answer.stdout)
    except (subprocess.SubprocessError, ValueError, OSError):
        pages = []
    if not pages:
        raise CannotEngrave("Verovio could not engrave this score")
    return pages


def _text(source: Source, content: bytes) -> str:
    if source.kind is not Kind.MUSICXML or b"<score-timewise" not in content:
        return content.decode("utf-8", "replace")
    from repetiteur.bridges.scores.musicxml import turn_partwise  # Verovio reads only the other way round

    etree = lxml_etree()
    root = etree.fromstring(content)
    turn_partwise(root)
    root.tag = "score-partwise"
    return etree.tostring(root, encoding="unicode")


def _head_place(note: Any) -> tuple[float, float] | None:
    """Middle of the first notehead in the group; where a note shares the head of another voice and
    has none of its own, the end of its stem."""
    for head in note.iter(f"{_SVG}use"):
        parent = head.getparent()
        if "notehead" not in (parent.get("class") or ""):
            continue
        found = _PLACE.search(head.get("transform") or "")
        if found:
            size = re.search(r"scale\((-?[\d.]+)", head.get("transform") or "")
            width = 324.0 * (float(size[1]) if size else 0.72)  # of a black head in Bravura's units
            return float(found[1]) + width / 2, float(found[2])
    stem = next(note.iterfind(f"./{_SVG}g[@class='stem']/{_SVG}path"), None)
    start = _STEM.match(stem.get("d") or "") if stem is not None else None
    return (float(start[1]), float(start[2])) if start else None


def _share(root: Any, glyphs: dict[str, str], typefaces: dict[str, str]) -> None:
    """Glyphs and typefaces once for all systems; ids that only this system would need go."""
    etree = lxml_etree()
    named: dict[str, str] = {}
    for defs in root.findall(f"{_SVG}defs"):
        for glyph in defs:
            own = glyph.get("id") or ""
            named[own] = f"glyph-{own.partition('-')[0]}"
            glyph.set("id", named[own])
            glyphs.setdefault(named[own], _plain(etree.tostring(glyph, encoding="unicode", with_tail=False)))
        root.remove(defs)
    for style in root.findall(f"{_SVG}style"):
        if "@font-face" in (style.text or ""):
            typefaces.setdefault(style.text, style.text)
        root.remove(style)
    for used in root.iter(f"{_SVG}use"):
        used.set("href", f"#{named.get((used.get('href') or '').removeprefix('#'), '')}")
    for element in [e for e in root.iter(f"{_SVG}g") if "placeholder" in (e.get("class") or "")]:
        element.getparent().remove(element)


def _system(root: Any) -> System:
    inner = root.find(f"{_SVG}svg")
    layer = inner.find(f"{_SVG}g")
    _, _, width, height = (float(value) for value in inner.get("viewBox").split())
    for description in root.findall(f"{_SVG}desc"):
        root.remove(description)
    for element in root.iter():
        for name in ("id", "overflow", "version"):
            element.attrib.pop(name, None)
        if isinstance(element.text, str) and not element.text.strip():
            element.text = None
        if isinstance(element.tail, str) and not element.tail.strip():
            element.tail = None
    inner.set("color", "currentColor")
    return System(root, layer, width, height)


def _plain(markup: str) -> str:
    """Without the namespace, which HTML knows itself."""
    return re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", markup)
