from __future__ import annotations

from pathlib import Path

import pytest

from repetiteur.bridges import hearing
from repetiteur.models.encoder import weights
from repetiteur.models.encoder.weights import SHIPPED
from repetiteur.realtime.errors import InputError


@pytest.fixture(autouse=True)
def nothing_loaded() -> None:
    hearing._first_listener.cache_clear()


@pytest.mark.parametrize("content", [None, b"", b"no weights at all"])
def test_weights_that_cannot_be_used_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    path = tmp_path / "encoder.safetensors"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(weights, "SHIPPED", path)
    with pytest.raises(InputError) as caught:
        hearing.make_ears()
    assert caught.value.where == str(path) and caught.value.problem and "train encoder" in caught.value.remedy


@pytest.mark.skipif(not SHIPPED.exists(), reason="no trained weights are here")
def test_weights_are_read_once_and_every_listener_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    first = hearing.load_encoder()
    monkeypatch.setattr(weights, "SHIPPED", Path("gone"))
    second = hearing.load_encoder()
    assert first is not second
    with pytest.raises(InputError):
        hearing.load_encoder(a4_hz=415.0)  # another tuning is another set of tables
