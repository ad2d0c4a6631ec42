"""OSCQuery: the whole OSC vocabulary as a JSON tree over HTTP, for programs that build controls by
themselves. Read-only, made from the same tables as the wire.

``GET /`` is the tree, ``GET /repetiteur/set/tempo`` a part of it, ``?VALUE`` one attribute, and
``?HOST_INFO`` where the OSC itself goes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from repetiteur.bridges.wire.control import Controls
from repetiteur.bridges.wire.endpoint import LOCAL
from repetiteur.bridges.wire.osc import ROOT, SPELLINGS
from repetiteur.bridges.wire.verbs import VERBS, Kind, Parameter
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import Event
from repetiteur.realtime.properties import PROPERTIES

DEFAULT_PORT = 7113
PATIENCE_S = 5.0  # with a client that does not go on
ATTRIBUTES = ("VALUE", "TYPE", "RANGE", "ACCESS", "DESCRIPTION")
_TOLD, _TAKEN = 1, 2  # access: read, write

Node = dict[str, Any]


def tree(controls: Controls) -> Node:
    """Every address there is, with the present values of the properties. Any thread."""
    root: Node = {"FULL_PATH": "/", "ACCESS": 0, "CONTENTS": {}}
    for path, described in _addresses(controls):
        node = root
        for name in path.strip("/").split("/"):
            inside = node.setdefault("CONTENTS", {})
            full = node["FULL_PATH"].rstrip("/") + "/" + name
            node = inside.setdefault(name, {"FULL_PATH": full, "ACCESS": 0})
        node.update(described)
    return root


def host_info(osc_ip: str, osc_port: int) -> Node:
    return {
        "NAME": "Repetiteur",
        "OSC_IP": osc_ip,
        "OSC_PORT": osc_port,
        "OSC_TRANSPORT": "UDP",
        "EXTENSIONS": {name: name in ATTRIBUTES for name in (*ATTRIBUTES, "LISTEN", "PATH_CHANGED")},
    }


def answer(target: str, controls: Controls, osc_ip: str, osc_port: int) -> Node | None:
    """What a GET of ``target`` is answered; None where there is nothing."""
    asked = urlsplit(target)
    wanted = asked.query.partition("&")[0].partition("=")[0]
    if wanted == "HOST_INFO":
        return host_info(osc_ip, osc_port)
    node: Node | None = tree(controls)
    for name in unquote(asked.path).strip("/").split("/"):
        if name and node is not None:
            node = node.get("CONTENTS", {}).get(name)
    if node is None or not wanted:
        return node
    return {wanted: node[wanted]} if wanted in ATTRIBUTES and wanted in node else None


def _addresses(controls: Controls) -> Iterator[tuple[str, Node]]:
    for spelling in SPELLINGS.values():
        told = f"told by the session: {', '.join(spelling.names)}"
        yield f"{ROOT}/{spelling.address}", {"TYPE": spelling.tags, "ACCESS": _TOLD, "DESCRIPTION": told}
    for verb in VERBS.values():
        if not verb.word.endswith("/P"):
            types = "".join(_tag(parameter) for parameter in verb.parameters)
            yield f"{ROOT}/{verb.word}", {"TYPE": types, "ACCESS": _TAKEN, "DESCRIPTION": verb.about}
            continue
        for name, item in PROPERTIES.items():
            word = verb.word.removesuffix("P") + name
            described: Node = {"TYPE": "", "ACCESS": _TAKEN, "DESCRIPTION": verb.about}
            if len(verb.parameters) > 1:
                ends = {"MIN": item.lowest, "MAX": item.highest}
                span = {"VALS": list(item.choices)} if item.choices else ends
                described |= {
                    "TYPE": "s" if item.choices else "f", "ACCESS": _TOLD | _TAKEN,
                    "VALUE": [controls.property(name)], "RANGE": [span],
                }  # fmt: skip
            yield f"{ROOT}/{word}", described


def _tag(parameter: Parameter) -> str:
    return "f" if parameter.kind is Kind.VALUE else parameter.kind.value


class OscQueryServer:
    """Answers on its own threads. A sink that listens to nothing. Raises ``InputError``."""

    def __init__(
        self, controls: Controls, osc_port: int, port: int = DEFAULT_PORT, lan: bool = False
    ) -> None:
        class Handler(BaseHTTPRequestHandler):
            timeout = PATIENCE_S
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                here = str(self.connection.getsockname()[0])
                try:
                    found = answer(self.path, controls, here, osc_port)
                except ValueError:  # no URL at all
                    found = None
                text = json.dumps(found or {}).encode()
                self.send_response(HTTPStatus.OK if found is not None else HTTPStatus.NOT_FOUND)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: object) -> None:
                """Nobody reads it."""

        try:
            self._server = _Quiet(("0.0.0.0" if lan else LOCAL, port), Handler)
        except (OSError, OverflowError) as error:
            problem = getattr(error, "strerror", None) or str(error)
            remedy = "close the other program that uses it, or choose another port"
            raise InputError(f"TCP port {port}", problem, remedy) from None
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def send(self, events: Sequence[Event]) -> None:
        """Events go by OSC."""

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up in the middle is no news."""
