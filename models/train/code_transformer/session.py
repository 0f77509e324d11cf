"""An exported code transformer in ONNX Runtime: its logits, its cache, and its attention weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx

from common.onnx_file import open_session


class Session:
    """Runs one file. `layers`, `heads`, `head_dim` and `vocabulary` are read from its inputs and outputs."""

    def __init__(self, path: Path, threads: int = 1):
        self._session = open_session(path, threads)
        self._read_shape()

    def _read_shape(self) -> None:
        shapes = {value.name: value.shape for value in (*self._session.get_inputs(), *self._session.get_outputs())}
        self.layers, _, _, self.heads, _, self.head_dim = shapes["past"]
        self.vocabulary = shapes["logits"][2]

    def empty_past(self, batch: int) -> np.ndarray:
        return np.zeros((self.layers, 2, batch, self.heads, 0, self.head_dim), dtype=np.float32)

    def run(self, ids: np.ndarray, past: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """ids [B, T], the cache of what came before -> logits [B, T, V], the cache with these tokens."""
        feeds = {"ids": ids.astype(np.int64), "past": self.empty_past(len(ids)) if past is None else past}
        logits, present = self._session.run(["logits", "present"], feeds)
        return logits, present

    def logits(self, ids: np.ndarray) -> np.ndarray:
        """Logits [B, T, V] of whole texts."""
        feeds = {"ids": ids.astype(np.int64), "past": self.empty_past(len(ids))}
        return self._session.run(["logits"], feeds)[0]


class AttentionSession(Session):
    """The same file with its softmaxes made outputs: the file itself has no attention outputs."""

    def __init__(self, path: Path, threads: int = 1):
        model = onnx.load(path)
        self._taps = [node.output[0] for node in model.graph.node if node.op_type == "Softmax"]
        model.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in self._taps)
        self._session = open_session(model.SerializeToString(), threads)
        self._read_shape()
        if len(self._taps) != self.layers:
            raise ValueError(f"{path} has {len(self._taps)} softmaxes and a cache of {self.layers} layers: not this architecture")

    def weights(self, ids: np.ndarray) -> np.ndarray:
        """Attention weights [layers, B, heads, T, T] of whole texts."""
        feeds = {"ids": ids.astype(np.int64), "past": self.empty_past(len(ids))}
        return np.stack(self._session.run(self._taps, feeds))
