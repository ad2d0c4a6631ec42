"""Bytes and values from strangers: whatever they are, one kind of error and nothing else."""

from __future__ import annotations

import contextlib
import struct
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repetiteur.bridges.wire import json_lines, msgpack_codec, osc, osc_packets
from repetiteur.bridges.wire.control import (
    AskScoreInfo,
    ButtonReleased,
    GetProperty,
    ListenProperty,
    LoadScore,
    Ping,
    RefusedError,
    Request,
    Subscribe,
    Unsubscribe,
)
from repetiteur.bridges.wire.errors import WireError
from repetiteur.bridges.wire.verbs import EVENT_WORDS, VERBS, by_name, by_place
from repetiteur.realtime import inputs
from repetiteur.realtime.properties import PROPERTIES

QUIET = settings(max_examples=150, deadline=None)
WORDS = st.sampled_from([*VERBS, "get/tempo", "set/tempo", "set/mode", "listen/rate", "goto", "set", "x"])
NUMBERS = st.booleans() | st.integers() | st.floats()
VALUES = NUMBERS | st.none() | st.text() | st.binary() | st.lists(st.integers())
KEYS = st.sampled_from(["bar", "beat", "pass", "property", "value", "x"]) | st.text()


def padded(data: bytes) -> bytes:
    return data + b"\0" * (4 - len(data) % 4)


def bundle(*parts: bytes) -> bytes:
    sized = b"".join(struct.pack(">i", len(part)) + part for part in parts)
    return b"#bundle\0" + struct.pack(">q", 1) + sized


PACK = msgpack.Packer().pack
PING = osc.message("ping", (1,))


@QUIET
@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    for read in (osc_packets.decode, json_lines.decode, json_lines.decode_input, msgpack_codec.decode):
        with contextlib.suppress(WireError):
            read(data)


@QUIET
@given(st.data())
def test_packets_with_a_wound(data: st.DataObject) -> None:
    whole = bundle(osc.message("goto/bar", ("12", 2)), bundle(PING, osc.message("set/tempo", (0.5,))))
    cut = data.draw(st.integers(0, len(whole)))
    place = data.draw(st.integers(0, len(whole) - 1))
    for wounded in (whole[:cut], whole[:place] + data.draw(st.binary(max_size=8)) + whole[place + 1 :]):
        with contextlib.suppress(WireError):
            osc_packets.decode(wounded)


def test_every_type_of_argument() -> None:
    packet = padded(b"/x") + padded(b",ifsdhTF") + struct.pack(">if", 7, 0.5) + padded(b"ab")
    packet += struct.pack(">dq", 0.25, 2**40)
    (message,) = osc_packets.decode(packet)
    assert message == osc_packets.Message("/x", (7, 0.5, "ab", 0.25, 2**40, 1, 0))


def test_no_type_tags_is_no_arguments() -> None:
    assert osc_packets.decode(b"/start\0\0") == [osc_packets.Message("/start", ())]


def test_bundles_are_read_in_order() -> None:
    packet = bundle(osc.message("start", ()), bundle(PING), osc.message("stop", ()))
    addresses = [message.address for message in osc_packets.decode(packet)]
    assert addresses == ["/repetiteur/start", "/repetiteur/ping", "/repetiteur/stop"]


def nested(depth: int) -> bytes:
    part = PING
    for _ in range(depth):
        part = bundle(part)
    return part


@pytest.mark.parametrize(
    "packet",
    [
        b"", b"\0\0\0\0", b"abc", b"abcd", b"/x", b"/abc", padded(b"/x") + b"iiii",
        padded(b"/x") + b",i\0\0", padded(b"/x") + b",i\0\0" + b"\0" * 8,
        padded(b"/x") + b",b\0\0" + b"\0" * 4, padded(b"/x") + b",s\0\0" + b"abcd", padded(b"/\xff\xff"),
        padded(b"/x") + padded(b",[i]") + b"\0" * 4,
        padded(b"/x") + padded(b"," + b"T" * 33), padded(b"nothing") + padded(b","),
        b"#bundle\0", b"#bundle\0" + b"\0" * 4, bundle(b"/x"), bundle(b"") + b"\0" * 4,
        b"#bundle\0" + b"\0" * 8 + struct.pack(">i", -4) + PING,
        b"#bundle\0" + b"\0" * 8 + struct.pack(">i", 400),
        nested(osc_packets.DEEPEST_BUNDLE + 1), nested(200), bundle(*[PING] * 65),
        b"/" + b"a" * osc_packets.LARGEST_PACKET + b"\0\0\0",
    ],
    ids=lambda packet: repr(packet[:40]),
)  # fmt: skip
def test_a_bad_packet_is_a_wire_error(packet: bytes) -> None:
    with pytest.raises(WireError):
        osc_packets.decode(packet)


def test_the_limits_themselves_are_within() -> None:
    assert len(osc_packets.decode(nested(osc_packets.DEEPEST_BUNDLE))) == 1
    assert len(osc_packets.decode(bundle(*[PING] * osc_packets.MOST_MESSAGES))) == osc_packets.MOST_MESSAGES


@QUIET
@given(WORDS, st.lists(VALUES, max_size=4))
def test_any_arguments_are_understood_or_refused(word: str, arguments: list[Any]) -> None:
    try:
        request = by_place(word, arguments, 1.0)
    except RefusedError as refused:
        one_line_each(refused)
    else:
        assert request is not None


@QUIET
@given(st.dictionaries(KEYS, VALUES), WORDS)
def test_any_map_is_understood_or_refused(words: dict[str, Any], do: str) -> None:
    for command in (words, words | {"do": do}):
        try:
            by_name(command, 1.0)
        except RefusedError as refused:
            one_line_each(refused)


def one_line_each(refused: RefusedError) -> None:
    for text in (refused.what, refused.remedy):
        assert 0 < len(text) < 500
        assert "\n" not in text
    osc.encode_fault(refused.what, refused.remedy)
    msgpack_codec.encode_refused(None, refused.what, refused.remedy)


UNDERSTOOD: list[tuple[str, list[Any], dict[str, Any], Request]] = [
    ("start", [], {"do": "start"}, inputs.Start(1.0)),
    ("stop", [1.0], {"do": "stop"}, inputs.Stop(1.0)),
    ("pause", [], {"do": "pause"}, inputs.Pause(1.0)),
    ("resume", [], {"do": "resume"}, inputs.Resume(1.0)),
    ("reset", [], {"do": "reset"}, inputs.Reset(1.0)),
    ("arm", [], {"do": "arm"}, inputs.Arm(1.0)),
    ("panic", [], {"do": "panic"}, inputs.Panic(1.0)),
    ("goto/bar", ["12a"], {"do": "goto", "bar": "12a"}, inputs.GotoBar(1.0, "12a", 1)),
    ("goto/bar", [12, 2.0], {"do": "goto", "bar": 12, "pass": 2}, inputs.GotoBar(1.0, "12", 2)),
    ("goto/beat", [45], {"do": "goto", "beat": 45}, inputs.GotoBeat(1.0, 45.0)),
    ("goto/mark", ["Trio"], {"do": "goto/mark", "mark": "Trio"}, inputs.GotoMark(1.0, "Trio")),
    ("next", [1], {"do": "next"}, inputs.Next(1.0)),
    ("prev", [], {"do": "prev"}, inputs.Prev(1.0)),
    ("loop", [3, "7"], {"do": "loop", "first": "3", "last": "7"}, inputs.Loop(1.0, "3", "7")),
    ("loop/off", [], {"do": "loop/off"}, inputs.LoopOff(1.0)),
    ("score/load", ["a b.mxl"], {"do": "score/load", "path": "a b.mxl"}, LoadScore("a b.mxl")),
    ("score/info", [], {"do": "score/info"}, AskScoreInfo()),
    ("ping", [5], {"do": "ping", "number": 5}, Ping(5)),
    ("subscribe", [9000, "beat, bar"], {"do": "subscribe", "port": 9000, "types": "beat,bar"},
     Subscribe(9000, frozenset({"beat", "bar"}))),
    ("subscribe", [], {"do": "subscribe"}, Subscribe(0, EVENT_WORDS)),
    ("unsubscribe", [9000.0], {"do": "unsubscribe", "port": 9000}, Unsubscribe(9000)),
    ("get/tempo", [], {"do": "get", "property": "tempo"}, GetProperty("tempo")),
    ("set/tempo", [2], {"do": "set", "property": "tempo", "value": 2},
     inputs.SetProperty(1.0, "tempo", 2.0)),
    ("set/mode", ["wait"], {"do": "set", "property": "mode", "value": "wait"},
     inputs.SetProperty(1.0, "mode", "wait")),
    ("listen/rate", [], {"do": "listen", "property": "rate"}, ListenProperty("rate")),
]  # fmt: skip


@pytest.mark.parametrize(("word", "arguments", "words", "asked"), UNDERSTOOD, ids=lambda case: str(case)[:9])
def test_what_is_understood(word: str, arguments: list[Any], words: dict[str, Any], asked: Request) -> None:
    assert by_place(word, arguments, 1.0) == asked
    assert by_name({**words, "id": 7}, 1.0) == asked


def test_every_control_word_is_tried_above() -> None:
    tried = {word if word in VERBS else word.partition("/")[0] + "/P" for word, *_ in UNDERSTOOD}
    assert tried == set(VERBS)


def test_a_button_let_go_does_nothing() -> None:
    assert by_place("next", [0.0], 1.0) == ButtonReleased()


@pytest.mark.parametrize(
    ("word", "arguments"),
    [
        ("goto/bar", []), ("goto/bar", ["1", 0]), ("goto/bar", ["1", "2"]), ("goto/bar", ["1", 2, 3]),
        ("goto/bar", [1.5]), ("goto/bar", ["a\nb"]), ("goto/bar", ["a" * 5000]),
        ("goto/beat", [float("nan")]), ("goto/beat", [float("inf")]), ("goto/beat", ["12"]),
        ("loop", ["3"]), ("next", [1, 2]), ("next", ["x"]), ("subscribe", [70000]), ("subscribe", [-1]),
        ("subscribe", [9000, "positions"]), ("get/nothing", []), ("get/P", []), ("set/tempo", []),
        ("set/tempo", [100.0]), ("set/tempo", ["fast"]), ("set/mode", ["sleep"]), ("set/mode", [1]),
        ("goto", []), ("", []), ("position", ["1"]), ("start/again", []), ("ping", [2**40]),
    ],
)  # fmt: skip
def test_what_is_refused(word: str, arguments: list[Any]) -> None:
    with pytest.raises(RefusedError):
        by_place(word, arguments, 1.0)


@pytest.mark.parametrize(
    "words", [{}, {"do": 7}, {"do": "goto", "baar": "12"}, {"do": "set"}, {"do": "stop", "x": 1}]
)
def test_what_is_refused_by_name(words: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        by_name(words, 1.0)


def test_a_near_miss_is_guessed() -> None:
    with pytest.raises(RefusedError) as caught:
        by_place("goto/baar", ["12"], 1.0)
    assert "goto/bar" in caught.value.remedy
    with pytest.raises(RefusedError) as caught:
        by_place("get/tempi", [], 1.0)
    assert all(name in caught.value.remedy for name in PROPERTIES)


def test_maps_arrive_in_any_pieces() -> None:
    data = PACK({"do": "start", "id": 1}) + PACK({"do": "stop", "id": 2})
    maps = msgpack_codec.Maps()
    came = []
    for index in range(len(data)):
        maps.feed(data[index : index + 1])
        came += list(maps)
    assert [words["do"] for words in came] == ["start", "stop"]


@pytest.mark.parametrize(
    "data",
    [
        PACK([1, 2]), PACK(7), PACK({1: 2}), PACK({b"do": 1}), b"\xc1",
        PACK({"do": "x" * 20_000}), PACK({str(index): index for index in range(40)}),
        b"\x81" * 2000, b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff" + b"x" * 20_000,
        b"\x81\xa2do\xa2\xff\xff",
        PACK({"t": msgpack.Timestamp(1)}), PACK(msgpack.ExtType(5, b"x" * 10)),
    ],
    ids=lambda data: repr(data[:30]),
)  # fmt: skip
def test_a_bad_stream_is_a_wire_error(data: bytes) -> None:
    maps = msgpack_codec.Maps()
    with pytest.raises(WireError):
        for start in range(0, len(data), 4096):
            maps.feed(data[start : start + 4096])
            list(maps)
        raise AssertionError("it was taken")
