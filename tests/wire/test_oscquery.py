"""The OSC vocabulary over HTTP."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from repetiteur.bridges.wire.osc import SPELLINGS
from repetiteur.bridges.wire.oscquery import OscQueryServer, answer, tree
from repetiteur.bridges.wire.verbs import VERBS
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.properties import PROPERTIES

if TYPE_CHECKING:
    from tests.wire.conftest import Remembering


@pytest.fixture
def server(controls: Remembering) -> Iterator[OscQueryServer]:
    item = OscQueryServer(controls, osc_port=7110, port=0)
    yield item
    item.close()


def get(server: OscQueryServer, target: str, method: str = "GET") -> tuple[int, dict]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5.0)
    connection.request(method, target)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, json.loads(text) if method == "GET" else {}


def addresses(node: dict) -> list[str]:
    own = [node["FULL_PATH"]] if node["ACCESS"] else []
    return own + [path for inside in node.get("CONTENTS", {}).values() for path in addresses(inside)]


def test_everything_of_the_tables_is_in_the_tree(controls: Remembering) -> None:
    words = [spelling.address for spelling in SPELLINGS.values()]
    words += [word for word in VERBS if not word.endswith("/P")]
    words += [word[:-1] + name for word in VERBS if word.endswith("/P") for name in PROPERTIES]
    assert set(addresses(tree(controls))) == {f"/repetiteur/{word}" for word in words}


def test_the_tree_over_http(server: OscQueryServer, controls: Remembering) -> None:
    assert get(server, "/") == (200, tree(controls))
    status, node = get(server, "/repetiteur/goto/bar")
    assert (status, node["TYPE"], node["ACCESS"], node["FULL_PATH"]) == (200, "si", 2, "/repetiteur/goto/bar")
    assert get(server, "/repetiteur/position?TYPE") == (200, {"TYPE": "siffffi"})


def test_properties_have_their_present_value_and_range(server: OscQueryServer, controls: Remembering) -> None:
    controls.values["tempo"] = 0.8
    assert get(server, "/repetiteur/set/tempo?VALUE") == (200, {"VALUE": [0.8]})
    _, node = get(server, "/repetiteur/set/mode")
    assert node["RANGE"] == [{"VALS": list(PROPERTIES["mode"].choices)}]
    assert node["ACCESS"] == 3


def test_host_info(server: OscQueryServer) -> None:
    status, info = get(server, "/?HOST_INFO")
    assert status == 200
    assert (info["OSC_IP"], info["OSC_PORT"], info["OSC_TRANSPORT"]) == ("127.0.0.1", 7110, "UDP")
    assert info["EXTENSIONS"]["VALUE"] is True
    assert info["EXTENSIONS"]["LISTEN"] is False


NOWHERE = (
    "/nowhere", "/repetiteur/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/?SECRET", "//[",
    "/repetiteur/goto?VALUE",
)  # fmt: skip


@pytest.mark.parametrize("target", NOWHERE)
def test_there_is_nothing_else(server: OscQueryServer, target: str) -> None:
    assert get(server, target) == (404, {})


def test_it_only_tells(server: OscQueryServer, controls: Remembering) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert get(server, "/repetiteur/start", method)[0] == 501
    assert controls.commands == []


def test_strange_bytes_do_not_end_it(server: OscQueryServer) -> None:
    for strange in (b"\0" * 100, b"GET / HTTP/9.9\r\n\r\n", b"GET " + b"a" * 70_000 + b"\r\n\r\n", b"GET /"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5.0) as client:
            client.sendall(strange)
    assert get(server, "/?HOST_INFO")[0] == 200


def test_a_port_in_use_is_told(server: OscQueryServer, controls: Remembering) -> None:
    with pytest.raises(InputError, match=str(server.port)):
        OscQueryServer(controls, 7110, server.port)


def test_an_address_is_asked_by_its_name(controls: Remembering) -> None:
    assert answer("/repetiteur/pong", controls, "127.0.0.1", 1) is None
    node = answer("/repetiteur/state", controls, "127.0.0.1", 1)
    assert node is not None and node["TYPE"] == "s"
