"""The report of the bundled take, opened as a pupil would open it."""

from __future__ import annotations

import importlib.util
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.report.by_bar import bars_played
from repetiteur.bridges.report.engrave import engrave
from repetiteur.bridges.report.page import page
from repetiteur.bridges.report.stamped import stamp
from repetiteur.bridges.report.summary import summarise
from repetiteur.bridges.report.take import Take
from repetiteur.bridges.scores.opening import open_score

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("verovio") is None, reason="Verovio is not installed"
)

MARKS = """[...document.querySelectorAll('.system .mark[tabindex="0"]')].map((mark) => {
  const box = mark.querySelector('.hit').getBoundingClientRect();
  const heads = [...document.querySelectorAll('.note .notehead')].map((head) => head.getBoundingClientRect());
  const away = heads.map((h) => Math.hypot(
    h.x + h.width / 2 - box.x - box.width / 2, h.y + h.height / 2 - box.y - box.height / 2));
  return {kind: mark.classList[1], told: mark.getAttribute('aria-label'),
    nearest: Math.min(...away) / heads[0].height};
})"""


@pytest.fixture(scope="module")
def report(demo: Take, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = open_score(assets.SCORE)
    bars = bars_played(demo)
    drawing = engrave(source, stamp(source, demo.score, None))
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(page(demo, bars, summarise(demo, bars), drawing, "take.mid"), "utf-8")
    return file


def test_nothing_is_fetched_and_nothing_complains(browser: Any, report: Path) -> None:
    browser.open(report)
    assert [url for url in browser.fetched if not url.startswith("data:")] == [report.as_uri()]
    assert browser.complaints == []
    assert not re.search(r"""(src|href)=["'](?!#)""", report.read_text("utf-8"))


def test_marks_are_where_the_mistakes_are(browser: Any, report: Path) -> None:
    browser.open(report)
    marks = browser.ask(MARKS)
    bars = ["Bar 1", "Bar 7", "Bar 11", "Bar 15", "Bar 18", "Bar 21", "Bar 27"]
    assert [mark["told"].partition(",")[0] for mark in marks] == bars
    assert [m["kind"] for m in marks] == ["missed", "wrong", "extra", "wrong", "extra", "extra", "missed"]
    for mark in marks:
        if mark["kind"] == "extra":
            assert mark["nearest"] < 6
        else:
            assert mark["nearest"] < 0.3  # of the height of a head: on it


def test_a_mark_sits_on_the_very_note(browser: Any, report: Path) -> None:
    """The tinted notes are those under the rings and crosses."""
    browser.open(report)
    apart = browser.ask("""(() => {
      const middle = (element) => {
        const b = element.getBoundingClientRect();
        return [b.x + b.width / 2, b.y + b.height / 2];
      };
      const all = (selector) => [...document.querySelectorAll(selector)].map(middle);
      const tinted = all('.system :is(.is-missed, .is-wrong) .notehead');
      const marks = all('.system .mark:is(.missed, .wrong) .hit');
      return marks.map((m) => Math.min(...tinted.map((t) => Math.hypot(t[0]-m[0], t[1]-m[1]))))
        .concat([tinted.length - marks.length]);
    })()""")
    assert apart.pop() == 0
    assert all(distance < 2 for distance in apart), apart


def test_the_keyboard_reaches_every_mark_and_it_speaks(browser: Any, report: Path) -> None:
    browser.open(report)
    browser.ask("document.querySelector('.legend').scrollIntoView()")
    browser.ask("document.querySelectorAll('.look a').forEach((link) => link.tabIndex = -1)")
    told = []
    for _ in range(7):
        browser.press("Tab")
        told.append(browser.ask("document.activeElement.dataset.told || ''"))
        assert told[-1] != ""
        browser.becomes("(({hidden, textContent}) => !hidden && textContent)(told)", told[-1])
    assert told[1] == (
        "Bar 7, beat 1: F4 played instead of F♯4, first time through; right the second time."
    )
    browser.press("Escape")
    browser.becomes("told.hidden")
    browser.ask("document.dispatchEvent(new Event('scroll'))")
    assert browser.ask("told.hidden")


def test_pointing_shows_the_words_on_the_screen(browser: Any, report: Path) -> None:
    browser.open(report, 390, 800)
    x, y = browser.ask("""(() => { const mark = document.querySelector('.system .mark.wrong');
      mark.scrollIntoView({block: 'center', inline: 'center'});
      const b = mark.querySelector('.hit').getBoundingClientRect();
      return [b.x + b.width / 2, b.y + b.height / 2]; })()""")
    browser.ask("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    browser.point_at(x, y)
    browser.becomes("told.textContent.startsWith('Bar 7, beat 1: F4 played instead of F♯4')")
    box = browser.ask("document.getElementById('told').getBoundingClientRect().toJSON()")
    assert box["left"] >= 0 and box["right"] <= 390 and box["height"] > 10


def test_links_lead_to_their_bars(browser: Any, report: Path) -> None:
    browser.open(report)
    browser.ask("document.querySelector('.look a[href=\"#bar-26\"]').click()")
    top = "document.getElementById('bar-26').getBoundingClientRect().top"
    browser.becomes(f"0 < {top} && {top} < 900")
    browser.ask("document.querySelector('.all .missed:last-child a').click()")
    browser.becomes("document.activeElement.dataset.told.startsWith('Bar 27')")


@pytest.mark.parametrize("width", [390, 1100])
def test_the_page_never_scrolls_sideways(browser: Any, report: Path, width: int) -> None:
    browser.open(report, width, 800)
    assert browser.ask("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_can_be_read(browser: Any, report: Path, scheme: str) -> None:
    browser.open(report, scheme=scheme)
    names = ["ink", "soft", "missed", "wrong", "extra", "timing", "accent", "paper"]
    colours = browser.ask(f"""{names}.map((name) => {{ const e = document.createElement('i');
      e.style.color = `var(--${{name}})`; document.body.append(e); return getComputedStyle(e).color; }})""")
    *inks, paper = [luminance(colour) for colour in colours]
    for name, ink in zip(names, inks, strict=False):
        assert contrast(ink, paper) >= 4.5, name


def test_it_prints_on_several_pages(browser: Any, report: Path) -> None:
    browser.open(report)
    pdf = browser.pdf()
    assert pdf.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 6


def test_headings_tell_the_structure(browser: Any, report: Path) -> None:
    browser.open(report)
    levels = browser.ask("[...document.querySelectorAll('h1,h2,h3')].map((h) => +h.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = browser.ask("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))


def luminance(colour: str) -> float:
    shares = [int(digits) / 255 for digits in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: float, b: float) -> float:
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
