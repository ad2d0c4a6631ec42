"""A page's server for a session that is none, and who connects to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from repetiteur.benchmarks.chromium import Page, browsing, found
from repetiteur.bridges import assets
from repetiteur.bridges.web.draw import Wish, draw
from repetiteur.bridges.web.gate import Gate
from repetiteur.bridges.web.server import PageServer
from repetiteur.bridges.web.sheet import Sheet

from .client import Client
from .pretending import Pretended

_drawn: dict[tuple[str, int], Sheet] = {}


def drawn_once(wish: Wish) -> Sheet:
    """Every test shows the same score: engraving it for each would take most of their time."""
    key = (wish.score.id, wish.width)
    if key not in _drawn:
        _drawn[key] = draw(wish)
    return _drawn[key]


@pytest.fixture
def pretended() -> Pretended:
    return Pretended(assets.SCORE)


@pytest.fixture
def server(pretended: Pretended) -> Iterator[PageServer]:
    running = PageServer(pretended, 0, draw=drawn_once)
    yield running
    running.close()


@pytest.fixture
def lan_server(pretended: Pretended) -> Iterator[PageServer]:
    """As with --lan: a token is needed."""
    running = PageServer(pretended, 0, Gate(lan=True, token="let-me-in", guests=False), draw=drawn_once)
    yield running
    running.close()


@pytest.fixture
def connect(server: PageServer) -> Iterator[Callable[[], Client]]:
    made: list[Client] = []

    def one() -> Client:
        made.append(Client(server.port))
        return made[-1]

    yield one
    for client in made:
        client.close()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    program = found()
    if program is None:
        pytest.skip("no Chromium is installed to open the page in")
    with browsing(program, tmp_path_factory.mktemp("browser")) as page:
        yield page
