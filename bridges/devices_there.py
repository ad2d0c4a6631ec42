"""Every MIDI and audio device there is now, and what is missing to find more."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

from repetiteur.bridges import audio_ports, midi_systems
from repetiteur.bridges.apart import AWAITED, answering, done_apart
from repetiteur.bridges.audio_ports import AudioPorts
from repetiteur.realtime.errors import InputError


@dataclass(frozen=True, slots=True)
class DevicesThere:
    midi_in: tuple[str, ...]
    midi_out: tuple[str, ...]
    audio: AudioPorts
    missing: tuple[InputError, ...]


def devices_there() -> DevicesThere:
    """PortAudio sees what was plugged in since only where nothing of it is open in this process."""
    missing: list[InputError] = []
    midi_in: tuple[str, ...] = ()
    midi_out: tuple[str, ...] = ()
    audio = AudioPorts((), ())
    try:
        rtmidi = midi_systems.rtmidi_library()
        midi_in, midi_out = midi_systems.midi_input_names(rtmidi), midi_systems.midi_output_names(rtmidi)
    except InputError as error:
        missing.append(error)
    try:
        audio = audio_ports.audio_ports(audio_ports.pyaudio_library())
    except InputError as error:
        missing.append(error)
    return DevicesThere(midi_in, midi_out, audio, tuple(missing))


def devices_there_apart() -> DevicesThere | None:
    """Asked in a process of its own, so that what runs here is not disturbed; None where that fails.
    Takes about a second; any thread."""
    answer = done_apart(__name__, None)
    return None if answer is None else pickle.loads(answer)  # our own process wrote it


def main() -> None:
    with answering(AWAITED) as out:
        pickle.dump(devices_there(), out)


if __name__ == "__main__":
    from repetiteur.bridges.devices_there import main as run  # pickles name this module, not __main__

    run()
