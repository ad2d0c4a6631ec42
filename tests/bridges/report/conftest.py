"""The bundled take, judged once; and a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from repetiteur.benchmarks.chromium import Page, browsing, found
from repetiteur.bridges import assets
from repetiteur.bridges.report.gather import follow, gather, inputs_of
from repetiteur.bridges.report.take import Take
from repetiteur.bridges.scores import load_score


@pytest.fixture(scope="session")
def demo() -> Take:
    score = load_score(assets.SCORE)
    return gather(score, follow(score, inputs_of(assets.PERFORMANCE)))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    program = found()
    if program is None:
        pytest.skip("no Chromium is installed to open the report in")
    with browsing(program, tmp_path_factory.mktemp("browser")) as page:
        yield page
