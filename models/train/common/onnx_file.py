"""ONNX files: what is removed after an export, weights stored as float16, and how a file is written and opened."""

from __future__ import annotations

import hashlib
import logging
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

OPSET = 18
STORED = ".float16"
TYPES = {TensorProto.INT64: "int64", TensorProto.FLOAT: "float32"}


def export(model: torch.nn.Module, inputs: tuple[torch.Tensor, ...], input_names: list[str], output_names: list[str], dynamic_shapes: dict,
           name: str) -> onnx.ModelProto:
    """The model as ONNX, float32 throughout. Sizes that vary should be above 1 and differ in `inputs`: the exporter takes equal or
    unit sizes for constants."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(model, inputs, dynamo=True, external_data=False, opset_version=OPSET, input_names=input_names,
                                    output_names=output_names, dynamic_shapes=dynamic_shapes, verbose=False)
    program.model_proto.graph.name = name
    return program.model_proto


def strip(exported: onnx.ModelProto) -> None:
    """Drops what depends on where the export ran: stack traces, file names, notes of the exporter."""
    del exported.metadata_props[:]
    exported.doc_string = ""
    graph = exported.graph
    graph.doc_string = ""
    for part in (graph, *graph.node, *graph.initializer, *graph.input, *graph.output, *graph.value_info):
        part.doc_string = ""
        del part.metadata_props[:]


def store_as_float16(exported: onnx.ModelProto, is_stored) -> onnx.ModelProto:
    """The same graph, the weights that `is_stored` says held as float16, each cast to float32 where it was used.

    Raises ValueError for a weight that float16 cannot hold."""
    result = onnx.ModelProto()
    result.CopyFrom(exported)
    casts = []
    for tensor in result.graph.initializer:
        if is_stored(tensor):
            values = numpy_helper.to_array(tensor)
            if np.abs(values).max() > np.finfo(np.float16).max:
                raise ValueError(f"{tensor.name} has a weight of size {np.abs(values).max()}, beyond float16's {np.finfo(np.float16).max}")
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + STORED))
            casts.append(helper.make_node("Cast", [name + STORED], [name], name=f"cast_{name}", to=TensorProto.FLOAT))
    nodes = casts + list(result.graph.node)
    del result.graph.node[:]
    result.graph.node.extend(nodes)
    return result


def is_large(tensor: onnx.TensorProto) -> bool:
    """Weights of matrices and convolutions; norms, biases and constants are too small to matter."""
    return tensor.data_type == TensorProto.FLOAT and len(tensor.dims) >= 2 and int(np.prod(tensor.dims)) > 256


def save(exported: onnx.ModelProto, path: Path) -> None:
    onnx.checker.check_model(exported, full_check=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(exported.SerializeToString(deterministic=True))
    temporary.replace(path)


def open_session(source: str | bytes | Path, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(source if isinstance(source, bytes) else str(source), options, providers=["CPUExecutionProvider"])


def describe(path: Path) -> dict:
    """What the file is: its size, and how its weights are stored."""
    model = onnx.load(path)
    weights = [tensor for tensor in model.graph.initializer if tensor.data_type in (TensorProto.FLOAT, TensorProto.FLOAT16)]
    counts = {kind: sum(int(np.prod(tensor.dims)) for tensor in weights if tensor.data_type == number and tensor.dims)
              for kind, number in (("float16", TensorProto.FLOAT16), ("float32", TensorProto.FLOAT))}
    return {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size, "opset": model.opset_import[0].version,
            "parameters": sum(counts.values()), "storedAs": counts}


def tensors(values) -> list[dict]:
    """Name, type and shape of graph inputs or outputs; a dynamic size by its name."""
    return [{"name": value.name, "type": TYPES[value.type.tensor_type.elem_type],
             "shape": [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim]} for value in values]
