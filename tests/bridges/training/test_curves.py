"""The learning curves as a picture."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from repetiteur.bridges.training.curves import write_curves

SVG = "{http://www.w3.org/2000/svg}"


def a_line(step: int, **more: object) -> str:
    parts = {"onset": 9.0 / step, "frame": 1.0, "offset": 0.5, "velocity": 0.0}
    return json.dumps({"step": step, "hours": step / 10, "seconds": 1, "pace": 1} | parts | more)


def drawn(tmp_path, *lines: str) -> ElementTree.Element:
    (tmp_path / "log").write_text("\n".join(lines))
    write_curves(tmp_path / "log", tmp_path / "curves.svg")
    return ElementTree.parse(tmp_path / "curves.svg").getroot()


def heights(line: ElementTree.Element) -> list[float]:
    return [float(point.split(",")[1]) for point in line.get("points", "").split()]


def test_loss_falls_and_marks_rise(tmp_path):
    lines = [a_line(1), a_line(2, marks={"0": [0.5, 0, 0], "15": [0.7, 0, 0]}), a_line(3)]
    lines.append(a_line(4, marks={"0": [0.6, 0, 0], "15": [0.8, 0, 0]}))
    svg = drawn(tmp_path, *lines)
    curves = svg.findall(f"{SVG}polyline")
    assert len(curves) == 4 + 2
    assert len(heights(curves[0])) == 4 and sorted(heights(curves[0])) == heights(curves[0])
    assert len(heights(curves[5])) == 2 and heights(curves[5])[1] < heights(curves[5])[0]
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert "10 ms  0.600" in words and "160 ms  0.800" in words and "onset  2.250" in words


def test_all_of_it_lies_on_the_paper(tmp_path):
    svg = drawn(tmp_path, *(a_line(step, marks={"3": [0.1 * step, 0, 0]}) for step in range(1, 9)))
    width, height = (float(number) for number in svg.get("viewBox", "").split()[2:])
    for line in svg.findall(f"{SVG}polyline"):
        for point in line.get("points", "").split():
            x, y = map(float, point.split(","))
            assert 0 < x < width and 0 < y < height


@pytest.mark.parametrize("lines", [(), (a_line(1),), (a_line(1), '{"step": 2, "ho')])
def test_a_log_that_has_hardly_begun(tmp_path, lines):
    assert drawn(tmp_path, *lines).tag == f"{SVG}svg"
