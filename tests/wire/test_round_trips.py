"""What is written reads back: events to the rounding of the wire, inputs to the last bit."""

from __future__ import annotations

import dataclasses
import json
import math
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repetiteur.bridges.wire import json_lines, msgpack_codec, osc, osc_packets
from repetiteur.bridges.wire.errors import WireError
from repetiteur.bridges.wire.rows import event_of
from repetiteur.realtime import events, inputs

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
QUIET = settings(max_examples=60, deadline=None)


def test_an_input_reads_back_the_same(item: inputs.Input) -> None:
    line = json_lines.encode_input(item)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert json_lines.decode_input(line) == item
    assert type(json_lines.decode_input(line)) is type(item)


def test_there_is_an_example_of_every_input(all_inputs: tuple[inputs.Input, ...]) -> None:
    assert {type(item) for item in all_inputs} == set(inputs.INPUT_TYPES)


def bits(number: float) -> bytes:
    return struct.pack(">d", number)


@QUIET
@given(st.floats(allow_nan=False), FLOATS)
def test_input_times_keep_every_bit(t_s: float, q: float) -> None:
    back = json_lines.decode_input(json_lines.encode_input(inputs.GotoBeat(t_s, q)))
    assert isinstance(back, inputs.GotoBeat)
    assert (bits(back.t_s), bits(back.q)) == (bits(t_s), bits(q))


@QUIET
@given(st.sampled_from(inputs.INPUT_TYPES).flatmap(st.from_type))
def test_any_input_reads_back(item: Any) -> None:
    # A NaN is never equal to itself; that it stays one is all there is to say.
    back = json_lines.decode_input(json_lines.encode_input(item))
    assert repr(back) == repr(item)


@QUIET
@given(st.text(), FLOATS | st.text())
def test_any_word_survives_the_journal(name: str, value: float | str) -> None:
    item = inputs.SetProperty(1.0, name, value)
    assert json_lines.decode_input(json_lines.encode_input(item)) == item


@QUIET
@given(st.sampled_from(events.EVENT_TYPES).flatmap(st.from_type))
def test_any_event_is_written_and_read_the_same_way_twice(event: Any) -> None:
    """Also with numbers no wire can hold: nothing raises, and nothing that is not JSON comes out."""
    line = json_lines.encode(event)
    assert line == json_lines.encode(event)
    json.loads(line, parse_constant=pytest.fail)
    if b'"seq":' in line and all(abs(value) < 2**63 for value in ints(event)):
        assert msgpack_codec.decode(msgpack_codec.encode(event)) == json_lines.decode(line)
    assert json_lines.encode(json_lines.decode(line)) == line


@QUIET
@given(st.sampled_from(events.EVENT_TYPES).flatmap(st.from_type))
def test_any_event_has_a_packet(event: Any) -> None:
    (message,) = osc_packets.decode(osc.encode(event)[: osc_packets.LARGEST_PACKET])
    assert all(math.isfinite(value) for value in message.arguments if not isinstance(value, str))


def ints(event: events.Event) -> list[int]:
    values = (getattr(event, field.name) for field in dataclasses.fields(event))
    return [value for value in values if isinstance(value, int)]


def test_times_are_rounded_to_the_microsecond() -> None:
    line = json_lines.encode(events.NoteEnd(1, 0.1 + 0.2, 7, 1 / 3))
    assert line == b'{"type":"note_end","seq":1,"at":0.3,"id":7,"offset":0.333333}\n'


def test_what_is_none_is_left_out() -> None:
    note = events.Note(1, 0.5, 7, events.NoteStatus.PROVISIONAL, 60, 0.5, 64)
    assert json.loads(json_lines.encode(note)).keys() == {
        "type", "seq", "at", "id", "status", "pitch", "onset", "velocity",
    }  # fmt: skip
    assert json_lines.decode(json_lines.encode(note)) == note


def test_numpy_numbers_are_written_as_numbers() -> None:
    import numpy as np

    at: Any = np.float64(0.5)
    index: Any = np.int32(0)
    number: Any = np.int64(2)
    beat = events.Beat(1, at, "1", index, number, 1)
    assert json.loads(json_lines.encode(beat))["beat"] == 2
    assert osc.encode(beat) == osc.encode(events.Beat(1, 0.5, "1", 0, 2, 1))
    assert msgpack_codec.encode(beat) == msgpack_codec.encode(events.Beat(1, 0.5, "1", 0, 2, 1))


def test_numbers_beyond_32_bits_become_the_nearest() -> None:
    (message,) = osc_packets.decode(osc.encode(events.Retract(1, 0.0, 2**40)))
    assert message.arguments == (2**31 - 1,)
    (message,) = osc_packets.decode(osc.encode(events.Jump(1, 0.0, math.nan, math.inf, -math.inf)))
    assert message.arguments == pytest.approx((0.0, osc.FLOAT32_HIGH, -osc.FLOAT32_HIGH))


def test_fields_from_a_newer_program_are_left_alone() -> None:
    row = {"type": "bar", "seq": 1, "at": 0.5, "bar": "2", "bar_index": 1, "pass": 1, "colour": "red"}
    assert event_of(row) == events.Bar(1, 0.5, "2", 1, 1)


@pytest.mark.parametrize(
    "line",
    [
        b"", b"\n", b"{", b"[]", b"7", b"null", b'"bar"', b"\xff\xfe\x00", b"{}", b'{"type":7}',
        b'{"type":[]}', b'{"type":"bar"}', b'{"type":"nonsense","seq":1,"at":0}',
        b'{"type":"retract","seq":true,"at":0,"of":1}',
        b'{"type":"retract","seq":1,"at":"0","of":1}', b'{"type":"retract","seq":1,"at":1e999,"of":1}',
        b'{"type":"retract","seq":1,"at":NaN,"of":1}', b'{"type":"retract","seq":1.5,"at":0,"of":1}',
        b'{"type":"retract","seq":1,"at":' + b"9" * 400 + b',"of":1}',
        b'{"type":"retract","seq":1,"at":' + b"9" * 5000 + b',"of":1}',
        b'{"type":"state","seq":1,"at":0,"state":"asleep"}', b"[" * 20_000, b" " * 70_000,
        b'{"input":"note_on","t_s":1,"pitch":60}',
        b'{"input":"set_property","t_s":1,"name":"a","value":true}',
    ],
    ids=lambda line: repr(line[:50]),
)  # fmt: skip
def test_a_bad_line_is_a_wire_error(line: bytes) -> None:
    with pytest.raises(WireError):
        json_lines.decode(line)
    with pytest.raises(WireError):
        json_lines.decode_input(line)
