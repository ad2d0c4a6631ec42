"""Reading without torch gives what the trained net gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from repetiteur.models.ladder.reading import Reader, load_reader
from repetiteur.models.ladder.shape import Descriptor, Looking, Shape
from repetiteur.models.ladder.weights import WeightsError, load_weights, save_weights

torch = pytest.importorskip("torch")

SHAPES = (
    Shape(),
    Shape(rungs=3, width=24, heads=3),
    Shape(looking=Looking.ALONE),
    Shape(looking=Looking.NOTHING),
    Shape(a4=Descriptor.CONCAT, d4=Descriptor.CONCAT),
    Shape(a4=Descriptor.REVERSE, d4=Descriptor.REVERSE),
)


def net_of(shape: Shape):
    from repetiteur.models.ladder.net import LadderNet

    torch.manual_seed(5)
    net = LadderNet(shape).eval()
    with torch.no_grad():
        for weight in net.parameters():
            weight += 0.2 * torch.randn_like(weight)
    return net


@pytest.mark.parametrize("shape", SHAPES)
def test_it_equals_the_net(shape: Shape, tmp_path: Path, views) -> None:
    from repetiteur.models.ladder.batches import batch_of
    from repetiteur.models.ladder.lessons import Truth, Writer
    from repetiteur.models.ladder.tokens import A4_BANDS

    net = net_of(shape)
    save_weights(tmp_path / "w", net.state_dict(), shape, {})
    reader = Reader(load_weights(tmp_path / "w"))
    random = np.random.default_rng(3)
    writer = Writer(A4_BANDS)
    seen = [views.some_view(random, *size) for size in ((17, 9), (3, 0), (0, 4), (40, 30))]
    for view in seen:
        nothing = np.zeros(len(view.traces), bool)
        played = np.zeros(len(view.written))
        writer.add(view, Truth(played.astype(np.int8), played.astype(np.float32), nothing, nothing), [])
    lesson = writer.lesson()
    with torch.no_grad():
        written, heard = net(batch_of(lesson, range(len(seen)), {}))
    for number in range(len(seen)):
        view = lesson.view(number)
        mine, others = reader.logits(view), (written[number].numpy(), heard[number].numpy())
        for ours, theirs in zip(mine, others, strict=True):
            np.testing.assert_allclose(ours, theirs[: len(ours)], atol=1e-4)


def test_answers_are_probabilities_for_every_row(tmp_path: Path, views) -> None:
    net = net_of(Shape())
    save_weights(tmp_path / "w", net.state_dict(), Shape(), {})
    view = views.some_view(np.random.default_rng(0), 11, 5)
    played, struck, extra, here, elsewhere = Reader(load_weights(tmp_path / "w")).read(view)
    assert (played.shape, struck.shape, extra.shape) == ((5,), (11,), (11,))
    assert all(((each > 0) & (each < 1)).all() for each in (played, struck, extra))
    assert here.shape == (5,) and 0 < elsewhere < 1
    assert here.sum() + elsewhere == pytest.approx(1)


def test_none_to_follow_with_asks_for_what_a_follower_does_not_have(tmp_path: Path) -> None:
    for number, shape in enumerate((Shape(a4=Descriptor.CONCAT), Shape(a4=Descriptor.REVERSE))):
        path = tmp_path / str(number)
        save_weights(path, net_of(shape).state_dict(), shape, {})
        with pytest.raises(WeightsError, match=r"octave bands.*--a4 none"):
            load_reader(path)
    told = Shape(d4=Descriptor.CONCAT)
    save_weights(tmp_path / "d4", net_of(told).state_dict(), told, {})
    assert load_reader(tmp_path / "d4").weights.shape.d4 is Descriptor.CONCAT
