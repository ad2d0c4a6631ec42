"""The control words: one table, filled by place (OSC) or by name (msgpack).

Everything a stranger may send passes through here, so every value is checked; what cannot be
used raises ``RefusedError``, and nothing else is ever raised.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

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
from repetiteur.realtime import inputs
from repetiteur.realtime.events import EVENT_TYPES
from repetiteur.realtime.properties import PROPERTIES

EVENT_WORDS = frozenset(kind.type for kind in EVENT_TYPES)
LONGEST_WORD = 4096  # a path may be long
SHOWN = 60  # characters of a stranger's text repeated back to him
INT32_TOP = 2**31 - 1

Value = float | int | str


class Kind(Enum):
    """What a parameter takes; numbers are accepted as whole or not, as either."""

    WORD = "s"
    NUMBER = "f"
    WHOLE = "i"
    VALUE = "f or s"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: Kind
    default: Value | None = None  # None: it must be given


@dataclass(frozen=True, slots=True)
class Verb:
    """One control word: ``make(t_s, *values)`` builds the request.

    A word ending in ``/P`` has the name of a property in its place, as first value.
    """

    word: str
    parameters: tuple[Parameter, ...]
    make: Callable[..., Request]
    about: str


def _property_name(name: str) -> str:
    if name not in PROPERTIES:
        raise RefusedError(f"there is no property {_shown(name)}", "use one of " + ", ".join(PROPERTIES))
    return name


def _set_property(t_s: float, name: str, value: Value) -> Request:
    item = PROPERTIES[_property_name(name)]
    accepted = item.accept(value)
    if accepted is None:
        allowed = ", ".join(item.choices) or f"a number from {item.lowest:g} to {item.highest:g}"
        raise RefusedError(f"{name} cannot be {_shown(value)}", f"use {allowed}")
    return inputs.SetProperty(t_s, name, accepted)


def _goto_bar(t_s: float, bar: str, pass_: int) -> Request:
    if pass_ < 1:
        raise RefusedError(f"pass {pass_} does not exist", "count passes from 1")
    return inputs.GotoBar(t_s, bar, pass_)


def _port(port: int) -> int:
    if not 0 <= port <= 65535:
        raise RefusedError(f"{port} is not a port", "use 1 to 65535, or 0 for the port you send from")
    return port


def _subscribe(t_s: float, port: int, types: str) -> Request:
    words = frozenset(word.strip() for word in types.split(",") if word.strip())
    unknown = sorted(words - EVENT_WORDS)
    if unknown:
        known = ",".join(sorted(EVENT_WORDS))
        raise RefusedError(f"there is no event {_shown(unknown[0])}", f"use some of {known}")
    return Subscribe(_port(port), words or EVENT_WORDS)


def _plain(word: str, command: type[inputs.Command], about: str) -> Verb:
    return Verb(word, (), command, about)


_TABLE = (
    _plain("start", inputs.Start, "listen from here on"),
    _plain("stop", inputs.Stop, "stop listening"),
    _plain("pause", inputs.Pause, "hold the place"),
    _plain("resume", inputs.Resume, "go on from a pause"),
    _plain("reset", inputs.Reset, "back to the beginning, everything forgotten"),
    _plain("arm", inputs.Arm, "wait for the first note here"),
    _plain("panic", inputs.Panic, "end every sounding note and hold"),
    Verb("goto/bar", (Parameter("bar", Kind.WORD), Parameter("pass", Kind.WHOLE, 1)), _goto_bar,
         "go to the bar with this printed label, on its nth time through"),
    Verb("goto/beat", (Parameter("beat", Kind.NUMBER),), inputs.GotoBeat,
         "go to this place in quarters, as q counts them"),
    Verb("goto/mark", (Parameter("mark", Kind.WORD),), inputs.GotoMark, "go to this rehearsal mark"),
    _plain("next", inputs.Next, "one onset on"),
    _plain("prev", inputs.Prev, "one onset back"),
    Verb("loop", (Parameter("first", Kind.WORD), Parameter("last", Kind.WORD)), inputs.Loop,
         "practise from one bar to the end of another, over and over"),
    _plain("loop/off", inputs.LoopOff, "leave the loop"),
    Verb("score/load", (Parameter("path", Kind.WORD),), lambda t_s, path: LoadScore(path),
         "change to the score in this file (path on the machine of the session)"),
    Verb("score/info", (), lambda t_s: AskScoreInfo(), "which score is loaded"),
    Verb("ping", (Parameter("number", Kind.WHOLE, 0),), lambda t_s, number: Ping(number), "are you there"),
    Verb("subscribe", (Parameter("port", Kind.WHOLE, 0), Parameter("types", Kind.WORD, "")), _subscribe,
         "send events to this port (0: where this came from), only these comma-separated types"),
    Verb("unsubscribe", (Parameter("port", Kind.WHOLE, 0),), lambda t_s, port: Unsubscribe(_port(port)),
         "send no more events there"),
    Verb("get/P", (Parameter("property", Kind.WORD),), lambda t_s, name: GetProperty(_property_name(name)),
         "tell a property's value"),
    Verb("set/P", (Parameter("property", Kind.WORD), Parameter("value", Kind.VALUE)), _set_property,
         "change a property"),
    Verb("listen/P", (Parameter("property", Kind.WORD),),
         lambda t_s, name: ListenProperty(_property_name(name)),
         "tell a property's value now and whenever it changes"),
)  # fmt: skip

VERBS: dict[str, Verb] = {verb.word: verb for verb in _TABLE}


def by_place(word: str, arguments: Sequence[object], t_s: float) -> Request:
    """The request of an OSC address (without its root) and arguments."""
    verb = VERBS.get(word)
    values = list(arguments)
    if verb is None:
        head, slash, name = word.partition("/")
        verb = VERBS.get(head + "/P") if slash else None
        if verb is None:
            raise _unknown(word)
        values.insert(0, name)
    elif word.endswith("/P"):
        raise RefusedError("P stands for a property", "use one of " + ", ".join(PROPERTIES))
    if not verb.parameters and len(values) == 1 and _is_number(values[0]):
        if values[0] == 0:
            return ButtonReleased()
        values = []
    if len(values) > len(verb.parameters):
        raise RefusedError(f"{_shown(word)} got {len(arguments)} arguments", "send " + usage(verb))
    given = dict(zip((parameter.name for parameter in verb.parameters), values, strict=False))
    return _make(verb, given, t_s)


def by_name(words: Mapping[str, object], t_s: float) -> Request:
    """The request of a msgpack command: ``do`` and the verb's parameters by their names."""
    word = words.get("do")
    if not isinstance(word, str):
        raise RefusedError("a command needs the word to do", 'send {"do": "start", "id": 1}')
    given = {key: value for key, value in words.items() if key not in ("do", "id")}
    verb = VERBS.get(word) or VERBS.get(word + "/P") or next(
        (VERBS[f"{word}/{key}"] for key in given if f"{word}/{key}" in VERBS), None
    )
    if verb is None:
        raise _unknown(word)
    strange = sorted(key for key in given if all(key != parameter.name for parameter in verb.parameters))
    if strange:
        raise RefusedError(f"{_shown(word)} takes no {_shown(strange[0])}", "send " + usage(verb))
    return _make(verb, given, t_s)


def usage(verb: Verb) -> str:
    """How a verb is used, in one line."""
    words = [f"[{item.name}]" if item.default is not None else item.name for item in verb.parameters]
    return " ".join([verb.word, *words])


def _make(verb: Verb, given: Mapping[str, object], t_s: float) -> Request:
    values = []
    for parameter in verb.parameters:
        value = given.get(parameter.name, parameter.default)
        if value is None:
            raise RefusedError(f"{verb.word} needs its {parameter.name}", "send " + usage(verb))
        values.append(_checked(verb, parameter, value))
    return verb.make(t_s, *values)


def _checked(verb: Verb, parameter: Parameter, value: object) -> Value:
    kind = parameter.kind
    if isinstance(value, str):
        if kind in (Kind.WORD, Kind.VALUE) and len(value) <= LONGEST_WORD and value.isprintable():
            return value
    elif _is_number(value):
        number = float(value)  # type: ignore[arg-type]
        whole = number.is_integer() and abs(number) <= INT32_TOP
        if kind is Kind.WORD and whole:
            return str(int(number))  # a bar label sent as a number
        if kind is Kind.WHOLE and whole:
            return int(number)
        if kind in (Kind.NUMBER, Kind.VALUE):
            return number
    raise RefusedError(f"{verb.word}: {parameter.name} cannot be {_shown(value)}", "send " + usage(verb))


def _is_number(value: object) -> bool:
    if not isinstance(value, (int, float)):
        return False
    return abs(value) < 2**63 if isinstance(value, int) else math.isfinite(value)


def _unknown(word: str) -> RefusedError:
    from difflib import get_close_matches

    near = get_close_matches(word[:SHOWN], VERBS, 1)
    remedy = f"did you mean {near[0]}?" if near else "see the table of control words, or try ping"
    return RefusedError(f"there is no {_shown(word)}", remedy)


def _shown(value: object) -> str:
    """A stranger's value, safe to repeat: one short printable line."""
    if not isinstance(value, (str, int, float, bool)):
        return f"a {type(value).__name__}"
    text = value if isinstance(value, str) else f"{value:g}"
    clean = "".join(letter if letter.isprintable() else "?" for letter in text[:SHOWN])
    return f"'{clean}'" + ("…" if len(text) > SHOWN else "")
