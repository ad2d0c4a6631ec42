"""How the page looks in a real browser. Pictures of it are left in build/page."""

from __future__ import annotations

import pytest

from repetiteur.benchmarks.chromium import Page
from repetiteur.bridges.web.server import PageServer

from .pretending import Pretended
from .watching import PICTURES, Watched

SIZES = [(1280, 800), (1024, 768), (820, 1180), (390, 844)]


@pytest.fixture
def watched(browser: Page, server: PageServer, pretended: Pretended) -> Watched:
    return Watched(browser, server, pretended)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_screen(watched: Watched, scheme: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    watched.play()
    for width, height in SIZES:
        watched.open(width, height, scheme)
        watched.page.becomes("document.querySelectorAll('.ghost').length", 2)
        watched.page.becomes("document.getAnimations().every(one => !(one instanceof CSSAnimation))")
        watched.page.ask("document.getElementById('loop-text').textContent = 'Loop 10-320'")
        (PICTURES / f"{width}x{height}-{scheme}.png").write_bytes(watched.page.picture())
        outside = (
            "[...document.querySelectorAll('header *, nav *, .where *')].filter(e => e.checkVisibility())"
            f".filter(e => e.getBoundingClientRect().right > {width}).map(e => e.id || e.outerHTML)"
        )
        watched.page.becomes(outside, [])
        watched.page.becomes(f"document.querySelector('nav').getBoundingClientRect().bottom <= {height}")
    assert watched.page.complaints == []


def test_everything_has_a_name_and_enough_contrast(watched: Watched) -> None:
    watched.open()
    watched.play()
    nameless = (
        "[...document.querySelectorAll('button, a, input, select, svg[role]')].filter(e =>"
        " e.checkVisibility() && !(e.getAttribute('aria-label') || e.textContent.trim()"
        " || e.labels?.length)).map(e => e.outerHTML)"
    )
    watched.page.becomes(nameless, [])
    small = (
        "[...document.querySelectorAll('nav button, .corner button, .button')].filter(e =>"
        " e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.id)"
    )
    watched.page.becomes(small, [])
    for scheme in ("light", "dark"):
        watched.page.look(1280, 800, scheme)
        watched.page.becomes(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
        assert watched.page.ask(_LEAST_CONTRAST) >= 4.5


_LEAST_CONTRAST = """(() => {
  const style = getComputedStyle(document.documentElement);
  const light = (name) => {
    const hex = style.getPropertyValue(name).trim();
    const [r, g, b] = [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16) / 255)
      .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const pairs = ["--ink", "--soft", "--right", "--bad", "--accent"].flatMap((c) => [[c, "--paper"]]);
  pairs.push(["--ink", "--band"], ["--right", "--band"], ["--bad", "--band"], ["--soft", "--raised"],
    ["--ink", "--raised"], ["--on-accent", "--accent"]);
  return Math.min(...pairs.map(([a, b]) => ratio(a, b)));
})()"""
