"""What each host is sent, byte for byte where it matters and word for word everywhere."""

from __future__ import annotations

import struct

import pytest

from repetiteur.bridges.hosts.actions import Action, Cue, Locate, Marker, Place, Play, Record, Stop, Tempo
from repetiteur.bridges.hosts.dialects import DIALECTS, Message
from repetiteur.bridges.wire import osc

THERE = Place(seconds=22.5, quarters=45.0, bar=12, beat=1.5, mark="B 2")
ACTIONS: tuple[Action, ...] = (
    Play(), Record(), Stop(), Locate(THERE, False), Locate(THERE, True), Tempo(96.5),
    Marker(61.25, "bar 7: left out D5", 3), Cue("B 2"),
)  # fmt: skip

GOLDEN = {
    "reaper": [
        ["/play 1.0"], ["/record 1.0"], ["/stop 1.0"], ["/beat/str '12.1.50'"], ["/beat/str '12.1.50'"],
        ["/tempo/raw 96.5"],
        ["/marker_id/1003/time 61.25", "/marker_id/1003/name 'bar 7: left out D5'"],
        [],
    ],
    "ardour": [
        ["/transport_play"], ["/transport_play"], ["/transport_stop"], ["/locate 1080000 0"],
        ["/locate 1080000 1"], [], ["/add_marker 'bar 7: left out D5'"], [],
    ],
    "ableton": [
        ["/live/song/continue_playing"],
        ["/live/song/set/record_mode 1", "/live/song/continue_playing"],
        ["/live/song/stop_playing"],
        ["/live/song/set/current_song_time 45.0"], ["/live/song/set/current_song_time 45.0"],
        ["/live/song/set/tempo 96.5"], [], [],
    ],
    "bitwig": [
        ["/play 1"], ["/record", "/play 1"], ["/play 0"], ["/time 45.0"], ["/time 45.0"],
        ["/tempo/raw 96.5"], [], [],
    ],
    "qlab": [["/resume"], [], ["/pause"], ["/playhead/B_2"], ["/playhead/B_2"], [], [], ["/cue/B_2/start"]],
}  # fmt: skip


def said(message: Message) -> str:
    return " ".join([message.address, *map(repr, message.arguments)])


@pytest.mark.parametrize("name", DIALECTS)
def test_every_action_in_every_dialect(name: str) -> None:
    dialect = DIALECTS[name]
    spelled = [[said(message) for message in dialect.spell(action)] for action in ACTIONS]
    assert spelled == GOLDEN[name]


def test_the_bytes() -> None:
    assert osc.packet("/locate", (1080000, 1)) == b"/locate\0,ii\0\x00\x10\x7a\xc0\0\0\0\x01"
    assert osc.packet("/transport_play", ()) == b"/transport_play\0,\0\0\0"
    assert osc.packet("/tempo/raw", (96.5,)) == b"/tempo/raw\0\0,f\0\0\x42\xc1\0\0"
    assert osc.packet("/beat/str", ("12.1.50",)) == b"/beat/str\0\0\0,s\0\x0012.1.50\0"


def test_seconds_become_samples_at_the_rate_of_the_host() -> None:
    (message,) = DIALECTS["ardour"].spell(Locate(THERE, False), 44_100.0)
    assert message.arguments == (992_250, 0)


def test_the_rate_is_in_the_last_line_of_the_list_of_strips() -> None:
    rate_in = DIALECTS["ardour"].rate_in
    last = b"#reply\0\0,shhi\0\0\0end_route_list\0\0" + struct.pack(">qqi", 44100, 0, 0)
    assert rate_in(last) == 44_100.0
    assert rate_in(b"#reply\0\0,s\0\0AT\0\0") is None
    assert rate_in(b"#reply\0\0,s\0") is None
    assert rate_in(b"/transport_frame\0\0\0\0,i\0\0\0\0\0\1") is None
    assert rate_in(b"") is None


def test_the_place_is_in_the_answer_in_samples() -> None:
    place_in = DIALECTS["ardour"].place_in
    assert place_in(osc.packet("/transport_frame", (88_200,)), 44_100.0) == 2.0
    assert place_in(osc.packet("/transport_frame", ("x",)), 44_100.0) is None
    assert place_in(b"/transport_frame\0,", 44_100.0) is None
    assert place_in(osc.packet("/transport_speed", (1,)), 44_100.0) is None


def test_hosts_that_look_seldom_are_told_early() -> None:
    leads = {name: dialect.lead_s for name, dialect in DIALECTS.items()}
    assert max(leads, key=lambda name: leads[name]) == "ableton"
    assert all(0.0 < lead_s <= 0.1 for lead_s in leads.values())
