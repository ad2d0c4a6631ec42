"""The ears of this installation: its encoder, with the resampler every device rate needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, Literal

from repetiteur.bridges.level import MeteredEars
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.hearing.decoder import LOOKAHEAD_S
from repetiteur.realtime.hearing.ears import A4_HZ, Encoder, Resampler
from repetiteur.realtime.hearing.self_tuning import SelfTuning
from repetiteur.realtime.hearing.thresholds import DEFAULTS, Thresholds

ENCODER = "repetiteur.models.encoder.engine"
AUTO = "auto"
A4 = float | Literal["auto"]


def _nobody(_a4_hz: float) -> None: ...


def make_ears(
    lookahead_s: float = LOOKAHEAD_S,
    thresholds: Thresholds = DEFAULTS,
    a4: A4 = A4_HZ,
    tuned: Callable[[float], None] = _nobody,
    engine: str = "numba",
    tell: Callable[[str], None] = lambda line: None,
) -> MeteredEars:
    """New ears for one stream. ``a4``: Hz, or to be found out; ``tuned`` is then told, by whoever pushes.
    ``engine``: of ``models/engines``; what cannot be had of it is told in a line, and Numba takes its
    place. Raises InputError where there is no encoder to load."""
    if a4 == AUTO:  # only the one at hand can move its grid while it hears
        self_tuning = SelfTuning(load_encoder(A4_HZ), tuned)
        return MeteredEars(self_tuning, make_resampler, thresholds, lookahead_s, self_tuning.a4_hz)
    a4_hz = float(a4)
    ours = engine in ("auto", "numba")
    encoder = load_encoder(a4_hz) if ours else _by_engine(engine, a4_hz, tell)
    return MeteredEars(encoder, make_resampler, thresholds, lookahead_s, lambda hop: a4_hz)


def load_encoder(a4_hz: float = A4_HZ) -> Any:
    """A new ``TunableEncoder``. The weights are read for the first one only. Raises InputError."""
    return _first_listener(ENCODER, a4_hz).another()


def _by_engine(engine: str, a4_hz: float, tell: Callable[[str], None]) -> Encoder:
    """For one listener the best engine of its own accord is Numba: this is for others by name."""
    weights = load_encoder(a4_hz).weights
    choosing = import_module("repetiteur.models.engines.choosing")
    interface = import_module("repetiteur.models.engines.interface")
    return interface.OneListener(choosing.choose(engine, weights, 1, tell, a4_hz))


@cache
def _first_listener(encoder: str, a4_hz: float) -> Any:
    try:
        engine = import_module(encoder)
        weights = import_module("repetiteur.models.encoder.weights")
    except ImportError as error:
        if error.name is not None and error.name.startswith("repetiteur"):
            raise InputError("encoder", "this installation has none", "install a newer repetiteur") from None
        problem = f"the library {error.name} is not installed"
        raise InputError("encoder", problem, f"pip install {error.name}") from None
    try:
        return engine.load_encoder(a4_hz=a4_hz)
    except weights.WeightsError as error:
        raise InputError(error.where, error.problem, error.remedy) from None


def make_resampler(rate_hz: float) -> Resampler:
    """From that rate to the encoder's."""
    return import_module("repetiteur.kernels.resample").Resampler(int(rate_hz))
