"""The ears of this installation: its encoder, with the resampler every device rate needs."""

from __future__ import annotations

from importlib import import_module

from repetiteur.realtime.errors import InputError
from repetiteur.realtime.hearing.decoder import LOOKAHEAD_S
from repetiteur.realtime.hearing.ears import Ears, Encoder, Resampler
from repetiteur.realtime.hearing.thresholds import DEFAULTS, Thresholds

ENCODER = "repetiteur.models.encoder.engine"


def make_ears(lookahead_s: float = LOOKAHEAD_S, thresholds: Thresholds = DEFAULTS) -> Ears:
    """New ears for one stream. Raises InputError where there is no encoder to load."""
    return Ears(load_encoder(), make_resampler, thresholds, lookahead_s)


def load_encoder() -> Encoder:
    try:
        engine = import_module(ENCODER)
    except ImportError as error:
        if error.name is not None and error.name.startswith("repetiteur"):
            raise InputError("encoder", "this installation has none", "install a newer repetiteur") from None
        remedy = "pip install 'repetiteur[models]'"
        raise InputError("encoder", f"the library {error.name} is not installed", remedy) from None
    return engine.load_encoder()


def make_resampler(rate_hz: float) -> Resampler:
    """From that rate to the encoder's."""
    return import_module("repetiteur.kernels.resample").Resampler(int(rate_hz))
