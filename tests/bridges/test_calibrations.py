"""What is kept of inputs: read as it was written, whatever somebody did to the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from repetiteur.bridges.calibrations import Calibration, calibrations_file, remember, remembered
from repetiteur.realtime.errors import InputError

FOUND = Calibration(441.3, 12.5, -63.0, "2026-11-21")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "new"))
    return tmp_path / "new"


def test_each_input_has_its_own(folder: Path) -> None:
    assert remembered("Piano") is None
    place = remember("Piano", FOUND)
    remember("Micrófono", Calibration(None, None, -50.0, "2026-11-22"))
    assert place == calibrations_file() and place.is_relative_to(folder)
    assert remembered("Piano") == FOUND
    assert remembered("Micrófono") == Calibration(None, None, -50.0, "2026-11-22")
    assert [each.name for each in place.parent.iterdir()] == [place.name], "nothing half-written is left"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"format": 1}', '{"format": 2, "inputs": {}}', '{"format": 1, "inputs": []}',
     "[" * 100_000, "\udcff"],
)  # fmt: skip
def test_a_spoilt_file_is_told_and_replaced(text: str) -> None:
    place = calibrations_file()
    place.parent.mkdir(parents=True)
    place.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match="calibrate again"):
        remembered("Piano")
    remember("Piano", FOUND)
    assert remembered("Piano") == FOUND


@pytest.mark.parametrize("value", ['"440"', "true", "null", "9e99", "NaN", "[440]", "4400", "-1"])
def test_impossible_values_are_not_taken(value: str) -> None:
    place = calibrations_file()
    place.parent.mkdir(parents=True)
    piano = f'{{"a4_hz": {value}, "late_ms": 3}}'
    place.write_text(f'{{"format": 1, "inputs": {{"Piano": {piano}, "Organ": 5}}}}')
    assert remembered("Piano") == Calibration(None, 3.0, None, "")
    assert remembered("Organ") is None


def test_a_folder_that_cannot_be_made_is_one_line(folder: Path) -> None:
    folder.write_text("a file")
    with pytest.raises(InputError, match="cannot be written"):
        remember("Piano", FOUND)
