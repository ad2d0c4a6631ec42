"""Programs that draw the score themselves: our script in a page of somebody else, and in MuseScore."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from repetiteur.benchmarks.chromium import Page
from repetiteur.bridges import assets
from repetiteur.bridges.hosts.assets import make_assets
from repetiteur.bridges.web.gate import Gate
from repetiteur.bridges.web.server import PageServer
from repetiteur.bridges.wire.rows import event_row
from repetiteur.realtime.events import Event, Jump, Note, NoteStatus, Retract

from .client import PATIENCE_S, wait_for
from .pretending import Pretended, Story

MUSESCORE = Path(make_assets.__file__).parent / "musescore"
SCRIPT = MUSESCORE / "repetiteur.js"
PAGE = """<!doctype html><meta charset="utf-8"><body>{notes}<script src="repetiteur.js"></script><script>
const find = (note) => document.getElementById(note.id);
const paint = (element, verdict) => {{ element.dataset.verdict = verdict; }};
new Repetiteur(find, paint).listen("ws://localhost:{port}/events");
</script></body>"""


def told(story: Story) -> list[Event]:
    """Right, wrong, left out, added, taken back."""
    opening, pitches = story.opening(), story.score.notes["pitch"].tolist()
    notes = [story.tell(Note, k, NoteStatus.CONFIRMED, pitches[k], 1.0, 80) for k in range(3)]
    right = [story.right(k) for k in range(3)]
    mistakes = [story.wrong(4, 65), story.missed(6), story.extra(3.0, 40)]
    return [*opening, *notes, *right, *mistakes, story.tell(Retract, right[2].seq)]


VERDICTS = {0: "right", 1: "right", 4: "wrong", 6: "missed"}


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Somebody else's web server; its origin."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("let_in", [True, False])
def test_a_page_of_somebody_else_shows_verdicts_where_it_is_let_in(
    browser: Page, pretended: Pretended, tmp_path: Path, let_in: bool
) -> None:
    shutil.copy(SCRIPT, tmp_path)
    story = Story(pretended.score())
    ids = story.score.note_ids
    with serving(tmp_path) as origin:
        gate = Gate(lan=False, token=None, guests=False, origins=frozenset([origin] if let_in else []))
        server = PageServer(pretended, 0, gate)
        try:
            notes = "".join(f'<p id="{name}">{name}</p>' for name in ids)
            (tmp_path / "index.html").write_text(PAGE.format(notes=notes, port=server.port), "utf-8")
            browser.open(f"{origin}/index.html", 800, 600, "light")
            if not let_in:
                wait_for(lambda: server.counts().refused > 0)
                assert server.viewer_count() == 0
                return
            assert server.seen.wait(PATIENCE_S)
            server.send(told(story))
            script = (
                "Object.fromEntries([...document.querySelectorAll('[data-verdict]')]"
                ".filter(e => e.dataset.verdict).map(e => [e.id, e.dataset.verdict]))"
            )
            browser.becomes(script, {ids[k]: verdict for k, verdict in VERDICTS.items()})
        finally:
            server.close()


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_script_works_retractions_and_returns_in(pretended: Pretended) -> None:
    story = Story(pretended.score())
    events = [*told(story), story.tell(Jump, 9.0, float(story.score.notes["onset_q"][4]), 1.0)]
    rows = json.dumps([event_row(event) for event in events])
    program = f"""{SCRIPT.read_text("utf-8")}
const seen = {{}}, places = [];
const find = (note) => {{ places.push([note.q, note.pitch]); return note.id; }};
const session = new Repetiteur(find, (id, verdict) => {{ seen[id] = verdict; }});
{rows}.forEach((event) => session.take(event));
console.log(JSON.stringify([seen, places, session.seq]));
"""
    done = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True)
    seen, places, seq = json.loads(done.stdout)
    ids, notes = story.score.note_ids, story.score.notes
    assert seen == {ids[0]: "right", ids[1]: "right", ids[2]: "", ids[4]: "", ids[6]: ""}
    assert places == [[notes["onset_q"][k], notes["pitch"][k]] for k in (0, 1, 2, 4, 6)]
    assert seq == events[-1].seq


@pytest.mark.skipif(shutil.which("mscore3") is None, reason="needs MuseScore 3")
def test_musescore_colours_its_notes(pretended: Pretended, tmp_path: Path) -> None:
    """The real one, without a screen: it runs the plugin, which here asks once and saves the score."""
    server = PageServer(pretended, 0)
    server.send(told(Story(pretended.score())))
    plugin = (MUSESCORE / "repetiteur.qml").read_text("utf-8")
    once = f'writeScore(curScore, "{tmp_path}/painted", "mscx"); Qt.quit()'
    plugin = plugin.replace(":7112/", f":{server.port}/").replace("timer.start()", once)
    (tmp_path / "repetiteur.qml").write_text(plugin, "utf-8")
    shutil.copy(SCRIPT, tmp_path)
    env = os.environ | {
        "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1", "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }  # fmt: skip
    try:
        subprocess.run(
            ["mscore3", "-p", tmp_path / "repetiteur.qml", assets.SCORE],
            env=env, capture_output=True, timeout=120.0, check=True,
        )  # fmt: skip
    finally:
        server.close()
    colours = Counter(
        tuple(int(colour.get(part, "0")) for part in "rgb")
        for note in ET.parse(tmp_path / "painted.mscx").iter("Note")
        if (colour := note.find("color")) is not None
    )
    assert colours == {(31, 112, 72): 2, (192, 32, 32): 1, (208, 112, 0): 1}
