"""``repetiteur devices``: what can be listened to and played on, how to name it, and what is missing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from repetiteur.bridges.audio_ports import AudioPort, AudioPorts, words_for
from repetiteur.bridges.devices_there import devices_there
from repetiteur.realtime.errors import InputError

ABOUT = "list the MIDI and audio devices there are, and how to name them"

NO_MIDI = "none: plug a keyboard in and switch it on, or let follow make one with --virtual"
NO_AUDIO = "none: plug a microphone or an interface in; on Linux your user may have to be in the group audio"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    there = devices_there()
    audio = there.audio
    if args.json:
        print(json.dumps({
            "midi": there.midi_in,
            "midi_out": there.midi_out,
            "audio": [_plain(port, audio.inputs) for port in audio.inputs],
            "audio_out": [_plain(port, audio.outputs) for port in audio.outputs],
            "missing": [{"what": error.problem, "remedy": error.remedy} for error in there.missing],
        }))  # fmt: skip
    else:
        trouble = {error.where: error for error in there.missing}
        _print_midi(there.midi_in, there.midi_out, trouble.get("MIDI"))
        _print_audio(audio, trouble.get("audio"))
    return 0


def _plain(port: AudioPort, ports: Sequence[AudioPort]) -> dict[str, object]:
    return {**asdict(port), "loopback": port.loopback, "words": words_for(port, ports)}


def _print_midi(inputs: tuple[str, ...], outputs: tuple[str, ...], trouble: InputError | None) -> None:
    if trouble is not None:
        print(f"MIDI\n  {trouble.problem}: {trouble.remedy}")
        return
    print("MIDI inputs")
    for line in [f"  --midi {_quoted(name)}" for name in inputs] or [f"  {NO_MIDI}"]:
        print(line)
    if outputs:
        print("MIDI outputs")
        for name in outputs:
            print(f"  {name}")


def _print_audio(audio: AudioPorts, trouble: InputError | None) -> None:
    if trouble is not None:
        print(f"audio\n  {trouble.problem}: {trouble.remedy}")
        return
    print("audio inputs")
    for line in _table("--audio", audio.inputs) if audio.inputs else [f"  {NO_AUDIO}"]:
        print(line)
    if audio.outputs:
        print("audio outputs, for the test sounds of calibrate")
        for line in _table("--play", audio.outputs):
            print(line)


def _table(option: str, ports: Sequence[AudioPort]) -> Iterator[str]:
    words = [f"{option} {_quoted(words_for(port, ports))}" for port in ports]
    width = max(map(len, words))
    for each, port in zip(words, ports, strict=True):
        yield f"  {each:<{width}}   {_described(port)}"


def _described(port: AudioPort) -> str:
    channels = "1 channel" if port.channels == 1 else f"{port.channels} channels"
    facts = [f"{port.rate_hz:g} Hz", channels, port.system]
    if port.latency_s > 0:
        facts.append(f"{1000 * port.latency_s:.0f} ms")
    if port.loopback:
        facts.append("hears what this computer plays")
    if port.default:
        facts.append("the system's own choice")
    return ", ".join(facts)


def _quoted(name: str) -> str:
    """As a shell wants it: in double quotes, which all of them take."""
    plain = name.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
    return f'"{plain}"' if plain != name or not name.replace("-", "").isalnum() else name
