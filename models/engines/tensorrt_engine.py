"""The network in TensorRT, through torch-tensorrt: built once for each GPU, weights and version, then kept.

Never run on its target so far: the cache's key, the choice and what is told when it cannot be had are tested
on a CPU, the rest is not.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from repetiteur.models.encoder.weights import Weights
from repetiteur.models.engines.interface import EngineName, UnavailableError, first_line

Progress = Callable[[str], None]


def tensorrt(
    weights: Weights,
    listeners: int,
    half: bool = True,
    a4_hz: float = 440.0,
    progress: Progress = lambda text: None,
) -> Any:
    """A TorchEngine. ``half``: fp16. Raises UnavailableError, with one line, for whatever reason."""
    name = EngineName.TENSORRT if half else EngineName.TENSORRT_FP32
    try:
        import torch

        if not torch.cuda.is_available():
            raise UnavailableError(name, "torch finds no GPU here")
        library: Any = import_module("torch_tensorrt")
        from repetiteur.models.engines.hop_step import HopStep
        from repetiteur.models.engines.torch_engine import TorchEngine

        module = HopStep(weights).to("cuda")
        versions = (torch.__version__, str(library.__version__))
        gpu = torch.cuda.get_device_name(), torch.cuda.get_device_capability()
        file = cache_folder() / f"{cache_key(weights.fingerprint, listeners, half, gpu, versions)}.ep"
        step = _taken(torch, file) if file.exists() else None
        if step is None:
            progress(f"building a TensorRT engine for {gpu[0]}: once, it takes minutes")
            step = _built(torch, library, module, listeners, half, file)
            progress("")
        return TorchEngine(name, module, step, listeners, a4_hz)
    except UnavailableError:
        raise
    except Exception as error:  # these libraries raise all kinds when something does not fit
        raise UnavailableError(name, first_line(error)) from None


def cache_key(
    fingerprint: str, listeners: int, half: bool, gpu: tuple[str, tuple[int, int]], versions: tuple[str, ...]
) -> str:
    """Whatever, if it changed, would make a kept engine wrong."""
    parts = (fingerprint, listeners, half, *gpu, *versions)
    return "encoder-" + hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def cache_folder() -> Path:
    """Made where it is not there yet."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "repetiteur" / "tensorrt"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _built(torch: Any, library: Any, module: Any, listeners: int, half: bool, file: Path) -> Any:
    given = module.nothing_heard(listeners)
    precisions = {torch.float16, torch.float32} if half else {torch.float32}
    program = torch.export.export(module, given)
    built = library.dynamo.compile(
        program, arg_inputs=given, enabled_precisions=precisions, disable_tf32=True, min_block_size=1
    )
    beside = file.with_suffix(f".{os.getpid()}")
    library.save(built, str(beside), arg_inputs=given)
    os.replace(beside, file)
    return built


def _taken(torch: Any, file: Path) -> Any:
    """From the cache; None, and gone, where it cannot be read."""
    try:
        return torch.export.load(str(file)).module()
    except Exception:
        file.unlink(missing_ok=True)
        return None
