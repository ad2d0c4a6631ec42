"""``repetiteur transcribe``: notes from sound, told as they are heard and written as MIDI."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from repetiteur.bridges.terminal.note_lines import NoteLines
from repetiteur.bridges.terminal.options import ears_of, live_ears_arguments
from repetiteur.bridges.terminal.playing import (
    AtOnce,
    JsonLines,
    Pace,
    RealTime,
    Timed,
    present,
    tell_progress,
)
from repetiteur.bridges.terminal.words import duration
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import Event, Note, NoteEnd, NoteStatus
from repetiteur.realtime.hearing.sound_troubles import SoundTroubles
from repetiteur.realtime.inputs import NoteOff, NoteOn
from repetiteur.realtime.session import Sink

if TYPE_CHECKING:
    from repetiteur.bridges.audio_capture import AudioListener
    from repetiteur.bridges.sound_files import SoundFile
    from repetiteur.realtime.hearing.ears import Ears
    from repetiteur.realtime.inbox import Inbox
    from repetiteur.realtime.inputs import Chunk, FaultSeen

ABOUT = "write down the notes of a recording, or of a player live"

AS_PLAYED_S = 0.01  # of a file that is heard as fast as it was played: chunks so long
WAITING_CHUNKS = 1000  # of a device; about 10 s


def arguments(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("file", type=Path, nargs="?", metavar="FILE", help="WAV, FLAC, OGG, MP3 and others")
    source.add_argument("--audio", metavar="NAME", help="listen to the audio input with NAME in its name")
    parser.add_argument("--out", type=Path, metavar="FILE",
                        help="the MIDI file to write (default: FILE with .heard.mid, here)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="the notes as JSON lines on stdout")
    parser.add_argument("--fast", action="store_true", help="as fast as possible instead of as it was played")
    live_ears_arguments(parser)


def run(args: argparse.Namespace) -> int:
    if args.fast and args.audio is not None:
        raise InputError("--fast", "a live input cannot be hurried", "leave it out")
    if args.audio is not None:
        return _live(args)
    from repetiteur.bridges.sound_files import SoundFile

    with SoundFile(args.file) as file:
        return _recording(args, file)


def _recording(args: argparse.Namespace, file: SoundFile) -> int:
    from repetiteur.bridges.sound_files import BLOCK
    from repetiteur.bridges.terminal.interruption import until_interrupted

    written = Written(args.out or Path(f"{args.file.stem}.heard.mid"))
    ears = _ears(args, file.rate_hz)
    block = BLOCK if args.fast else max(1, int(file.rate_hz * AS_PLAYED_S))
    pace = _fast_pace(args, file.duration_s) if args.fast else RealTime()
    ended = threading.Event()
    troubles = Troubles(str(args.file))
    with until_interrupted(ended):
        chunks = troubles.watching(_until(ended, file.chunks(block)))
        _tell_all(heard(ears, chunks), args, written, pace)
    if file.trouble:
        troubles.tell(file.trouble)
    return 1 if troubles.told or ended.is_set() else 0


def _fast_pace(args: argparse.Namespace, end_s: float) -> Pace:
    """Where lines of notes run through a terminal, they are progress enough."""
    if sys.stdout.isatty() and not args.json:
        return lambda due_s: None
    return AtOnce(end_s, "heard")


def _live(args: argparse.Namespace) -> int:
    from repetiteur.bridges.audio_capture import AudioListener
    from repetiteur.bridges.audio_ports import pyaudio_library
    from repetiteur.bridges.quiet import python_alone_on_stderr
    from repetiteur.bridges.terminal.calibrated import known_input
    from repetiteur.bridges.terminal.interruption import until_interrupted
    from repetiteur.realtime.clock import LiveClock
    from repetiteur.realtime.inbox import Inbox

    written = Written(args.out or Path("live.heard.mid"))
    inbox: Inbox[Chunk] = Inbox(WAITING_CHUNKS)
    pyaudio = pyaudio_library()
    known = known_input(pyaudio, args.audio, args)
    listener = AudioListener(pyaudio, inbox.put, LiveClock().now_s, known.capture)
    with python_alone_on_stderr(), closing(listener):
        listener.open(known.name)
        ears = _ears(args, listener.rate_hz, known.a4_hz)
        print(f"listening to {listener.name}; Ctrl-C ends", file=sys.stderr, flush=True)
        ended = threading.Event()
        with until_interrupted(ended):
            listener.start()
            troubles = Troubles(listener.name)
            chunks = troubles.watching(_until(ended, _arriving(inbox, listener, troubles)))
            _tell_all(heard(ears, chunks), args, written, lambda due_s: None)
    return 1 if troubles.told else 0


def _ears(args: argparse.Namespace, rate_hz: float, known_a4_hz: float | None = None) -> Ears:
    tell_progress("getting ready (takes longer the first time)")
    ears = ears_of(args, known_a4_hz=known_a4_hz)()
    ears.warm_up(rate_hz)
    tell_progress("")
    return ears


def heard(ears: Ears, chunks: Iterable[Chunk]) -> Iterator[Timed]:
    """What the ears tell, with the end of the sound they needed for it."""
    from repetiteur.realtime.hearing.ears import notes_of

    end_s = 0.0
    for chunk in chunks:
        end_s = chunk.t_s + len(chunk.samples) / chunk.rate_hz
        yield end_s, notes_of(ears.push(chunk))
    yield end_s, notes_of(ears.finish())


def _until(ended: threading.Event, chunks: Iterator[Chunk | None]) -> Iterator[Chunk]:
    """The chunks there are, while nobody wants it to end."""
    for chunk in chunks:
        if ended.is_set():
            return
        if chunk is not None:
            yield chunk


def _arriving(inbox: Inbox[Chunk], listener: AudioListener, troubles: Troubles) -> Iterator[Chunk | None]:
    """What comes from a device; now and then nothing."""
    while True:
        chunk = inbox.take(0.1)
        if chunk is None and (change := listener.look()) is not None:
            troubles.tell(change)
        yield chunk


def _tell_all(timed: Iterator[Timed], args: argparse.Namespace, written: Written, pace: Pace) -> None:
    """To everybody, and the file at the end, even if nobody reads the lines any more."""
    lines: Sink = JsonLines(at_once=not args.fast) if args.json else NoteLines()
    began_s = time.monotonic()
    try:
        present(timed, [written, lines], pace)
    finally:
        tell_progress("")
        written.write()
    if not args.json:
        took = duration(time.monotonic() - began_s)
        print(
            f"{written.notes} notes heard in {took}, {written.withdrawn} taken back; written: {written.place}"
        )


class Troubles:
    """Lines on stderr about what is wrong with the sound, and how many there were."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._seen = SoundTroubles()
        self.told = 0

    def watching(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """The same chunks."""
        end_s = 0.0
        for chunk in chunks:
            end_s = chunk.t_s + len(chunk.samples) / chunk.rate_hz
            self._tell_each(self._seen.of(chunk, end_s))
            yield chunk
        self._tell_each(self._seen.rest(end_s))

    def tell(self, what: str) -> None:
        self.told += 1
        tell_progress("")
        print(f"repetiteur: {self._where}: {what}", file=sys.stderr, flush=True)

    def _tell_each(self, faults: Iterable[FaultSeen]) -> None:
        for fault in faults:
            self.tell(f"{fault.what}; {fault.remedy}")


class Written:
    """A sink: the confirmed notes, for a MIDI file."""

    def __init__(self, place: Path) -> None:
        """Raises InputError where nothing can be written."""
        if not place.absolute().parent.is_dir() or place.is_dir():
            raise InputError(str(place), "no file can be written there", "name another place with --out")
        self.place = place
        self.notes = 0
        self.withdrawn = 0
        self._played: list[NoteOn | NoteOff] = []
        self._pitch: dict[int, int] = {}  # of notes that sound

    def send(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Note):
                if event.status is NoteStatus.CONFIRMED:
                    self.notes += 1
                    self._pitch[event.id] = event.pitch
                    self._played.append(NoteOn(event.onset, event.pitch, event.velocity))
                self.withdrawn += event.status is NoteStatus.WITHDRAWN
            elif isinstance(event, NoteEnd) and event.id in self._pitch:
                self._played.append(NoteOff(event.offset, self._pitch.pop(event.id)))

    def close(self) -> None: ...

    def write(self) -> None:
        """What has been heard so far; notes that still sound end with the last thing that happened."""
        from repetiteur.bridges.midi_files import write_midi

        last_s = max((item.t_s for item in self._played), default=0.0)
        write_midi(self.place, [*self._played, *(NoteOff(last_s, pitch) for pitch in self._pitch.values())])
