"""The page on a real session: what is played is seen, what is asked for is done."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.session_controls import SessionControls
from repetiteur.bridges.terminal import outlets
from repetiteur.bridges.terminal.main import main
from repetiteur.bridges.web.performance import Performance, ScoreFile
from repetiteur.bridges.web.server import PageServer
from repetiteur.realtime.inputs import NoteOn
from repetiteur.realtime.session import Session

from .client import Client


@dataclass(frozen=True, slots=True)
class Live:
    session: Session
    server: PageServer
    viewer: Client


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    score = tmp_path / "first.musicxml"
    shutil.copy(assets.SCORE, score)
    shutil.copy(assets.SCORE, tmp_path / "second.musicxml")
    session = Session(load_score(score))
    server = PageServer(SessionControls(session, load_score, ScoreFile(score, None)), 0)
    session.add_sink(server)
    session.start()
    viewer = Client(server.port)
    assert viewer.watch() == 101
    yield Live(session, server, viewer)
    session.stop()
    server.close()
    viewer.close()


def play(live: Live, count: int) -> None:
    for pitch in live.session.score.notes["pitch"][:count]:
        live.session.submit(NoteOn(live.session.now_s(), int(pitch), 80))


def test_what_is_played_is_seen(live: Live) -> None:
    play(live, 4)
    assert live.viewer.until("verdict")["is"] == "r"


def test_what_is_asked_for_is_done(live: Live) -> None:
    viewer = live.viewer
    viewer.say({"do": "pause", "id": 1})
    while viewer.until("state")["state"] != "paused":
        pass
    viewer.say({"do": "goto/beat", "beat": 6.0, "id": 2})
    while viewer.until("position")["bar"] != "3":
        pass
    viewer.say({"do": "loop", "first": "2", "last": "3", "id": 3})
    assert viewer.until("loop")["bars"] == [1, 2]


def test_another_score_is_followed_and_shown(live: Live) -> None:
    viewer = live.viewer
    first = viewer.messages()[1]
    viewer.say({"do": "score/choose", "name": "second.musicxml", "id": 1})
    second = viewer.until("score")
    assert (first["id"], second["id"]) == ("first.musicxml", "second.musicxml")
    assert first["key"] != second["key"]
    controls = live.session.score
    assert controls.id == "second.musicxml"
    play(live, 4)
    assert viewer.until("verdict")["n"] is not None


def test_a_session_ends_for_viewers_too(live: Live) -> None:
    live.viewer.messages()
    live.session.stop()
    while (found := live.viewer.frame())[0] != 8:
        pass
    assert found[1][:2] == (1001).to_bytes(2, "big")


def test_a_recording_begins_when_somebody_looks_and_the_page_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[PageServer] = []
    wanted_page = outlets.wanted_page

    def remembered(args: Namespace, performance: Performance, token: str | None) -> PageServer | None:
        page = wanted_page(args, performance, token)
        opened.extend([page] if page is not None else [])
        return page

    monkeypatch.setattr(outlets, "wanted_page", remembered)
    seen: list[dict[str, object]] = []

    def look() -> None:
        while not opened:
            time.sleep(0.01)
        try:
            viewer = Client(opened[0].port)
            viewer.watch()
            while not any(words.get("state") == "ended" for words in viewer.messages()):
                pass
            later = Client(opened[0].port)
            later.watch()
            seen.append(later.until("present"))
        finally:  # else the page would stay for ever
            os.kill(os.getpid(), signal.SIGINT)

    watching = threading.Thread(target=look)
    watching.start()
    words = ["replay", str(assets.SCORE), str(assets.PERFORMANCE), "--fast", "--json", "--web", "0"]
    assert main(words) == 0
    watching.join()
    assert seen[0]["counts"]["right"] > 300  # type: ignore[index]
    assert "the page is at http://localhost:" in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(server: PageServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--fast", "--web", str(server.port)]) == 2
    assert str(server.port) in capsys.readouterr().err
