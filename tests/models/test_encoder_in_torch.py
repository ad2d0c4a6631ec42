"""The network that is trained, the one that streams in torch and the Numba one are the same."""

from __future__ import annotations

import numpy as np
import pytest

from repetiteur.kernels.encoder_step import new_state, step
from repetiteur.kernels.spectral_grid import KEYS
from repetiteur.models.encoder.heads import HEADS
from repetiteur.models.encoder.packing import pack
from repetiteur.models.encoder.shape import Shape
from repetiteur.models.encoder.weights import load_weights, save_weights, sizes

torch = pytest.importorskip("torch")
SHAPES = (0, 1, 2, 3)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def a_net(weights):
    from repetiteur.models.encoder.net import EncoderNet

    net = EncoderNet(weights.shape).eval()
    net.load_state_dict({name: torch.tensor(array) for name, array in weights.arrays.items()})
    return net


def whole(net, spectra: np.ndarray, descriptors: np.ndarray):
    with torch.no_grad():
        return net(torch.tensor(spectra)[None], torch.tensor(descriptors)[None])


def test_the_names_and_sizes_are_those_of_the_network():
    from repetiteur.models.encoder.net import EncoderNet

    state = EncoderNet(Shape()).state_dict()
    assert {name: tuple(values.shape) for name, values in state.items()} == sizes(Shape())


@pytest.mark.parametrize("number", SHAPES)
def test_plain_torch_and_numba(number, shapes, random_weights, heard, plainly):
    weights, (spectra, descriptors) = random_weights(shapes[number]), heard(25)
    told = torch.sigmoid(whole(a_net(weights), spectra, descriptors))[0].numpy()
    packed = pack(weights)
    state, out = new_state(packed), np.zeros((25, KEYS, HEADS), np.float32)
    for hop in range(25):
        step(packed, state, spectra[hop], descriptors[hop], out[hop])
    assert np.abs(out - told).max() < 1e-4
    assert np.abs(plainly(weights, spectra, descriptors) - told).max() < 1e-4


@pytest.mark.parametrize("number", SHAPES)
def test_in_chunks_as_whole(number, shapes, random_weights, heard):
    from repetiteur.models.encoder.streaming import StreamingEncoder

    net = a_net(random_weights(shapes[number]))
    pairs = zip(heard(30), heard(30, seed=2), strict=True)
    spectra, descriptors = (torch.tensor(np.stack(pair)) for pair in pairs)
    with torch.no_grad():
        expected = net(spectra, descriptors)
    encoder = StreamingEncoder(net)
    state, told, at = encoder.init_state(2), [], 0
    for hops in (1, 1, 2, 9, 1, 16):
        logits, state = encoder.step(spectra[:, at : at + hops], descriptors[:, at : at + hops], state)
        told.append(logits)
        at += hops
    assert (torch.cat(told, 1) - expected).abs().max() < 1e-5


def test_a_step_leaves_its_state_alone(random_weights, heard):
    from repetiteur.models.encoder.streaming import StreamingEncoder

    encoder = StreamingEncoder(a_net(random_weights()))
    spectra, descriptors = (torch.tensor(array)[None] for array in heard(2))
    _, state = encoder.step(spectra, descriptors, encoder.init_state())
    sizes_before = [past.shape for past in (*state.blocks, *state.common)]
    first, after = encoder.step(spectra, descriptors, state)
    again, _ = encoder.step(spectra, descriptors, state)
    assert torch.equal(first, again)
    assert [past.shape for past in (*after.blocks, *after.common)] == sizes_before


def test_a_network_there_and_back(tmp_path, random_weights):
    weights = random_weights()
    state = a_net(weights).state_dict()
    save_weights(tmp_path / "w", state, weights.shape, {"steps": 3}, np.float32)
    again = load_weights(tmp_path / "w")
    assert all(np.array_equal(again.arrays[name], weights.arrays[name]) for name in weights.arrays)
