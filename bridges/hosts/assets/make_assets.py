"""Writes the patches and layouts that name every event, from the one table of the OSC spelling.

``python -m repetiteur.bridges.hosts.assets.make_assets`` writes them again after the table changed.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

from repetiteur.bridges.wire.osc import SPELLINGS, Spelling
from repetiteur.bridges.wire.verbs import VERBS, Kind, Parameter, Verb

HERE = Path(__file__).parent
LISTENS, SESSION = 9000, 7110  # ports
BUTTONS = ("start", "stop", "pause", "resume", "arm", "reset", "prev", "next", "panic")
_EVENTS = tuple(SPELLINGS.values())


def pd_patch() -> str:
    """For Pure Data (vanilla): each event goes to ``[receive repetiteur-NAME]`` as a list, and what is
    sent to ``[send repetiteur-WORD]`` is asked of the session."""
    objects: list[str] = []
    wires: list[str] = []

    def add(text: str) -> int:
        objects.append(f"#X {text};")
        return len(objects) - 1

    def wire(source: int, outlet: int, target: int, inlet: int = 0) -> None:
        wires.append(f"#X connect {source} {outlet} {target} {inlet};")

    def chain(*boxes: str) -> list[int]:
        numbers = [add(box) for box in boxes]
        for source, target in pairwise(numbers):
            wire(source, 0, target)
        return numbers

    add(f"text 20 10 repetiteur follow ... --osc 127.0.0.1:{LISTENS}")
    *_, root = chain(
        f"obj 20 40 netreceive -u -b {LISTENS}", "obj 20 70 oscparse", "obj 20 100 list trim",
        "obj 20 130 route repetiteur",
    )  # fmt: skip
    events = add("obj 20 160 route " + " ".join(spelling.address for spelling in _EVENTS))
    wire(root, 0, events)
    for outlet, spelling in enumerate(_EVENTS):
        y = 200 + 30 * outlet
        # A route takes a first word for a selector; what comes out of [list] is a list again.
        first, _ = chain(f"obj 20 {y} list", f"obj 80 {y} send repetiteur-{spelling.address}")
        wire(events, outlet, first)
        add(f"text 280 {y} {' '.join(spelling.names)}")
    add(f"text 620 10 back to the session at port {SESSION}")
    net = add("obj 620 100 netsend -u -b")
    _, connect = chain("obj 820 40 loadbang", f"msg 820 70 connect 127.0.0.1 {SESSION}")
    wire(connect, 0, net)
    for row, word in enumerate((*BUTTONS, "goto/bar", "goto/mark", "goto/beat", "subscribe")):
        y = 200 + 30 * row
        name = word.replace("/", "-")
        send = "oscformat repetiteur " + word.replace("/", " ")
        *_, last = chain(f"obj 620 {y} receive repetiteur-{name}", f"obj 820 {y} {send}")
        wire(last, 0, net)
    return "\n".join(["#N canvas 40 40 1180 760 10;", *objects, *wires]) + "\n"


def max_patch() -> str:
    """For Max: a ``route`` with an ``unpack`` for each event; never run in Max here, see docs/hosts."""
    boxes: list[dict] = []
    lines: list[dict] = []

    def add(text: str, x: int, y: int, outlets: int, kind: str = "newobj", width: int = 0) -> str:
        name = f"obj-{len(boxes) + 1}"
        rect = [x, y, width or 8 * len(text) + 16, 22]
        box = {"id": name, "maxclass": kind, "text": text, "numinlets": 1, "numoutlets": outlets,
               "outlettype": [""] * outlets, "patching_rect": rect}  # fmt: skip
        boxes.append({"box": box})
        return name

    def wire(source: str, outlet: int, target: str) -> None:
        lines.append({"patchline": {"source": [source, outlet], "destination": [target, 0]}})

    receive = add(f"udpreceive {LISTENS}", 20, 20, 1)
    routes = [f"/repetiteur/{spelling.address}" for spelling in _EVENTS]
    route = add("route " + " ".join(routes), 20, 60, len(routes) + 1)
    wire(receive, 0, route)
    for outlet, spelling in enumerate(_EVENTS):
        y = 110 + 40 * outlet
        unpack = "unpack " + " ".join(map(_max_default, spelling.tags))
        wire(route, outlet, add(unpack, 20, y, len(spelling.tags)))
        add(f"{spelling.address}: {', '.join(spelling.names)}", 320, y, 0, "comment", 560)
    send = add(f"udpsend 127.0.0.1 {SESSION}", 920, 60, 0)
    for row, word in enumerate((*BUTTONS, "goto/bar $1", "goto/mark $1", "goto/beat $1")):
        wire(add(f"/repetiteur/{word}", 920, 110 + 40 * row, 1, "message"), 0, send)
    patcher = {
        "fileversion": 1,
        "appversion": {"major": 8, "minor": 0, "revision": 0, "architecture": "x64", "modernui": 1},
        "classnamespace": "box",
        "rect": [60.0, 80.0, 1240.0, 780.0],
        "boxes": boxes,
        "lines": lines,
    }
    return json.dumps({"patcher": patcher}, indent=1) + "\n"


def _max_default(tag: str) -> str:
    return {"s": "s", "i": "0", "f": "0."}[tag]


def description() -> str:
    """Every address, in and out, for programs that build their own controls."""
    described = {
        "session": {"port": SESSION, "root": "/repetiteur"},
        "events": [_event(spelling) for spelling in _EVENTS],
        "control": [_control(verb) for verb in VERBS.values()],
    }
    return json.dumps(described, indent=1) + "\n"


def _event(spelling: Spelling) -> dict:
    arguments = [{"name": name, "type": tag} for name, tag in zip(spelling.names, spelling.tags, strict=True)]
    return {"address": f"/repetiteur/{spelling.address}", "arguments": arguments}


def _control(verb: Verb) -> dict:
    parameters = verb.parameters[verb.word.endswith("/P") :]
    return {
        "address": f"/repetiteur/{verb.word}",
        "arguments": [_parameter(parameter) for parameter in parameters],
        "about": verb.about,
    }


def _parameter(parameter: Parameter) -> dict:
    tag = "f" if parameter.kind is Kind.VALUE else parameter.kind.value
    needed = {} if parameter.default is None else {"default": parameter.default}
    return {"name": parameter.name, "type": tag, **needed}


def stage_layout() -> str:
    """For Open Stage Control: buttons, a field for the bar, and what the session says."""
    session = f"127.0.0.1:{SESSION}"
    widgets: list[dict] = []
    for number, word in enumerate(BUTTONS):
        widgets.append({
            "type": "button", "id": word, "label": word, "mode": "tap",
            "left": 10 + 110 * (number % 3), "top": 190 + 70 * (number // 3), "width": 100, "height": 60,
            "address": f"/repetiteur/{word}", "target": session,
        })  # fmt: skip
    widgets.append({
        "type": "input", "id": "goto_bar", "label": "go to bar", "left": 10, "top": 410, "width": 320,
        "height": 50, "address": "/repetiteur/goto/bar", "target": session,
    })  # fmt: skip
    for number, address in enumerate(("state", "bar", "mistake")):
        widgets.append({
            "type": "text", "id": address, "left": 10, "top": 10 + 60 * number, "width": 320,
            "height": 50, "address": f"/repetiteur/{address}",
        })  # fmt: skip
    root = {"type": "root", "id": "root", "widgets": widgets, "tabs": []}
    return json.dumps({"version": "1.0.0", "type": "session", "content": root}, indent=1) + "\n"


FILES = {
    "repetiteur.pd": pd_patch,
    "repetiteur.maxpat": max_patch,
    "repetiteur-osc.json": description,
    "open-stage-control.json": stage_layout,
}


def main() -> None:
    for name, written in FILES.items():
        (HERE / name).write_text(written(), "utf-8")


if __name__ == "__main__":
    main()
