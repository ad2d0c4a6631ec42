"""The network in ONNX Runtime, on the CPU. Exported by torch once; then torch is no longer needed to run."""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np

from repetiteur.models.encoder.heads import HEADS, KEYS
from repetiteur.models.encoder.weights import Weights
from repetiteur.models.engines.features import Features
from repetiteur.models.engines.interface import EngineName, UnavailableError, first_line

_OPSET = 17


class OnnxEngine:
    """Raises UnavailableError where something for it is not installed."""

    name = EngineName.ONNX

    def __init__(self, weights: Weights, listeners: int = 1, threads: int = 1, a4_hz: float = 440.0) -> None:
        try:
            runtime: Any = import_module("onnxruntime")
            model = exported(weights, listeners)
            options = runtime.SessionOptions()
            options.intra_op_num_threads = threads
            options.log_severity_level = 3
            self._session: Any = runtime.InferenceSession(model, options, ["CPUExecutionProvider"])
        except ImportError as error:
            raise UnavailableError(self.name, f"{error.name} is not installed") from None
        except Exception as error:
            raise UnavailableError(self.name, first_line(error)) from None
        self.listeners = listeners
        self._features = Features(listeners, a4_hz)
        self._inputs = [each.name for each in self._session.get_inputs()]
        shapes = [each.shape for each in self._session.get_inputs()][2:]
        self._past = [np.zeros(shape, np.float32) for shape in shapes]

    def hear(self, sound: np.ndarray, who: np.ndarray | None = None) -> np.ndarray:
        spectra, descriptors = self._features.of(sound, who)
        hops = spectra.shape[1]
        out = np.empty((self.listeners, hops, KEYS, HEADS), np.float32)
        for hop in range(hops):
            given = (spectra[:, hop : hop + 1], descriptors[:, hop : hop + 1], *self._past)
            told, *past = self._session.run(None, dict(zip(self._inputs, given, strict=True)))
            self._past = past if who is None else [
                np.where(who.reshape(-1, *[1] * (new.ndim - 1)), new, kept)
                for new, kept in zip(past, self._past, strict=True)
            ]  # fmt: skip
            out[:, hop] = told[:, 0]
        return out

    def reset(self, listener: int | None = None) -> None:
        self._features.reset(listener)
        self._past = [kept.copy() for kept in self._past]
        for kept in self._past:
            kept[slice(None) if listener is None else listener] = 0.0


def exported(weights: Weights, listeners: int) -> bytes:
    """The ONNX file."""
    import torch

    from repetiteur.models.engines.hop_step import HopStep

    module, file = HopStep(weights), io.BytesIO()
    given = module.nothing_heard(listeners)
    names = ["spectra", "descriptors", *(f"past_{number}" for number in range(len(given) - 2))]
    told = ["evidence", *(f"next_{number}" for number in range(len(given) - 2))]
    with torch.no_grad(), catch_warnings():
        simplefilter("ignore")  # it tells of every constant it leaves as it is
        torch.onnx.export(  # to a file in memory, as the form that is not called dynamo can
            module, given, file,  # pyright: ignore[reportArgumentType]
            input_names=names, output_names=told, opset_version=_OPSET, dynamo=False,
        )  # fmt: skip
    return file.getvalue()
