"""Training: optimiser, learning rates, folding, and going on as if nothing had been interrupted."""

from __future__ import annotations

import copy
from itertools import pairwise

import numpy as np
import pytest

from repetiteur.models.encoder.heads import HOP_SAMPLES
from repetiteur.models.encoder.shape import Shape
from repetiteur.models.studio.performance import PLAYED

torch = pytest.importorskip("torch")

HOPS = 110
WIDTH = 6


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def a_recipe(**fields):
    from repetiteur.models.encoder.training import Recipe

    return Recipe(**({"steps": 100, "width": WIDTH, "batch": 2, "hops": HOPS, "seed": 3} | fields))


def a_trainer(**fields):
    from repetiteur.models.encoder.training import Trainer

    return Trainer(a_recipe(**fields), torch.device("cpu"))


def a_lesson(seed: int):
    """Noise that grows louder where a note is struck."""
    from repetiteur.models.encoder.spectra import Spectra
    from repetiteur.models.encoder.targets import targets_of

    random = np.random.default_rng(seed)
    notes = np.zeros(3, PLAYED)
    notes["onset_s"], notes["pitch"], notes["velocity"] = (
        np.sort(random.uniform(0.9, 1.1, 3)),
        (50, 60, 70),
        80,
    )
    notes["offset_s"] = notes["onset_s"] + 0.1
    samples = Spectra.context_samples + HOPS * HOP_SAMPLES
    sound = torch.from_numpy(random.standard_normal((2, samples)).astype(np.float32) * 0.01)
    return sound, targets_of([notes, notes], HOPS + 1, torch.device("cpu"))


def weights(trainer):
    return {name: values.clone() for name, values in trainer.net.state_dict().items()}


@pytest.mark.parametrize("size", [(20, 20), (40, 10), (10, 64)])
def test_muon_makes_all_directions_about_equally_long(size):
    from repetiteur.models.encoder.muon import orthogonal

    generator = torch.Generator().manual_seed(0)
    matrix = torch.randn(size, generator=generator) @ torch.diag(torch.logspace(0, -1, size[1]))
    singular = torch.linalg.svdvals(orthogonal(matrix))
    assert singular.min() > 0.5 and singular.max() < 1.3
    assert singular.max() / singular.min() < 0.7 * torch.linalg.cond(matrix)


def test_muon_keeps_the_directions_and_does_not_care_for_size():
    from repetiteur.models.encoder.muon import orthogonal

    matrix = torch.randn((12, 30), generator=torch.Generator().manual_seed(1))
    found = orthogonal(matrix)
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    turned = left.T @ found @ right.T
    assert (turned - torch.diag(turned.diag())).abs().max() < 1e-4 and turned.diag().min() > 0.5
    assert (orthogonal(1000 * matrix) - found).abs().max() < 1e-4
    assert orthogonal(torch.zeros(4, 6)).abs().max() == 0


def test_muon_goes_downhill():
    from repetiteur.models.encoder.muon import Muon

    generator = torch.Generator().manual_seed(2)
    goal, weight = torch.randn(6, 4, generator=generator), torch.zeros(6, 4, requires_grad=True)
    optimiser = Muon([weight], 0.05)
    first = float(goal.square().sum())
    for _ in range(60):
        optimiser.zero_grad()
        (weight - goal).square().sum().backward()
        optimiser.step()
    assert float((weight.detach() - goal).square().sum()) < 0.1 * first


def test_the_folded_net_says_the_same():
    from repetiteur.models.encoder.normalised import folded, normalised

    torch.manual_seed(0)
    net = normalised(Shape(8, (1, 3), (0,), 24, (2,), 3, 5, 20))
    spectra, descriptors = torch.rand(2, 40, 3, 294), torch.randn(2, 40, 44)
    for _ in range(20):
        net(spectra, descriptors)  # in ``train`` mode, for statistics that differ from the first ones
    for name, values in net.named_parameters():
        if "norm" in name:
            torch.nn.init.uniform_(values, 0.5, 1.5)
    with torch.no_grad():
        expected = net.eval()(spectra, descriptors)
        plain = folded(net)
        assert (plain(spectra, descriptors) - expected).abs().max() < 1e-4
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in plain.modules())


def test_learning_rates_rise_stay_and_fall():
    trainer = a_trainer(steps=1000)

    def pace(step: int) -> float:
        trainer.done = step
        return trainer.pace()

    course = [pace(step) for step in range(1000)]
    assert course[0] == pytest.approx(1 / 150) and course[74] == pytest.approx(0.5)
    assert course[149:650] == [1.0] * 501
    assert course[825] == pytest.approx(0.5) and course[999] == pytest.approx(0.02)
    assert all(later <= earlier for earlier, later in pairwise(course[650:]))


def test_every_weight_is_learnt_by_one_optimiser():
    trainer = a_trainer()
    learnt = [
        id(weight) for each in trainer.optimisers for group in each.param_groups for weight in group["params"]
    ]
    assert sorted(learnt) == sorted(id(weight) for weight in trainer.net.parameters())


def test_a_step_learns_and_the_average_follows():
    trainer = a_trainer()
    before, slow = weights(trainer), [weight.clone() for weight in trainer.average.parameters()]
    first = trainer.step(*a_lesson(1))
    assert all(torch.isfinite(part) for part in first.values())
    assert all(not torch.equal(before[name], weight) for name, weight in trainer.net.named_parameters())
    share = 1 - 2 / 11
    for old, average, new in zip(slow, trainer.average.parameters(), trainer.net.parameters(), strict=True):
        assert torch.allclose(average, old + share * (new - old), atol=1e-6)


def test_the_same_lesson_again_and_again_is_learnt():
    trainer = a_trainer(steps=1000)
    trainer.done = 200  # where the learning rate is full
    lesson = a_lesson(1)
    parts = [sum(trainer.step(*lesson).values()) for _ in range(8)]
    assert parts[-1] < 0.7 * parts[0]


def test_going_on_from_a_kept_state_is_the_same_as_not_stopping():
    straight = a_trainer()
    for seed in range(3):
        straight.step(*a_lesson(seed))
    kept = copy.deepcopy(straight.state())
    straight.step(*a_lesson(3))
    resumed = a_trainer()
    resumed.restore(kept)
    assert resumed.done == 3
    resumed.step(*a_lesson(3))
    assert resumed.done == straight.done == 4
    expected = weights(straight)
    assert all(torch.equal(values, expected[name]) for name, values in weights(resumed).items())
    for one, other in zip(resumed.average.parameters(), straight.average.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_same_seed_begins_the_same():
    one, same, another = weights(a_trainer()), weights(a_trainer()), weights(a_trainer(seed=4))
    assert all(torch.equal(values, same[name]) for name, values in one.items())
    assert not torch.equal(one["look.weight"], another["look.weight"])


def test_hearing_gives_evidence_for_every_hop():
    heard = a_trainer().hear(a_lesson(0)[0])
    assert heard.shape == (2, HOPS, 88, 11) and heard.dtype == torch.float32
    assert heard.min() >= 0 and heard.max() <= 1
