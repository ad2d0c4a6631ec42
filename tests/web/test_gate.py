"""Who is let in: hosts, origins, tokens."""

from __future__ import annotations

import pytest

from repetiteur.bridges.web.gate import Access, Gate
from repetiteur.bridges.web.http import Head

HERE = Gate(lan=False, token=None, guests=False)
LAN = Gate(lan=True, token="let-me-in", guests=False)


def head(path: str = "/", query: str = "", **headers: str) -> Head:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Head("GET", path, query, {"host": "localhost:7112"} | named)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:7112", "127.0.0.1:7112", "[::1]:7112"])
def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert HERE.knows_host(head(host=host))


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7112", "localhost.evil.example", "192.168.1.5", "",
             "127.0.0.1@evil", "[evil]", "127.0.0.1:7112:1", "localhost:", "0x7f.1"],
)  # fmt: skip
def test_a_name_that_was_turned_to_us_is_not(host: str) -> None:
    assert not HERE.knows_host(head(host=host))


def test_in_a_network_addresses_in_figures_are_ours_and_names_are_not() -> None:
    assert LAN.knows_host(head(host="192.168.1.5:7112"))
    assert not LAN.knows_host(head(host="studio.example:7112"))


def test_pages_of_others_are_kept_out() -> None:
    own = head(origin="http://localhost:7112")
    assert HERE.is_own_page(own, must=True)
    for origin in ("http://evil.example", "null", "http://localhost:8000", "https://localhost:7112", ""):
        assert not HERE.is_own_page(head(origin=origin), must=False)
    assert not HERE.is_own_page(head(), must=True)
    assert HERE.is_own_page(head(), must=False)
    assert not HERE.is_own_page(head("/report.html", sec_fetch_site="cross-site"), must=False)
    assert HERE.is_own_page(head("/", sec_fetch_site="cross-site", sec_fetch_mode="navigate"), must=False)


def test_who_has_the_token_steers_and_nobody_else() -> None:
    name = LAN.cookie_name(head())
    assert LAN.access(head(cookie=f"other=1; {name}=let-me-in")) is Access.STEER
    for cookie in ("", f"{name}=", f"{name}=let-me", f"{name}=wrong", "let-me-in", f"{name}=lét-me-in"):
        assert LAN.access(head(cookie=cookie)) is Access.NONE
    assert HERE.access(head()) is Access.STEER


def test_guests_watch() -> None:
    gate = Gate(lan=True, token="let-me-in", guests=True)
    assert gate.access(head()) is Access.WATCH


def test_the_link_carries_the_token_and_leaves_it_in_a_cookie() -> None:
    assert LAN.invited(head(query="token=let-me-in"))
    for query in ("", "token=", "token=x", "a=1&b=2&c=3&d=4&e=5", "token=%zz"):
        assert not LAN.invited(head(query=query))
    assert not HERE.invited(head(query="token=None"))
    cookie = LAN.cookie(head())
    assert cookie.startswith("repetiteur-7112=let-me-in;")
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
