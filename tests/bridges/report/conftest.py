"""The bundled take, judged once; and a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from repetiteur.benchmarks.chromium import Page, browsing, found
from repetiteur.bridges import assets
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.report.gather import follow, gather
from repetiteur.bridges.report.take import Take
from repetiteur.bridges.scores import load_score
from repetiteur.realtime.timeline import with_ticks


@pytest.fixture(scope="session")
def demo() -> Take:
    score = load_score(assets.SCORE)
    return gather(score, follow(score, with_ticks(read_performance(assets.PERFORMANCE))))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    program = found()
    if program is None:
        pytest.skip("no Chromium is installed to open the report in")
    with browsing(program, tmp_path_factory.mktemp("browser")) as page:
        yield page
