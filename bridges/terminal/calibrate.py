"""``repetiteur calibrate``: what a room, an input and an instrument are like, kept for the next time."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from repetiteur.bridges.terminal.options import seconds as positive_seconds
from repetiteur.realtime.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from repetiteur.bridges.audio_check import Player, Recorder
    from repetiteur.realtime.calibration.findings import Findings
    from repetiteur.realtime.calibration.latency import Latency

ABOUT = "measure an audio input: noise, level, tuning, latency, what the system does to it"

SILENCE_S = 3.0
SETTLES_S = 1.0  # until the last note has died away, and the first silence is silent
STEADY_S = 3.0
AROUND_CLICKS_S = 1.0  # that much latency can be found


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--audio", metavar="NAME",
                        help="the input with NAME in its name (default: the system's)")  # fmt: skip
    parser.add_argument("--play", metavar="NAME",
                        help="measure the latency by test sounds on the output with NAME in it")  # fmt: skip
    parser.add_argument("--seconds", type=positive_seconds, default=8.0, metavar="S",
                        help="of playing (default: %(default)g)")  # fmt: skip
    parser.add_argument("--forget", action="store_true", help="keep nothing of it")
    parser.add_argument("--json", action="store_true", help="what was found as one JSON object")


def run(args: argparse.Namespace) -> int:
    from repetiteur.bridges.audio_check import Player, Recorder
    from repetiteur.bridges.audio_ports import audio_ports, pyaudio_library, the_port
    from repetiteur.realtime.clock import LiveClock

    pyaudio, clock = pyaudio_library(), LiveClock()
    ports = audio_ports(pyaudio)
    with ExitStack() as cleanup:
        recorder = Recorder(pyaudio, clock.now_s)
        cleanup.callback(recorder.close)
        recorder.open(args.audio if args.audio is not None else _systems_own(ports.inputs))
        player = None
        if args.play is not None:
            player = Player(pyaudio, the_port(args.play, ports.outputs, "output"), clock.now_s)
            cleanup.callback(player.close)
        _say(f"listening to {recorder.name}, {recorder.rate_hz:g} Hz; Ctrl-C ends")
        findings, latency = _measure(recorder, player, args.seconds)
    kept = None if args.forget else _keep(recorder.name, findings, latency)
    if args.json:
        print(json.dumps(_plain(recorder.name, findings, latency, kept)))
    else:
        from repetiteur.bridges.terminal.calibration_words import told

        for line in told(findings, latency, played=player is not None):
            print(line)
        if kept is not None:
            print(f"kept for {recorder.name} in {kept}")
    return 1 if troubles(findings) else 0


def troubles(findings: Findings) -> bool:
    """Whether something should be put right before playing."""
    from repetiteur.realtime.calibration.level import Level
    from repetiteur.realtime.calibration.processing import LIKELY
    from repetiteur.realtime.calibration.room import Quiet

    meddled = any(each.sure >= LIKELY for each in findings.suspicions)
    bad_level = findings.loudness.level in (Level.NOTHING, Level.SOFT, Level.CLIPPED)
    return meddled or bad_level or findings.room.quiet is Quiet.NOISY


def _measure(recorder: Recorder, player: Player | None, playing_s: float) -> tuple[Findings, Latency | None]:
    import numpy as np

    from repetiteur.realtime.calibration.findings import find_out
    from repetiteur.realtime.calibration.processing import Evidence

    _say(f"please be silent for {SILENCE_S:g} seconds")
    recorder.record(SETTLES_S)
    before = recorder.record(SILENCE_S)
    latency, steady = None, np.zeros(0, np.float32)
    if player is not None:
        _say("a test sound is played; please be silent")
        latency = _latency(recorder, player)
        if latency is not None:
            steady = _steady(recorder, player)
    _say(f"now play for {playing_s:g} seconds: chords and single notes, soft and as loud as you will")
    music = recorder.record(playing_s)
    _say(f"and be silent again for {SILENCE_S:g} seconds")
    recorder.record(SETTLES_S)
    after = recorder.record(SILENCE_S)
    heard = Evidence(recorder.rate_hz, before.sound, music.sound, after.sound, steady)
    return find_out(heard, music.clipped), latency


def _latency(recorder: Recorder, player: Player) -> Latency | None:
    from repetiteur.realtime.calibration.clicks import clicks, find_clicks
    from repetiteur.realtime.calibration.latency import Latency

    sound = clicks(player.rate_hz)
    player.play(sound)
    heard = recorder.record(len(sound) / player.rate_hz + AROUND_CLICKS_S)
    echo = find_clicks(heard.sound, heard.rate_hz)
    handed_s, left_s = player.handed_s(), player.left_s()
    if echo is None or handed_s is None or left_s is None:
        return None
    came_s = heard.begun_s + echo.at_s
    return Latency(round_trip_s=came_s - handed_s, late_s=came_s - left_s, gain_db=echo.gain_db)


def _steady(recorder: Recorder, player: Player) -> Any:
    from repetiteur.realtime.calibration.findings import steady_noise

    player.play(steady_noise(player.rate_hz, STEADY_S + 2 * AROUND_CLICKS_S))
    recorder.record(AROUND_CLICKS_S)
    heard = recorder.record(STEADY_S).sound
    player.stop()
    recorder.record(SETTLES_S)
    return heard


def _keep(device: str, findings: Findings, latency: Latency | None) -> Path | None:
    from repetiteur.bridges.calibrations import Calibration, remember

    noise_dbfs = round(findings.room.noise_dbfs, 1)
    a4_hz = round(findings.pitch.a4_hz, 1) if findings.pitch else None
    late_ms = round(1000 * latency.late_s, 1) if latency else None
    return remember(device, Calibration(a4_hz, late_ms, noise_dbfs, date.today().isoformat()))


def _plain(device: str, findings: Findings, latency: Latency | None, kept: Path | None) -> dict[str, Any]:
    return {
        "device": device,
        **asdict(findings),
        "latency": asdict(latency) if latency else None,
        "troubles": troubles(findings),
        "kept": str(kept) if kept else None,
    }


def _systems_own(inputs: Any) -> str:
    from repetiteur.bridges.audio_ports import words_for

    if not inputs:
        raise InputError("audio", "no input is there", "plug one in; repetiteur devices lists them")
    return words_for(next((port for port in inputs if port.default), inputs[0]), inputs)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
