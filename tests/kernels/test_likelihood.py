"""The densities are densities: they add up to about one."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.kernels.likelihood import (
    DENSEST,
    chord_density,
    leaving_cost,
    onset_density,
    overtaken_density,
    popcount,
)


@pytest.mark.parametrize(("wait_s", "sigma_s"), [(0.1, 0.03), (0.5, 0.06), (2.0, 0.3)])
def test_arrivals_add_up_to_one(wait_s, sigma_s):
    step_s = 0.001
    errors = np.arange(-wait_s, 12.0, step_s)
    total = sum(np.exp(onset_density(error, wait_s, sigma_s)) for error in errors) * step_s
    assert 0.9 < total < 1.05


@pytest.mark.parametrize("spread_s", [0.035, 0.18])
def test_keys_of_a_chord_add_up_to_one(spread_s):
    step_s = 0.001
    offsets = np.arange(-4.0 * spread_s, 8.0, step_s)
    total = sum(np.exp(chord_density(offset, spread_s)) for offset in offsets) * step_s
    assert 0.9 < total < 1.6  # earlier keys do occur, but only when the follower has gone on too soon


def test_nearer_to_the_expected_time_is_likelier():
    at = [onset_density(error, 0.5, 0.05) for error in (0.0, 0.05, 0.2, 1.0)]
    assert at == sorted(at, reverse=True)


def test_leaving_more_out_costs_more():
    costs = [leaving_cost(4, played) for played in (4, 3, 2, 1)]
    assert costs == sorted(costs, reverse=True)
    assert leaving_cost(0, 0) == 0.0
    assert leaving_cost(3, 3) == 0.0


def test_popcount():
    assert [popcount(bits) for bits in (0, 1, 0b1011, (1 << 62) - 1)] == [0, 1, 3, 62]


def test_nothing_is_likelier_than_the_densest():
    """What is passed over for being less likely even at its best must be so."""
    at = np.linspace(-0.1, 0.1, 41)
    onsets = [onset_density(error, wait, 0.0244) for error in at for wait in (0.0, 0.1, 1.0)]
    keys = [density(offset, 0.035) for offset in at for density in (chord_density, overtaken_density)]
    assert max(*onsets, *keys) < DENSEST
