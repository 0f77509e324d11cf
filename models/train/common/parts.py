"""A trained network as an ONNX file: exported, compared with PyTorch, its weights stored as float16."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import onnx
import torch

from . import onnx_file

TOLERANCE = 2e-4  # of a float32 file against PyTorch, relative to the largest value where that is above 1
SCOPES = "pkg.torch.onnx.name_scopes"


def name_attention(exported: onnx.ModelProto) -> list[str]:
    """Gives each softmax and its output the name of the module that it belongs to, `module.softmax` and `module.weights`: the weights
    [batch, heads, queries, keys]. Call before `strip`. The outputs' names."""
    renamed = {}
    for node in exported.graph.node:
        if node.op_type == "Softmax":
            scopes = next((ast.literal_eval(entry.value) for entry in node.metadata_props if entry.key == SCOPES), [])
            module = next((scope for scope in reversed(scopes[:-1]) if scope), "")
            renamed[node.output[0]] = f"{module}.weights"
            node.name, node.output[0] = f"{module}.softmax", f"{module}.weights"
    for node in exported.graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = renamed.get(name, name)
    for value in exported.graph.value_info:
        value.name = renamed.get(value.name, value.name)
    return list(renamed.values())


def differences(actual: list[np.ndarray], expected: list[np.ndarray]) -> float:
    """The largest difference, relative to the largest value of an output where that is above 1."""
    return max(float(np.abs(a - b).max() / max(1.0, np.abs(b).max())) for a, b in zip(actual, expected))


def write(model: torch.nn.Module, path: Path, examples: dict[str, torch.Tensor], outputs: list[str]) -> dict[str, float]:
    """Writes `path` (weights as float16) and beside it NAME.float32.onnx. `examples` are inputs of a batch of at least 3.

    Raises ValueError if the float32 file differs from PyTorch. How far each file is from PyTorch, by how its weights are stored."""
    model = model.eval()
    batch = torch.export.Dim("batch")
    exported = onnx_file.export(model, tuple(examples.values()), list(examples), outputs, {name: {0: batch} for name in examples}, path.stem)
    name_attention(exported)
    onnx_file.strip(exported)
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = path.with_name(path.stem + ".float32.onnx")
    onnx_file.save(exported, plain)
    onnx_file.save(onnx_file.store_as_float16(exported, onnx_file.is_large), path)
    files = {name: onnx_file.open_session(place) for name, place in (("float32", plain), ("float16", path))}
    far = {"float32": 0.0, "float16": 0.0}
    for count in (1, 2, len(next(iter(examples.values())))):
        some = {name: value[:count] for name, value in examples.items()}
        with torch.no_grad():
            expected = model(*some.values())
        expected = [value.numpy() for value in (expected if isinstance(expected, tuple) else (expected,))]
        for name, session in files.items():
            actual = session.run(outputs, {key: value.numpy() for key, value in some.items()})
            far[name] = max(far[name], differences(actual, expected))
    if not far["float32"] <= TOLERANCE:
        raise ValueError(f"{plain} differs from PyTorch by {far['float32']:.2e}, allowed are {TOLERANCE:.0e}")
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, float32 within {far['float32']:.1e} of PyTorch, float16 weights within "
          f"{far['float16']:.1e}", flush=True)
    return far


class Part:
    """An exported network in ONNX Runtime, called as the network is: arrays in, a list of arrays out, in pieces of `piece` examples."""

    def __init__(self, path: Path, piece: int = 256, taps: tuple[str, ...] = ()):
        source: bytes | Path = path
        if taps:
            model = onnx.load(path)
            model.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in taps)
            source = model.SerializeToString()
        self.session = onnx_file.open_session(source)
        self.inputs = [value.name for value in self.session.get_inputs()]
        self.types = [np.int64 if "int64" in value.type else np.float32 for value in self.session.get_inputs()]
        self.piece = piece

    def __call__(self, *arrays: np.ndarray) -> list[np.ndarray]:
        found = []
        for start in range(0, len(arrays[0]), self.piece):
            feeds = {name: np.ascontiguousarray(array[start : start + self.piece], dtype=kind)
                     for name, kind, array in zip(self.inputs, self.types, arrays)}
            found.append(self.session.run(None, feeds))
        return [np.concatenate(pieces) for pieces in zip(*found)]
