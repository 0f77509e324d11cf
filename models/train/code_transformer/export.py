"""Writes the code transformer as one ONNX file.

    python -m code_transformer.export --work DIR

Reads DIR/checkpoint.pt and writes DIR/model.onnx and DIR/model.float32.onnx, the same graph with its matrices stored as float16
and as float32. One graph serves a whole text (past length 0) and a step of generation:
  ids     int64   [batch, sequence]
  past    float32 [layers, 2, batch, heads, past, headDim], keys (after rotary) and values of the tokens before
  logits  float32 [batch, sequence, vocabulary]
  present float32 [layers, 2, batch, heads, past + sequence, headDim]
All arithmetic is float32: a float16 matrix passes one Cast, which ONNX Runtime folds when it loads the file. The same
checkpoint gives the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, numpy_helper

from common import onnx_file
from common.onnx_file import STORED

from .model import CodeTransformer, Shape
from .session import Session

TRANSPOSED = ".transposed"
TOLERANCE = 1e-4
RELATIVE = 5e-5


def load_model(checkpoint: Path) -> CodeTransformer:
    """The model of a checkpoint, ready to run."""
    saved = torch.load(checkpoint, weights_only=True, map_location="cpu")
    model = CodeTransformer(Shape(**saved["shape"]))
    model.load_state_dict(saved["model"])
    return model.eval()


def empty_past(shape: Shape, batch: int) -> torch.Tensor:
    return torch.zeros(shape.layers, 2, batch, shape.heads, 0, shape.head_dim)


def export_float32(model: CodeTransformer) -> onnx.ModelProto:
    """The model as ONNX, float32 throughout."""
    batch, sequence, past_length = (torch.export.Dim(name) for name in ("batch", "sequence", "past"))
    shape = model.shape
    # Sizes above 1 that differ: the exporter takes equal or unit sizes for constants.
    ids = torch.zeros(2, 5, dtype=torch.int64)
    past = torch.zeros(shape.layers, 2, 2, shape.heads, 3, shape.head_dim)
    exported = onnx_file.export(model, (ids, past), ["ids", "past"], ["logits", "present"],
                                {"ids": {0: batch, 1: sequence}, "past": {2: batch, 4: past_length}}, "code_transformer")
    onnx_file.strip(exported)
    name_weights(exported, model)
    return exported


def name_weights(exported: onnx.ModelProto, model: CodeTransformer) -> None:
    """Gives back their names to the matrices that the exporter transposed: `parameter.transposed`."""
    parameters = {name: value.T.numpy() for name, value in model.state_dict().items() if value.ndim == 2}
    renamed = {}
    for tensor in exported.graph.initializer:
        if len(tensor.dims) == 2 and tensor.name not in parameters:
            values = numpy_helper.to_array(tensor)
            name = next((name for name, matrix in parameters.items() if np.array_equal(matrix, values)), None)
            if name is not None:
                renamed[tensor.name] = name + TRANSPOSED
                tensor.name = name + TRANSPOSED
    for node in exported.graph.node:
        for position, name in enumerate(node.input):
            node.input[position] = renamed.get(name, name)


def is_stored_as_float16(tensor: onnx.TensorProto) -> bool:
    """Matrices are; norms, biases and constants are too small to matter."""
    return tensor.data_type == TensorProto.FLOAT and len(tensor.dims) == 2 and min(tensor.dims) > 1


def stored_weights(exported: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """The weights that the file holds, by the model's parameter names, as float32."""
    weights = {}
    for tensor in exported.graph.initializer:
        values = torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32))
        name = tensor.name.removesuffix(STORED)
        weights[name.removesuffix(TRANSPOSED)] = values.T if name.endswith(TRANSPOSED) else values
    return weights


def model_of_file(exported: onnx.ModelProto) -> CodeTransformer:
    """A PyTorch model that holds exactly the weights of an exported file. Its sizes are read from the inputs and outputs."""
    past = next(value for value in exported.graph.input if value.name == "past").type.tensor_type.shape.dim
    weights = stored_weights(exported)
    vocabulary, width = weights["embedding.weight"].shape
    model = CodeTransformer(Shape(vocabulary=vocabulary, width=width, layers=past[0].dim_value, heads=past[3].dim_value))
    model.load_state_dict({name: weights[name] for name in model.state_dict()})
    return model.eval()


@torch.no_grad()
def verify(path: Path, text: np.ndarray) -> float:
    """Runs the file against PyTorch holding its weights in float64, for several batches, lengths and pasts, and a text in steps
    against PyTorch with the text at once. `text` holds the ids to run on, at least 64; up to 1,024 of them are run at once.

    Allowed is TOLERANCE, RELATIVE times the largest value (ONNX Runtime's exp and erf are approximations, and sharp attention makes more
    of it over a long text), or four times what PyTorch's own float32 differs from float64 where that is more: on long texts sharp
    attention makes any float32 run unsure in the fourth decimal. Returns the largest difference in logits; raises ValueError
    where one is too large."""
    model = model_of_file(onnx.load(path))
    exact = model_of_file(onnx.load(path)).double()
    session = Session(path)
    longest = min(1024, len(text))
    worst = 0.0

    def rows(batch: int, length: int) -> np.ndarray:
        starts = np.linspace(0, len(text) - length, batch).astype(int)
        return np.stack([text[start : start + length] for start in starts]).astype(np.int64)

    def compare(what: str, actual: np.ndarray, single: torch.Tensor, double: torch.Tensor) -> float:
        difference = float((torch.from_numpy(actual) - double).abs().max())
        allowed = max(TOLERANCE, RELATIVE * float(double.abs().max()), 4 * float((single - double).abs().max()))
        if not difference <= allowed:
            raise ValueError(f"{path}: {what} differ from PyTorch by {difference:.2e}, allowed are {allowed:.2e}")
        return difference

    for batch, length, before in ((1, 1, 0), (1, longest, 0), (2, 7, 0), (3, 33, 0), (1, 1, longest - 1), (3, 5, 20)):
        ids = rows(batch, before + length)
        past = empty_past(model.shape, batch)
        if before:
            _, past = model(torch.from_numpy(ids[:, :before]), past)
        following = torch.from_numpy(ids[:, before:])
        actual, actual_present = session.run(following.numpy(), past.numpy())
        single, single_present = model(following, past)
        double, double_present = exact(following, past.double())
        case = f"batch {batch}, sequence {length}, past {before}"
        worst = max(worst, compare(f"logits ({case})", actual, single, double))
        compare(f"keys and values ({case})", actual_present, single_present, double_present)

    ids = rows(2, 64)
    single, double = (version(torch.from_numpy(ids))[0] for version in (model, exact))
    steps, past = [], None
    for start, end in ((0, 1), (1, 2), (2, 40), (40, 41), (41, 64)):
        logits, past = session.run(ids[:, start:end], past)
        steps.append(logits)
    worst = max(worst, compare("logits in steps", np.concatenate(steps, axis=1), single, double))
    return worst


def export(work: Path) -> None:
    exported = export_float32(load_model(work / "checkpoint.pt"))
    text = np.load(work / "valid.npy", mmap_mode="r")
    for name, content in (("model.float32.onnx", exported), ("model.onnx", onnx_file.store_as_float16(exported, is_stored_as_float16))):
        path = work / name
        onnx_file.save(content, path)
        print(f"{name}: {path.stat().st_size / 1e6:.2f} MB, logits within {verify(path, text):.1e} of PyTorch "
              f"(onnxruntime {onnxruntime.__version__})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    torch.set_num_threads(1)
    export(parser.parse_args().work)


if __name__ == "__main__":
    main()
