"""``repetiteur devices``: what can be listened to, and what is missing for it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from repetiteur.bridges.audio_ports import AudioInput, audio_inputs
from repetiteur.bridges.midi_ports import midi_input_names, rtmidi_library
from repetiteur.realtime.errors import InputError

ABOUT = "list the MIDI and audio inputs there are"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    missing: list[InputError] = []
    midi: tuple[str, ...] = ()
    audio: tuple[AudioInput, ...] = ()
    try:
        midi = midi_input_names(rtmidi_library())
    except InputError as error:
        missing.append(error)
    try:
        audio = audio_inputs()
    except InputError as error:
        missing.append(error)
    if args.json:
        print(json.dumps({
            "midi": midi,
            "audio": [asdict(each) for each in audio],
            "missing": [{"what": error.problem, "remedy": error.remedy} for error in missing],
        }))  # fmt: skip
    else:
        _print_all(midi, audio, missing)
    return 0


def _print_all(midi: tuple[str, ...], audio: tuple[AudioInput, ...], missing: list[InputError]) -> None:
    trouble = {error.where: error for error in missing}
    _print_group("MIDI", midi, trouble.get("MIDI"))
    _print_group("audio", tuple(map(_described, audio)), trouble.get("audio"))


def _print_group(kind: str, names: tuple[str, ...], trouble: InputError | None) -> None:
    print(f"{kind} inputs")
    if trouble is not None:
        print(f"  {trouble.problem}: {trouble.remedy}")
    elif not names:
        print("  none")
    for name in names:
        print(f"  {name}")


def _described(audio: AudioInput) -> str:
    return f"{audio.name} ({audio.system}, {audio.channels} channels, {audio.rate_hz:.0f} Hz)"
