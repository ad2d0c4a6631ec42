"""The module that GPUs get, on a CPU, and the engines around it: the same numbers as Numba's."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from repetiteur.models.encoder.heads import HOP_SAMPLES  # noqa: E402
from repetiteur.models.engines import choosing  # noqa: E402
from repetiteur.models.engines.hop_step import HopStep  # noqa: E402
from repetiteur.models.engines.interface import TOLERANCE, EngineName, UnavailableError  # noqa: E402

LISTENERS, HOPS = 3, 8


def sound() -> np.ndarray:
    random = np.random.default_rng(2)
    return (0.1 * random.standard_normal((LISTENERS, HOPS * HOP_SAMPLES))).astype(np.float32)


@pytest.fixture
def right(any_weights) -> np.ndarray:
    return choosing.make_engine(EngineName.NUMBA, any_weights, LISTENERS).hear(sound())


@pytest.mark.parametrize("name", [EngineName.TORCH, EngineName.ONNX])
def test_the_same_numbers_however_it_is_cut(name: EngineName, any_weights, right: np.ndarray) -> None:
    try:
        engine = choosing.make_engine(name, any_weights, LISTENERS, threads=1)
    except UnavailableError as error:
        pytest.skip(str(error))
    played = sound()
    told = np.concatenate([engine.hear(played[:, :160]), engine.hear(played[:, 160:])], 1)
    assert engine.listeners == LISTENERS and np.abs(told - right).max() <= TOLERANCE[name]
    engine.reset(1)
    again = engine.hear(played)
    assert np.abs(again[1] - right[1]).max() <= TOLERANCE[name], "this one heard nothing before"
    assert np.abs(again[0] - right[0]).max() > TOLERANCE[name], "the others did"
    engine.reset()
    assert np.abs(engine.hear(played) - right).max() <= TOLERANCE[name]
    engine.reset()
    one, others = np.array([False, True, False]), np.array([True, False, True])
    told = [engine.hear(played, one)[one], engine.hear(played, others)[others]]
    assert np.abs(np.concatenate(told) - right[[1, 0, 2]]).max() <= TOLERANCE[name]


def test_the_module_never_writes_into_what_it_is_given(any_weights) -> None:
    module = HopStep(any_weights)
    given = [torch.rand_like(each) for each in module.nothing_heard(2)]
    before = [each.clone() for each in given]
    told = module(*given)
    assert len(told) == len(given) - 1
    assert [each.shape for each in told[1:]] == [each.shape for each in given[2:]]
    assert all(torch.equal(now, then) for now, then in zip(given, before, strict=True))
    assert not any(each.data_ptr() in {other.data_ptr() for other in given} for each in told)


def test_it_can_be_exported_whole(any_weights) -> None:
    module = HopStep(any_weights)
    given = module.nothing_heard(2)
    program = torch.export.export(module, given).module()
    for one, other in zip(program(*given), module(*given), strict=True):
        assert torch.allclose(one, other, atol=1e-5)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("name", [EngineName.CUDA, EngineName.TENSORRT, EngineName.TENSORRT_FP32])
def test_without_a_gpu_the_reason_is_one_line(name: EngineName, any_weights) -> None:
    with pytest.raises(UnavailableError) as refused:
        choosing.make_engine(name, any_weights, 4)
    assert str(refused.value) == f"engine {name}: torch finds no GPU here"
