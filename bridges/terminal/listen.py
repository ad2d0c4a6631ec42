"""``repetiteur listen``: print what a running session tells."""

from __future__ import annotations

import argparse
import json
import socket
import sys
import time
from collections.abc import Generator, Mapping
from typing import Any

from repetiteur.bridges.terminal.options import seconds
from repetiteur.realtime.errors import InputError

ABOUT = "print the events of a running session as they come"

RENEW_S = 20.0  # a third of the lease
ASK_AGAIN_S = 1.0  # until the session is there
POLL_S = 0.25
Row = Mapping[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--subscribe", metavar="HOST:PORT", help="ask this session for events (local 7110)")
    where.add_argument("--osc", metavar="PORT", type=int, help="only wait at this UDP port for what comes")
    where.add_argument("--msgpack", metavar="HOST:PORT", help="connect to this session over TCP instead")
    parser.add_argument("--types", metavar="LIST", default="", help="only these events: position,beat")
    parser.add_argument("--seconds", metavar="N", type=seconds, help="stop after so long")
    parser.add_argument("--json", action="store_true", help="JSON lines")


def run(args: argparse.Namespace) -> int:
    until_s = float("inf") if args.seconds is None else time.monotonic() + args.seconds
    wanted = frozenset(word.strip() for word in args.types.split(",") if word.strip())
    rows = _from_msgpack(args.msgpack, until_s) if args.msgpack else _from_osc(args, until_s)
    heard = 0
    try:
        for row in rows:
            if not wanted or row.get("type") in wanted:
                heard += 1
                print(json.dumps(row) if args.json else _line(row), flush=True)
    except KeyboardInterrupt:
        pass
    finally:
        rows.close()
    if not heard:
        print("nothing was heard; is a session running? Start one with: repetiteur follow", file=sys.stderr)
    return 0 if heard else 1


def _from_osc(args: argparse.Namespace, until_s: float) -> Generator[Row, None, None]:
    """Each message that comes to our port; a subscription is renewed as long as we listen."""
    from repetiteur.bridges.wire import osc, osc_packets
    from repetiteur.bridges.wire.endpoint import LOCAL, endpoint
    from repetiteur.bridges.wire.errors import WireError
    from repetiteur.bridges.wire.osc_server import DEFAULT_PORT
    from repetiteur.bridges.wire.socket_loop import bound

    session = None if args.osc is not None else endpoint(args.subscribe or LOCAL, DEFAULT_PORT)
    lan = session is not None and not session[0].startswith(("127.", "localhost"))
    with bound(socket.SOCK_DGRAM, args.osc or 0, lan) as receiver:
        receiver.settimeout(POLL_S)
        renew_s, wait_s = 0.0, ASK_AGAIN_S
        try:
            while (now_s := time.monotonic()) < until_s:
                if session and now_s >= renew_s:
                    _say(receiver, osc.message("subscribe", (0, args.types)), session)
                    renew_s = now_s + wait_s
                try:
                    messages = osc_packets.decode(receiver.recv(65536))
                    wait_s = RENEW_S
                    for message in messages:
                        yield _named(message.address.removeprefix(osc.ROOT + "/"), message.arguments)
                except TimeoutError:
                    continue
                except (WireError, OSError) as error:
                    yield {"type": "unreadable", "what": str(error)}
        finally:
            if session:
                _say(receiver, osc.message("unsubscribe", (0,)), session)


def _say(sender: socket.socket, packet: bytes, session: tuple[str, int]) -> None:
    try:
        sender.sendto(packet, session)
    except OSError as error:
        place = f"{session[0]}:{session[1]}"
        raise InputError(place, error.strerror or str(error), "give HOST:PORT of a running session") from None


def _named(address: str, values: tuple[int | float | str, ...]) -> Row:
    """Arguments by the names of the table; what is newer than the table keeps its number."""
    from repetiteur.bridges.wire import osc

    spelling = next((item for item in osc.SPELLINGS.values() if item.address == address), None)
    names = spelling.names if spelling else ()
    more = tuple(f"arg{place}" for place in range(len(names), len(values)))
    return {"type": address, **dict(zip(names + more, values, strict=False))}


def _from_msgpack(text: str, until_s: float) -> Generator[Row, None, None]:
    from repetiteur.bridges.wire import msgpack_codec
    from repetiteur.bridges.wire.endpoint import endpoint
    from repetiteur.bridges.wire.errors import WireError
    from repetiteur.bridges.wire.msgpack_server import DEFAULT_PORT

    place = endpoint(text, DEFAULT_PORT)
    maps = msgpack_codec.Maps()
    try:
        with socket.create_connection(place, timeout=5.0) as connection:
            connection.sendall(msgpack_codec.encode_hello("repetiteur listen"))
            connection.settimeout(POLL_S)
            while time.monotonic() < until_s:
                try:
                    data = connection.recv(4096)
                except TimeoutError:
                    continue
                if not data:
                    return
                maps.feed(data)
                yield from maps
    except OSError as error:
        problem = error.strerror or str(error) or "no answer"
        remedy = "is a session running there? Start one with: repetiteur follow"
        raise InputError(text, problem, remedy) from None
    except WireError as error:
        raise InputError(text, str(error), "give HOST:PORT of a session's msgpack server") from None


def _line(row: Row) -> str:
    """One event for the eye: its word, then name and value of everything it says."""
    cells = [f"{name} {_shown(value)}" for name, value in row.items() if name != "type"]
    return f"{row.get('type', ''):<10}" + "  ".join(cells)


def _shown(value: object) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
