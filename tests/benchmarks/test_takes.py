from __future__ import annotations

import json
from pathlib import Path

import pytest

from repetiteur.benchmarks.takes import chosen, held_back_third, piece_of, read_takes
from repetiteur.realtime.errors import InputError


def _folder(tmp_path: Path, titles: list[str]) -> Path:
    items = [
        {"id": title, "kind": "midi", "composer": "Nobody", "title": title, "duration_s": 1.0,
         "files": {"score_mxl": "s.mxl", "perf_mid": "p.mid", "align": "a.tsv"}}
        for title in titles
    ]  # fmt: skip
    items.append({"id": "sung", "kind": "audio", "composer": "", "title": "", "duration_s": 1.0, "files": {}})
    (tmp_path / "manifest.json").write_text(json.dumps({"items": items}), encoding="utf-8")
    return tmp_path


def test_a_third_of_the_pieces_is_held_back_and_takes_of_a_piece_stay_together(tmp_path: Path) -> None:
    titles = [f"Piece_{number}{ending}" for number in range(9) for ending in ("", "_no_repeat")]
    takes = read_takes(_folder(tmp_path, titles))
    assert len(takes) == 18
    assert sum(take.held_back for take in takes) == 6
    by_piece = {
        take.piece: {other.held_back for other in takes if other.piece == take.piece} for take in takes
    }
    assert all(len(parts) == 1 for parts in by_piece.values())


def test_the_split_depends_on_names_alone() -> None:
    names = [f"Piece {number}" for number in range(30)]
    assert held_back_third(names) == held_back_third(reversed(names))


@pytest.mark.parametrize(
    "ending", ["_repeat", "_no_repeat", "_no_2_repeat", "_no_first_repeat", "_extra_repeat"]
)
def test_editions_of_a_piece_are_one_piece(ending: str) -> None:
    assert piece_of(f"Sonata_18-3{ending}") == "Sonata_18-3"


def test_choosing(tmp_path: Path) -> None:
    takes = read_takes(_folder(tmp_path, ["Waltz", "March", "Reel"]))
    assert len(chosen(takes, None, "tune")) + len(chosen(takes, None, "held")) == 3
    assert [take.id for take in chosen(takes, "ar", "all")] == ["March"]


@pytest.mark.parametrize(
    "text", [None, "no json", "[]", '{"items": ["one"]}', '{"items": [{"kind": "midi"}]}']
)
def test_a_folder_that_is_no_set_is_named(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_takes(tmp_path)
    assert str(tmp_path) in error.value.where
