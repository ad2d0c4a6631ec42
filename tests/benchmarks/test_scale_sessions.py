from __future__ import annotations

import pytest

from repetiteur.benchmarks.scale_sessions import measure
from repetiteur.models.engines.interface import UnavailableError


@pytest.mark.parametrize("engine", ["numba", "torch"])
def test_players_with_ears_of_their_own_and_with_a_shared_engine(engine: str) -> None:
    try:
        (cost,) = measure((2,), blocks=2, engine=engine)
    except UnavailableError as error:
        pytest.skip(str(error))
    assert cost.sessions == 2 and 1 <= cost.threads <= 2
    assert 0.0 < cost.each_p50_ms <= cost.p50_ms <= cost.p99_ms
