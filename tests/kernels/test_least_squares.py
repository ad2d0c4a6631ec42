"""What is learnt equals the textbook's weighted least squares."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.kernels.least_squares import learn, new_belief

BELIEVED, FIRMLY = (3.0, -1.0, 0.5), (0.5, 2.0, 0.1)


def test_it_equals_the_textbook() -> None:
    random, fades = np.random.default_rng(2), 0.9
    belief = new_belief(BELIEVED, FIRMLY)
    facts, values = random.standard_normal((40, 3)), random.standard_normal(40)
    for count in range(1, 41):
        usual = learn(belief, facts[count - 1], values[count - 1], fades)
        counts = fades ** np.arange(count - 1, -1, -1.0)
        known = (facts[:count] * counts[:, None]).T @ facts[:count] + np.diag(FIRMLY)
        came = (facts[:count] * counts[:, None]).T @ values[:count] + np.array(FIRMLY) * BELIEVED
        assert usual == pytest.approx(float(facts[count - 1] @ np.linalg.solve(known, came)), abs=1e-9)


def test_how_firmly_something_is_believed_counts() -> None:
    belief = new_belief((2.0, 0.0), (1e6, 1e6))
    assert learn(belief, np.array([1.0, 1.0]), 7.0, 1.0) == pytest.approx(2.0, abs=1e-4)
    open_minded = new_belief((2.0, 0.0), (1e-6, 1e-6))
    assert learn(open_minded, np.array([1.0, 1.0]), 7.0, 1.0) == pytest.approx(7.0, abs=1e-4)


def test_the_same_fact_for_hours_does_no_harm() -> None:
    belief, facts = new_belief((0.0, 8.0), (0.05, 0.2)), np.array([1.0, -3.0])
    for _ in range(50_000):
        usual = learn(belief, facts, 60.0, 0.998)
    assert usual == pytest.approx(60.0, abs=0.1)
    assert np.isfinite(learn(belief, np.array([1.0, 5.0]), 90.0, 0.998))
