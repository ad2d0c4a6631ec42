"""The pages say what is really sent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from repetiteur.bridges.hosts.actions import Action, Cue, Locate, Marker, Place, Play, Record, Stop, Tempo
from repetiteur.bridges.hosts.assets import make_assets
from repetiteur.bridges.hosts.dialects import DIALECTS

PAGES = Path(__file__).parents[2] / "docs" / "hosts"
PLACE = Place(1.0, 2.0, 1, 1.0, "A")
ACTIONS: tuple[Action, ...] = (
    Play(), Record(), Stop(), Locate(PLACE, True), Tempo(90.0), Marker(1.0, "B", 1), Cue("A"), Cue("start")
)  # fmt: skip


@pytest.mark.parametrize("name", DIALECTS)
def test_every_host_has_its_page(name: str) -> None:
    dialect = DIALECTS[name]
    page = (PAGES / f"{name}.md").read_text("utf-8")
    assert f"--to {name}" in page
    assert f"sent to UDP {dialect.port}, told {round(dialect.lead_s * 1000)} ms ahead" in page
    for action in ACTIONS:
        for message in dialect.spell(action):
            assert f"`{message.address}" in page, message


def test_links_and_files_are_there() -> None:
    for page in PAGES.glob("*.md"):
        text = page.read_text("utf-8")
        for link in re.findall(r"\]\(([^)#]+)", text):
            assert link.startswith("https://") or (PAGES / link).exists(), f"{page.name}: {link}"
        for file in re.findall(r"bridges/hosts/assets/([\w.-]+)", text):
            assert (Path(make_assets.__file__).parent / file).exists(), f"{page.name}: {file}"
