"""What a hop of 10 ms costs the encoder on one core, back to back and at real pace, and what starting costs.

``python -m repetiteur.benchmarks.encoder_cost`` prints the table: of the weights that ship, or of random ones
of other widths (the numbers in a network do not change its cost). Torch takes part where it is installed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repetiteur.kernels.descriptor_tables import DESCRIPTORS
from repetiteur.kernels.encoder_step import new_state, step
from repetiteur.kernels.spectral_grid import BINS, HOP_S, HOP_SAMPLES, WINDOWS
from repetiteur.models.encoder.engine import encoder_of, load_encoder
from repetiteur.models.encoder.heads import HEADS, KEYS
from repetiteur.models.encoder.packing import pack
from repetiteur.models.encoder.shape import Shape
from repetiteur.models.encoder.weights import Weights, load_weights, sizes

WARM_UP = 20  # hops

START = """
import time
begun = time.perf_counter()
from pathlib import Path
from repetiteur.models.encoder.engine import load_encoder
load_encoder(Path({path!r}) if {path!r} else None)
took = time.perf_counter() - begun
status = Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
kb = next((line.split()[1] for line in lines if line.startswith("VmRSS")), "nan")
print(took, float(kb) / 1024)
"""


@dataclass(frozen=True, slots=True)
class HopCost:
    what: str
    p50_us: float
    p99_us: float


@dataclass(frozen=True, slots=True)
class StartCost:
    ready_s: float
    resident_mb: float  # NaN where the system does not tell


def random_weights(shape: Shape) -> Weights:
    random = np.random.default_rng(0)
    arrays = {
        name: (random.standard_normal(size) / np.sqrt(np.prod(size[1:]) or 1)).astype(np.float32)
        for name, size in sizes(shape).items()
    }
    return Weights(shape, arrays, {}, "random")


def hop_costs(weights: Weights, hops: int) -> list[HopCost]:
    encoder, sound = encoder_of(weights), _sound(hops + WARM_UP)

    def hear(hop: int) -> None:
        encoder.hear(sound[hop * HOP_SAMPLES : (hop + 1) * HOP_SAMPLES])

    packed = pack(weights)
    state, out = new_state(packed), np.zeros((KEYS, HEADS), np.float32)
    spectra, descriptors = np.ones((len(WINDOWS), BINS), np.float32), np.zeros(DESCRIPTORS, np.float32)
    costs = [
        _timed("features and network, at real pace", hear, hops, HOP_S),
        _timed("features and network", hear, hops),
        _timed("network", lambda hop: step(packed, state, spectra, descriptors, out), hops),
    ]
    try:
        costs.append(_timed("network in torch, one thread", _torch_hop(weights), hops))
    except ImportError:
        print("torch is not installed, and left out", file=sys.stderr)
    return costs


def start_cost(path: str = "") -> StartCost:
    """In a process of its own."""
    told = subprocess.run([sys.executable, "-c", START.format(path=path)], capture_output=True, check=True)
    ready_s, resident_mb = map(float, told.stdout.split())
    return StartCost(ready_s, resident_mb)


def _torch_hop(weights: Weights) -> Callable[[int], None]:
    import torch

    from repetiteur.models.encoder.net import EncoderNet
    from repetiteur.models.encoder.streaming import StreamingEncoder

    torch.set_num_threads(1)
    net = EncoderNet(weights.shape)
    net.load_state_dict({name: torch.tensor(values) for name, values in weights.arrays.items()})
    encoder = StreamingEncoder(net)
    state = encoder.init_state()
    spectra, descriptors = torch.ones(1, 1, len(WINDOWS), BINS), torch.zeros(1, 1, DESCRIPTORS)

    def hop(number: int) -> None:
        nonlocal state
        state = encoder.step(spectra, descriptors, state)[1]

    return hop


def _sound(hops: int) -> np.ndarray:
    return (np.random.default_rng(1).standard_normal(hops * HOP_SAMPLES) * 0.1).astype(np.float32)


def _timed(what: str, hop: Callable[[int], None], hops: int, pace_s: float = 0.0) -> HopCost:
    took_ns = np.empty(hops, np.int64)
    for number in range(WARM_UP):
        hop(number)
    begun_ns = time.perf_counter_ns()
    for number in range(hops):
        due_ns = begun_ns + int(number * pace_s * 1e9)
        while (early_ns := due_ns - time.perf_counter_ns()) > 0:
            time.sleep(early_ns / 1e9)
        start_ns = time.perf_counter_ns()
        hop(number + WARM_UP)
        took_ns[number] = time.perf_counter_ns() - start_ns
    p50, p99 = np.percentile(took_ns, (50, 99)) / 1000.0
    return HopCost(what, float(p50), float(p99))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hops", type=int, default=500)
    parser.add_argument("--weights", type=Path, help="another file than the one that ships")
    parser.add_argument("--widths", type=int, nargs="+", default=[], help="random weights of these widths")
    given = parser.parse_args()
    several = [random_weights(Shape(width=width)) for width in given.widths] or [load_weights(given.weights)]
    print(f"{'width':<8}{'one hop of':<40}{'p50 us':>8}{'p99 us':>8}")
    for weights in several:
        for cost in hop_costs(weights, given.hops):
            print(f"{weights.shape.width:<8}{cost.what:<40}{cost.p50_us:8.0f}{cost.p99_us:8.0f}")
    if not given.widths:
        load_encoder(given.weights)  # compiled, so that the next start is a usual one
        start = start_cost(str(given.weights or ""))
        print(f"ready to listen after {start.ready_s:.1f} s, {start.resident_mb:.0f} MB")


if __name__ == "__main__":
    main()
