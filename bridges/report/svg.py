"""Makes SVG elements, in the namespace that drawings are in."""

from __future__ import annotations

import re
from typing import Any

from repetiteur.bridges.scores.xml_tree import lxml_etree

SPACE = "http://www.w3.org/2000/svg"


def add(parent: Any, tag: str, text: str | None = None, /, **attributes: Any) -> Any:
    """A new child. ``class_`` is class, ``aria_label`` aria-label; numbers are rounded."""
    element = lxml_etree().SubElement(parent, f"{{{SPACE}}}{tag}", _named(attributes))
    element.text = text
    return element


def picture(width: float, height: float, **attributes: object) -> Any:
    """An <svg> that scales with the page."""
    view = {"viewBox": f"0 0 {_number(width)} {_number(height)}", **_named(attributes)}
    return lxml_etree().Element(f"{{{SPACE}}}svg", view, nsmap={None: SPACE})


def markup(element: Any) -> str:
    """For a page of HTML, which knows the namespace itself."""
    text = lxml_etree().tostring(element, encoding="unicode", with_tail=False)
    return re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", text)


def points(pairs: list[tuple[float, float]]) -> str:
    """For polylines and polygons."""
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in pairs)


def _named(attributes: dict[str, object]) -> dict[str, str]:
    return {name.rstrip("_").replace("_", "-"): _number(value) for name, value in attributes.items()}


def _number(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
