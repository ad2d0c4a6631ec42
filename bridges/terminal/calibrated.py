"""The audio input that was asked for, and what was found out about it before: used where the command line
says nothing."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import Any

from repetiteur.bridges.audio_capture import Capture
from repetiteur.bridges.audio_ports import audio_ports, the_port, words_for
from repetiteur.bridges.calibrations import Calibration, remembered
from repetiteur.realtime.errors import InputError


@dataclass(frozen=True, slots=True)
class KnownInput:
    name: str  # by which it is found
    a4_hz: float | None
    capture: Capture


def known_input(pyaudio: Any, wanted: str, args: argparse.Namespace) -> KnownInput:
    """The first with ``wanted`` in its name. ``args``: of ``live_ears_arguments``. Says in a line what is
    taken from the calibration. Raises InputError where there is no such input."""
    inputs = audio_ports(pyaudio).inputs
    name = words_for(the_port(wanted, inputs, "input"), inputs)
    kept = _kept(name)
    late_ms = kept.late_ms if args.latency is None else args.latency
    used = []
    if args.a4 is None and kept.a4_hz is not None:
        used.append(f"A4 = {kept.a4_hz:g} Hz")
    if args.latency is None and kept.late_ms is not None:
        used.append(f"latency {kept.late_ms:g} ms")
    if used:
        _tell(f"{' and '.join(used)}, as {name} was calibrated on {kept.day}")
    return KnownInput(name, kept.a4_hz, Capture(args.block / 1000.0, (late_ms or 0.0) / 1000.0))


def _kept(name: str) -> Calibration:
    try:
        return remembered(name) or Calibration(None, None, None, "")
    except InputError as error:
        _tell(f"repetiteur: {error.where}: {error.problem}; {error.remedy}")
        return Calibration(None, None, None, "")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
