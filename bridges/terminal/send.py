"""``repetiteur send``: one control message to a running session, and what it answers."""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import time
from collections.abc import Iterator

from repetiteur.realtime.errors import InputError

ABOUT = "send a control message to a running session (goto/bar 12, stop, set/tempo 0.8, ...)"

WAIT_S = 1.0
LOADING_WAIT_S = 30.0

Values = tuple[int | float | str, ...]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", metavar="ADDRESS", help="control word; /repetiteur is put before it")
    parser.add_argument("values", metavar="ARG", nargs="*", help="its arguments")
    parser.add_argument("--to", metavar="HOST:PORT", default="127.0.0.1:7110",
                        help="the session (%(default)s)")  # fmt: skip
    parser.add_argument("--token", help="of a session on another machine that was started with --lan")
    parser.add_argument("--json", action="store_true", help="answers as JSON lines")


def run(args: argparse.Namespace) -> int:
    from repetiteur.bridges.wire import osc
    from repetiteur.bridges.wire.endpoint import endpoint
    from repetiteur.bridges.wire.osc_server import DEFAULT_PORT

    target = endpoint(args.to, DEFAULT_PORT)
    word = args.address.removeprefix(osc.ROOT).strip("/")
    # The session takes packets in order: when this ping is answered, so is what went before it.
    mark = int.from_bytes(os.urandom(3), "big")
    packets = [] if args.token is None else [osc.message("token", [args.token])]
    packets += [osc.message(word, [_argument(text) for text in args.values])]
    if word != "ping":
        packets.append(osc.message("ping", [mark]))
    wanted = "score/info" if word == "score/load" else "pong"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        try:
            client.connect(target)
            for packet in packets:
                client.send(packet)
        except OSError as error:
            raise _nobody(args.to, error.strerror or str(error)) from None
        refused = False
        for address, values in _answers(client, LOADING_WAIT_S if word == "score/load" else WAIT_S, args.to):
            if address == "pong" and word != "ping" and values[:1] == (mark,):
                if wanted == "pong":
                    return int(refused)
                continue  # still loading
            _tell(address, values, args.json)
            refused = refused or address == "fault"
            if address == wanted or (refused and wanted != "pong"):
                return int(refused)
    raise _nobody(args.to, "no answer")


def _answers(client: socket.socket, wait_s: float, place: str) -> Iterator[tuple[str, Values]]:
    from repetiteur.bridges.wire import osc, osc_packets
    from repetiteur.bridges.wire.errors import WireError

    until_s = time.monotonic() + wait_s
    while (left_s := until_s - time.monotonic()) > 0:
        client.settimeout(left_s)
        try:
            for message in osc_packets.decode(client.recv(65536)):
                yield message.address.removeprefix(osc.ROOT + "/"), message.arguments
        except TimeoutError:
            return
        except WireError:
            continue
        except OSError as error:
            raise _nobody(place, error.strerror or str(error)) from None


def _argument(text: str) -> int | float | str:
    """A number where the text is one, and spelled as one would spell it ("012" is a word)."""
    try:
        if str(int(text)) == text and abs(int(text)) < 2**31:
            return int(text)
        if text[-1:].isdigit() and "." in text:
            return float(text)
    except ValueError:
        pass
    return text


def _tell(address: str, values: Values, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"address": address, "args": values}), flush=True)
    elif address == "fault":
        print(f"refused: {values[0]} ({values[-1]})", file=sys.stderr)
    else:
        print(address, *(f"{value:g}" if isinstance(value, float) else value for value in values), flush=True)


def _nobody(place: str, problem: str) -> InputError:
    return InputError(place, problem, "is a session running there? Start one with: repetiteur follow")
