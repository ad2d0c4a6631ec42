"""The bytes of every event in every spelling, written out: a host program reads exactly these."""

from __future__ import annotations

import msgpack
from pythonosc.osc_message import OscMessage

from repetiteur.bridges.wire import json_lines, msgpack_codec, osc, osc_packets
from repetiteur.realtime.events import EVENT_TYPES, Event

AGE_S = 0.02

OSC = {
    "hello": (
        b"/repetiteur/hello\x00\x00\x00,sisii\x00\x000.1.0\x00\x00\x00\x00\x00\x00\x01minuet\x00"
        b"\x00\x00\x00\x00 \x00\x00\x01\r"
    ),
    "state": b"/repetiteur/state\x00\x00\x00,s\x00\x00following\x00\x00\x00",
    "position": (
        b"/repetiteur/position\x00\x00\x00\x00,siffffi\x00\x00\x00\x0012a\x00\x00\x00\x00\x0c@ "
        b"\x00\x00B9\x00\x00B\xc3\x00\x00?@\x00\x00\x00\x00\x00\x14"
    ),
    "note": (
        b"/repetiteur/note\x00\x00\x00\x00,iiiii\x00\x00\x00\x00\x00\xcc\x00\x00\x00@\x00\x00\x00"
        b"G\x00\x00\x05\x9e\x00\x00\x00\x01"
    ),
    "note_end": b"/repetiteur/note_end\x00\x00\x00\x00,ii\x00\x00\x00\x00\xcc\x00\x00\x07\x92",
    "match": (
        b"/repetiteur/match\x00\x00\x00,iisfiif\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\xccP1"
        b"-n183\x00B:\x00\x00\x00\x00\x00\x02\xff\xff\xff\xf4@`\x00\x00"
    ),
    "mistake": (
        b"/repetiteur/mistake\x00,issiiifiif\x00\x00\x00\x00\x06missed\x00\x00P1-n184\x00\x00\x00"
        b"\x00A\xff\xff\xff\xff\xff\xff\xff\xffB:\x00\x00\x00\x00\x00\x02\x00\x00\tG?\x00\x00\x00"
    ),
    "retract": b"/repetiteur/retract\x00,i\x00\x00\x00\x00\x00\x06",
    "beat": (
        b"/repetiteur/beat\x00\x00\x00\x00,siii\x00\x00\x0012a\x00\x00\x00\x00\x0c\x00\x00\x00"
        b"\x03\x00\x00\x00\x02"
    ),
    "bar": b"/repetiteur/bar\x00,sii\x00\x00\x00\x0013\x00\x00\x00\x00\x00\r\x00\x00\x00\x02",
    "mark": (
        b"/repetiteur/mark\x00\x00\x00\x00,ssi\x00\x00\x00\x00Trio\x00\x00\x00\x0017\x00\x00\x00"
        b"\x00\x00\x01"
    ),
    "jump": b"/repetiteur/jump\x00\x00\x00\x00,fff\x00\x00\x00\x00B@\x00\x00A\xc0\x00\x00?`\x00\x00",
    "turn": (
        b"/repetiteur/turn\x00\x00\x00\x00,ssi\x00\x00\x00\x00page\x00\x00\x00\x0025\x00\x00\x00"
        b"\x00\r\xac"
    ),
    "health": (
        b"/repetiteur/health\x00\x00,ffiif\x00\x00>\x80\x00\x00?@\x00\x00\x00\x00\x00\x01\x00\x00"
        b"\x00\x02>\x00\x00\x00"
    ),
    "fault": (
        b"/repetiteur/fault\x00\x00\x00,ss\x00MIDI port gone\x00\x00plug it in again\x00\x00\x00"
        b"\x00"
    ),
}

JSON = {
    "hello": (
        b'{"type":"hello","seq":0,"at":0.0,"version":"0.1.0","wire":1,"score":"minuet","bars":32,'
        b'"notes":269}\n'
    ),
    "state": b'{"type":"state","seq":1,"at":0.5,"state":"following"}\n',
    "position": (
        b'{"type":"position","seq":2,"at":1.25,"bar":"12a","bar_index":12,"beat":2.5,"q":46.25,"t'
        b'ravel":94.25,"bpm":97.5,"confidence":0.75}\n'
    ),
    "note": (
        b'{"type":"note","seq":3,"at":1.5,"id":204,"status":"confirmed","pitch":64,"onset":1.4375'
        b',"velocity":71,"channel":2}\n'
    ),
    "note_end": b'{"type":"note_end","seq":4,"at":2.0,"id":204,"offset":1.9375}\n',
    "match": (
        b'{"type":"match","seq":5,"at":2.25,"note":204,"score_note":"P1-n183","q":46.5,"pass":2,"'
        b'deviation_ms":-12.25,"velocity_deviation":3.5}\n'
    ),
    "mistake": (
        b'{"type":"mistake","seq":6,"at":2.5,"kind":"missed","score_note":"P1-n184","expected":65'
        b',"q":46.5,"pass":2,"onset":2.375,"confidence":0.5}\n'
    ),
    "retract": b'{"type":"retract","seq":7,"at":2.75,"of":6}\n',
    "beat": b'{"type":"beat","seq":8,"at":3.0,"bar":"12a","bar_index":12,"beat":3,"pass":2}\n',
    "bar": b'{"type":"bar","seq":9,"at":3.25,"bar":"13","bar_index":13,"pass":2}\n',
    "mark": b'{"type":"mark","seq":10,"at":3.5,"mark":"Trio","bar":"17","pass":1}\n',
    "jump": b'{"type":"jump","seq":11,"at":3.75,"from_q":48.0,"to_q":24.0,"confidence":0.875}\n',
    "turn": b'{"type":"turn","seq":12,"at":4.0,"what":"page","bar":"25","seconds":3.5}\n',
    "health": (
        b'{"type":"health","seq":13,"at":4.25,"latency_p50_ms":0.25,"latency_p99_ms":0.75,"overfl'
        b'ows":1,"dropped":2,"cpu":0.125}\n'
    ),
    "fault": (
        b'{"type":"fault","seq":14,"at":4.5,"what":"MIDI port gone","remedy":"plug it in again"}'
        b"\n"
    ),
}

MSGPACK = {
    "hello": (
        b"\x88\xa4type\xa5hello\xa3seq\x00\xa2at\xcb\x00\x00\x00\x00\x00\x00\x00\x00\xa7version"
        b"\xa50.1.0\xa4wire\x01\xa5score\xa6minuet\xa4bars \xa5notes\xcd\x01\r"
    ),
    "state": (
        b"\x84\xa4type\xa5state\xa3seq\x01\xa2at\xcb?\xe0\x00\x00\x00\x00\x00\x00\xa5state\xa9fol"
        b"lowing"
    ),
    "position": (
        b"\x8a\xa4type\xa8position\xa3seq\x02\xa2at\xcb?\xf4\x00\x00\x00\x00\x00\x00\xa3bar\xa312"
        b"a\xa9bar_index\x0c\xa4beat\xcb@\x04\x00\x00\x00\x00\x00\x00\xa1q\xcb@G \x00\x00\x00\x00"
        b"\x00\xa6travel\xcb@W\x90\x00\x00\x00\x00\x00\xa3bpm\xcb@X`\x00\x00\x00\x00\x00\xaaconfi"
        b"dence\xcb?\xe8\x00\x00\x00\x00\x00\x00"
    ),
    "note": (
        b"\x89\xa4type\xa4note\xa3seq\x03\xa2at\xcb?\xf8\x00\x00\x00\x00\x00\x00\xa2id\xcc\xcc"
        b"\xa6status\xa9confirmed\xa5pitch@\xa5onset\xcb?\xf7\x00\x00\x00\x00\x00\x00\xa8velocity"
        b"G\xa7channel\x02"
    ),
    "note_end": (
        b"\x85\xa4type\xa8note_end\xa3seq\x04\xa2at\xcb@\x00\x00\x00\x00\x00\x00\x00\xa2id\xcc"
        b"\xcc\xa6offset\xcb?\xff\x00\x00\x00\x00\x00\x00"
    ),
    "match": (
        b"\x89\xa4type\xa5match\xa3seq\x05\xa2at\xcb@\x02\x00\x00\x00\x00\x00\x00\xa4note\xcc\xcc"
        b"\xaascore_note\xa7P1-n183\xa1q\xcb@G@\x00\x00\x00\x00\x00\xa4pass\x02\xacdeviation_ms"
        b"\xcb\xc0(\x80\x00\x00\x00\x00\x00\xb2velocity_deviation\xcb@\x0c\x00\x00\x00\x00\x00"
        b"\x00"
    ),
    "mistake": (
        b"\x8a\xa4type\xa7mistake\xa3seq\x06\xa2at\xcb@\x04\x00\x00\x00\x00\x00\x00\xa4kind\xa6mi"
        b"ssed\xaascore_note\xa7P1-n184\xa8expectedA\xa1q\xcb@G@\x00\x00\x00\x00\x00\xa4pass\x02"
        b"\xa5onset\xcb@\x03\x00\x00\x00\x00\x00\x00\xaaconfidence\xcb?\xe0\x00\x00\x00\x00\x00"
        b"\x00"
    ),
    "retract": b"\x84\xa4type\xa7retract\xa3seq\x07\xa2at\xcb@\x06\x00\x00\x00\x00\x00\x00\xa2of\x06",
    "beat": (
        b"\x87\xa4type\xa4beat\xa3seq\x08\xa2at\xcb@\x08\x00\x00\x00\x00\x00\x00\xa3bar\xa312a"
        b"\xa9bar_index\x0c\xa4beat\x03\xa4pass\x02"
    ),
    "bar": (
        b"\x86\xa4type\xa3bar\xa3seq\t\xa2at\xcb@\n\x00\x00\x00\x00\x00\x00\xa3bar\xa213\xa9bar_i"
        b"ndex\r\xa4pass\x02"
    ),
    "mark": (
        b"\x86\xa4type\xa4mark\xa3seq\n\xa2at\xcb@\x0c\x00\x00\x00\x00\x00\x00\xa4mark\xa4Trio"
        b"\xa3bar\xa217\xa4pass\x01"
    ),
    "jump": (
        b"\x86\xa4type\xa4jump\xa3seq\x0b\xa2at\xcb@\x0e\x00\x00\x00\x00\x00\x00\xa6from_q\xcb@H"
        b"\x00\x00\x00\x00\x00\x00\xa4to_q\xcb@8\x00\x00\x00\x00\x00\x00\xaaconfidence\xcb?\xec"
        b"\x00\x00\x00\x00\x00\x00"
    ),
    "turn": (
        b"\x86\xa4type\xa4turn\xa3seq\x0c\xa2at\xcb@\x10\x00\x00\x00\x00\x00\x00\xa4what\xa4page"
        b"\xa3bar\xa225\xa7seconds\xcb@\x0c\x00\x00\x00\x00\x00\x00"
    ),
    "health": (
        b"\x88\xa4type\xa6health\xa3seq\r\xa2at\xcb@\x11\x00\x00\x00\x00\x00\x00\xaelatency_p50_m"
        b"s\xcb?\xd0\x00\x00\x00\x00\x00\x00\xaelatency_p99_ms\xcb?\xe8\x00\x00\x00\x00\x00\x00"
        b"\xa9overflows\x01\xa7dropped\x02\xa3cpu\xcb?\xc0\x00\x00\x00\x00\x00\x00"
    ),
    "fault": (
        b"\x85\xa4type\xa5fault\xa3seq\x0e\xa2at\xcb@\x12\x00\x00\x00\x00\x00\x00\xa4what\xaeMIDI"
        b" port gone\xa6remedy\xb0plug it in again"
    ),
}


def test_there_is_an_example_of_every_type(all_events: tuple[Event, ...]) -> None:
    assert {type(event) for event in all_events} == set(EVENT_TYPES)
    for spelled in (OSC, JSON, MSGPACK):
        assert list(spelled) == [kind.type for kind in EVENT_TYPES]


def test_osc_bytes(event: Event) -> None:
    assert osc.encode(event, event.at + AGE_S) == OSC[event.type]


def test_json_bytes(event: Event) -> None:
    assert json_lines.encode(event) == JSON[event.type]


def test_msgpack_bytes(event: Event) -> None:
    assert msgpack_codec.encode(event) == MSGPACK[event.type]


def test_each_spelling_is_read_by_others(event: Event) -> None:
    message = OscMessage(OSC[event.type])
    spelling = osc.SPELLINGS[type(event)]
    assert message.address == f"/repetiteur/{spelling.address}"
    values = spelling.values(event, event.at + AGE_S)
    assert tuple(message.params) == values  # the examples are exact in 32 bits
    assert {type(value) for value in message.params} <= {int, float, str}
    row = msgpack.unpackb(MSGPACK[event.type])
    assert row["type"] == event.type
    assert row["seq"] == event.seq


def test_each_spelling_reads_itself(event: Event) -> None:
    assert json_lines.decode(JSON[event.type]) == event
    assert msgpack_codec.decode(MSGPACK[event.type]) == event
    (message,) = osc_packets.decode(OSC[event.type])
    spelling = osc.SPELLINGS[type(event)]
    assert dict(zip(spelling.names, message.arguments, strict=True))  # a name for each argument


def test_osc_uses_only_what_pd_and_max_accept(event: Event) -> None:
    spelling = osc.SPELLINGS[type(event)]
    assert set(spelling.tags) <= set("ifs")
    assert len(spelling.tags) == len(spelling.names)


def test_answers() -> None:
    assert osc.encode_fault("no bar 99", "use 1 to 32") == (
        b"/repetiteur/fault\x00\x00\x00,ss\x00no bar 99\x00\x00\x00use 1 to 32\x00"
    )
    assert osc.message("pong", (7, 1500)) == (
        b"/repetiteur/pong\x00\x00\x00\x00,ii\x00\x00\x00\x00\x07\x00\x00\x05\xdc"
    )
    assert msgpack.unpackb(msgpack_codec.encode_done(7, None)) == {"re": 7, "ok": True}
    assert msgpack.unpackb(msgpack_codec.encode_refused(7, "no bar 99", "use 1 to 32")) == {
        "re": 7, "ok": False, "fault": "no bar 99", "remedy": "use 1 to 32",
    }  # fmt: skip
