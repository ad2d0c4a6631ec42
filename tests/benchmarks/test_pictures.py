from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from repetiteur.benchmarks.pictures.__main__ import PICTURES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_stands_alone_and_the_page_shows_it(name: str) -> None:
    root = ElementTree.fromstring(PICTURES[name]())
    assert root.tag.endswith("svg")
    assert not [key for element in root.iter() for key in element.attrib if "href" in key]
    assert any(f"(pictures/{name})" in page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))


@pytest.mark.parametrize("name", ["state_space.svg", "ways_through.svg", "milliseconds.svg"])
def test_the_page_has_what_would_be_drawn_now(name: str) -> None:
    assert (DOCS / "pictures" / name).read_text(encoding="utf-8") == PICTURES[name]()


def test_the_restart_is_in_the_picture() -> None:
    drawn = PICTURES["followed.svg"]()
    assert drawn.count("shown-dot") > 10 and drawn.count("fresh-dot") > 10
