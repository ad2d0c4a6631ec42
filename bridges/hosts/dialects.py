"""How each host wants to be told: tables and nothing else, read in the hosts' own sources and manuals.

What a host cannot do is simply not in its table. Numbers go as the type the host reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from repetiteur.bridges.hosts.actions import Action, Cue, Locate, Marker, Play, Record, Stop, Tempo
from repetiteur.bridges.wire import osc_packets
from repetiteur.bridges.wire.errors import WireError

SAMPLE_RATE_HZ = 48_000.0  # until the host tells its own


class Message(NamedTuple):
    address: str
    arguments: tuple[int | float | str, ...] = ()


class Marks(StrEnum):
    """Where a host lets others put markers."""

    ANYWHERE = "anywhere"
    HERE = "here"  # at its playhead
    NOWHERE = "nowhere"


Say = Callable[[Any, float], tuple[Message, ...]]  # an action, and the host's sample rate


@dataclass(frozen=True, slots=True)
class Dialect:
    """One host. ``lead_s``: how long it takes on average until it obeys, so it is told that much ahead."""

    name: str
    program: str
    port: int
    lead_s: float
    marks: Marks
    say: Mapping[type, Say]
    ask: tuple[Message, ...] = ()  # at the beginning
    rate_in: Callable[[bytes], float | None] = lambda packet: None  # the host's sample rate, Hz
    ask_place: tuple[Message, ...] = ()  # now and then while it rolls
    place_in: Callable[[bytes, float], float | None] = lambda packet, rate_hz: None  # s on its timeline

    @property
    def takes_tempo(self) -> bool:
        return Tempo in self.say

    def spell(self, action: Action, rate_hz: float = SAMPLE_RATE_HZ) -> tuple[Message, ...]:
        """Nothing where the host has no word for it."""
        say = self.say.get(type(action))
        return () if say is None else say(action, rate_hz)


def _always(*messages: Message) -> Say:
    return lambda action, rate_hz: messages


def _bar_beat(action: Locate) -> str:
    """``12.1.50``: bar, beat, hundredths of a beat."""
    whole, hundredths = divmod(round(action.place.beat * 100.0), 100)
    return f"{action.place.bar}.{whole}.{hundredths:02d}"


def _cue_number(label: str) -> str:
    """As it may stand in an address."""
    return "".join("_" if letter in " #*,/?[]{}" else letter for letter in label)


def _rate_in_strip_list(packet: bytes) -> float | None:
    """The list of strips ends with the rate. The address of Ardour's answers is no OSC: ``#reply``."""
    if not packet.startswith(b"#reply\0"):
        return None
    try:
        (reply,) = osc_packets.decode(b"/" + packet[1:])
    except WireError:
        return None
    match reply.arguments:
        case ("end_route_list", int(rate_hz), *_) if rate_hz > 0:
            return float(rate_hz)
    return None


def _place_in_frame(packet: bytes, rate_hz: float) -> float | None:
    if not packet.startswith(b"/transport_frame\0"):
        return None
    try:
        (told,) = osc_packets.decode(packet)
    except WireError:
        return None
    match told.arguments:
        case (int(samples), *_):
            return samples / rate_hz
    return None


# Polls OSC about 30 times a second. Bars and beats stay true when the tempo changes; seconds do not.
# A marker is written by its number and made if there is none: numbers from 1000 leave those of the user.
REAPER = Dialect("reaper", "REAPER", 8000, 0.03, Marks.ANYWHERE, {
    Play: _always(Message("/play", (1.0,))),
    Record: _always(Message("/record", (1.0,))),
    Stop: _always(Message("/stop", (1.0,))),
    Locate: lambda a, rate_hz: (Message("/beat/str", (_bar_beat(a),)),),
    Tempo: lambda a, rate_hz: (Message("/tempo/raw", (a.bpm,)),),
    Marker: lambda a, rate_hz: (
        Message(f"/marker_id/{1000 + a.number}/time", (a.seconds,)),
        Message(f"/marker_id/{1000 + a.number}/name", (a.label,)),
    ),
})  # fmt: skip

# Samples, so its rate is asked for (port 0: answer where the question comes from). Markers stand at
# the playhead. Nothing arms its record button without the danger of disarming it: that is the user's.
ARDOUR = Dialect("ardour", "Ardour", 3819, 0.05, Marks.HERE, {
    Play: _always(Message("/transport_play")),
    Record: _always(Message("/transport_play")),
    Stop: _always(Message("/transport_stop")),
    Locate: lambda a, rate_hz: (Message("/locate", (round(a.place.seconds * rate_hz), int(a.rolling))),),
    Marker: lambda a, rate_hz: (Message("/add_marker", (a.label,)),),
}, (Message("/set_surface/port", (0,)), Message("/strip/list")), _rate_in_strip_list,
   (Message("/transport_frame"),), _place_in_frame)  # fmt: skip

# The remote script looks at its socket ten times a second. continue_playing begins at the playhead,
# start_playing at the insert marker. Its cue points toggle and are named by place in a list only it
# knows: left to the user.
ABLETON = Dialect("ableton", "Ableton Live", 11000, 0.06, Marks.NOWHERE, {
    Play: _always(Message("/live/song/continue_playing")),
    Record: _always(
        Message("/live/song/set/record_mode", (1,)), Message("/live/song/continue_playing")
    ),
    Stop: _always(Message("/live/song/stop_playing")),
    Locate: lambda a, rate_hz: (
        Message("/live/song/set/current_song_time", (a.place.quarters,)),
    ),
    Tempo: lambda a, rate_hz: (Message("/live/song/set/tempo", (a.bpm,)),),
})  # fmt: skip

# /play with 0 or 1 says what is wanted; /stop on a host that stands would send it back to the start.
BITWIG = Dialect("bitwig", "Bitwig Studio", 8000, 0.02, Marks.NOWHERE, {
    Play: _always(Message("/play", (1,))),
    Record: _always(Message("/record"), Message("/play", (1,))),
    Stop: _always(Message("/play", (0,))),
    Locate: lambda a, rate_hz: (Message("/time", (a.place.quarters,)),),
    Tempo: lambda a, rate_hz: (Message("/tempo/raw", (a.bpm,)),),
})  # fmt: skip

# No timeline: cues numbered like the rehearsal marks are fired, and wait while the player waits.
QLAB = Dialect("qlab", "QLab", 53000, 0.01, Marks.NOWHERE, {
    Play: _always(Message("/resume")),
    Stop: _always(Message("/pause")),
    Locate: lambda a, rate_hz: (
        (Message(f"/playhead/{_cue_number(a.place.mark)}"),) if a.place.mark else ()
    ),
    Cue: lambda a, rate_hz: (Message(f"/cue/{_cue_number(a.label)}/start"),),
})  # fmt: skip

DIALECTS = {dialect.name: dialect for dialect in (REAPER, ARDOUR, ABLETON, BITWIG, QLAB)}
