"""Exports the steps and the networks as ONNX graphs, and runs them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from torch.fx.experimental.proxy_tensor import make_fx

from common import onnx_file

from . import networks, steps

BATCH = 256
RATES = ("rate", "beta1", "beta2")


@dataclass(frozen=True)
class Graph:
    """A function to export: its inputs by name, with a shape each (a size by its name where it may be any), and its outputs' names."""

    function: Callable
    inputs: dict[str, tuple[int | str, ...]]
    outputs: tuple[str, ...]

    @property
    def varies(self) -> bool:
        return any(isinstance(size, str) for shape in self.inputs.values() for size in shape)


def state(shapes: list[tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    size = (networks.count(shapes),)
    return {"parameters": size, "first": size, "second": size, "step": ()}


def scalars(*names: str) -> dict[str, tuple[int, ...]]:
    return {name: () for name in names}


def graphs() -> dict[str, Graph]:
    """Every file's function, by the file's name without .onnx."""
    points, rows = (BATCH, 2), ("rows", 2)
    vae, generator, discriminator, denoiser = (state(shapes) for shapes in (networks.VAE, networks.GENERATOR, networks.DISCRIMINATOR, networks.DENOISER))
    one = lambda part: {"parameters": part["parameters"]}  # noqa: E731
    seen = {"generator": generator["parameters"], "real": points, "z": points}
    noises = {"real_noise": points, "fake_noise": points}
    asked = {"discriminator": discriminator["parameters"], "z": points, "fake_noise": points}
    both = {"generator": generator["parameters"], "discriminator": discriminator["parameters"]}
    return {
        "vae.step": Graph(steps.vae_step, vae | {"x": points, "noise": points} | scalars("beta", *RATES), (*steps.NEXT, "loss", "reconstruction", "kl")),
        "vae.encoder": Graph(networks.encode, one(vae) | {"x": rows}, ("mean", "log_variance")),
        "vae.decoder": Graph(networks.decode, one(vae) | {"z": rows}, ("location", "log_deviation")),
        "gan.generator": Graph(networks.generate, one(generator) | {"z": rows}, ("x",)),
        "gan.discriminator": Graph(networks.discriminate, one(discriminator) | {"x": rows} | scalars("spectral"), ("score", "slope")),
        "gan.frame": Graph(networks.frame, both | scalars("spectral") | {"z": rows, "grid": ("corners", 2), "middles": ("cells", 2)},
                           ("x", "score", "slope", "places", "surface")),
        "gan.discriminator-step": Graph(steps.discriminator_step, discriminator | seen | noises | scalars("loss_index", "noise", "clip", *RATES), (*steps.NEXT, "loss")),
        "gan.discriminator-step.restrained": Graph(
            steps.restrained_discriminator_step, discriminator | seen | {"between": (BATCH, 1)} | noises
            | scalars("loss_index", "noise", "spectral", "r1", "gp", "clip", *RATES), (*steps.NEXT, "loss", "penalty")),
        "gan.generator-step": Graph(steps.generator_step, generator | asked | scalars("loss_index", "noise", *RATES), (*steps.NEXT, "loss")),
        "gan.generator-step.restrained": Graph(
            steps.restrained_generator_step, generator | asked | scalars("loss_index", "noise", "spectral", *RATES), (*steps.NEXT, "loss")),
        "denoiser.step": Graph(steps.denoiser_step, denoiser | {"x": points, "noise": points, "alpha_bar": (BATCH,)} | scalars(*RATES), (*steps.NEXT, "loss")),
        "denoiser": Graph(networks.denoise, one(denoiser) | {"x": rows, "alpha_bar": ("rows",)}, ("noise",)),
        "denoiser.divergence": Graph(networks.denoise_with_divergence, one(denoiser) | {"x": rows, "alpha_bar": ("rows",)}, ("noise", "divergence")),
    }


def settings(graph: Graph) -> list[dict[str, float]]:
    """Coefficients to compare at: every loss with and without what restrains the discriminator, where the graph has them."""
    base = {"step": 3.0, "rate": 1e-3, "beta1": 0.5, "beta2": 0.9, "beta": 0.7, "loss_index": 1.0, "noise": 0.0, "spectral": 0.0, "r1": 0.0, "gp": 0.0, "clip": 0.4}
    choices = {"loss_index": [float(index) for index in range(len(steps.LOSSES))], "noise": [0.0, 0.15], "spectral": [0.0, 1.0], "r1": [0.0, 0.3], "gp": [0.0, 0.2]}
    own = {name: values for name, values in choices.items() if name in graph.inputs}
    return [base | dict(zip(own, values)) for values in itertools.product(*own.values())]


def examples(graph: Graph, seed: int, coefficients: dict[str, float] | None = None) -> dict[str, torch.Tensor]:
    """Values that a step may have: a state some steps old, rates and coefficients. Sizes that may be any differ from each other."""
    generator = torch.Generator().manual_seed(seed)
    coefficients = coefficients or settings(graph)[-1]
    sizes = {"rows": 7 + seed, "corners": 17 + seed, "cells": 29 + seed}
    values = {}
    for name, stated in graph.inputs.items():
        shape = tuple(sizes[size] if isinstance(size, str) else size for size in stated)
        if shape == ():
            values[name] = torch.tensor(coefficients[name])
        elif name in ("alpha_bar", "between"):
            values[name] = torch.rand(shape, generator=generator) * 0.98 + 0.01
        elif name in ("parameters", "generator", "discriminator"):
            values[name] = 0.2 * torch.randn(shape, generator=generator)
        else:
            values[name] = torch.randn(shape, generator=generator) * (0.01 if name in ("first", "second") else 1.0)
            # Where the second moment is next to nothing, Adam divides rounding by it.
            values[name] = values[name] ** 2 + 1e-4 if name == "second" else values[name]
    return values


class Network(torch.nn.Module):
    """A function as the exporter wants it."""

    def __init__(self, function: Callable):
        super().__init__()
        self.function = function

    def forward(self, *values):
        return self.function(*values)


def export(graph: Graph, name: str) -> onnx.ModelProto:
    """Steps are traced to plain operations first: the exporter does not take `torch.func.grad` itself, and tracing fixes every size."""
    values = tuple(examples(graph, 0).values())
    if graph.varies:
        axes = tuple({axis: torch.export.Dim(size) for axis, size in enumerate(shape) if isinstance(size, str)} for shape in graph.inputs.values())
        exported = onnx_file.export(Network(graph.function), values, list(graph.inputs), list(graph.outputs), (axes,), name)
    else:
        traced = make_fx(graph.function)(*values)
        exported = onnx_file.export(traced, values, list(graph.inputs), list(graph.outputs), None, name)
    onnx_file.strip(exported)
    compact(exported)
    return exported


def compact(exported: onnx.ModelProto) -> None:
    """Tensors of one repeated number (what traced gradients begin with) as their shape and that number."""
    made = []
    for tensor in list(exported.graph.initializer):
        values = onnx.numpy_helper.to_array(tensor)
        if values.size > 16 and (values == values.flat[0]).all():
            shape = onnx.numpy_helper.from_array(np.array(values.shape, dtype=np.int64), f"{tensor.name}.shape")
            number = onnx.numpy_helper.from_array(values.flatten()[:1])
            made.append(onnx.helper.make_node("ConstantOfShape", [shape.name], [tensor.name], name=f"fill_{tensor.name}", value=number))
            exported.graph.initializer.remove(tensor)
            exported.graph.initializer.append(shape)
    nodes = made + list(exported.graph.node)
    del exported.graph.node[:]
    exported.graph.node.extend(nodes)


def compare(exported: onnx.ModelProto, graph: Graph, seed: int) -> float:
    """The largest difference from PyTorch in an output with any of the settings, relative to the output's largest value where that is above 1."""
    session = onnx_file.open_session(exported.SerializeToString())
    most = 0.0
    for coefficients in settings(graph):
        values = examples(graph, seed, coefficients)
        expected = graph.function(*values.values())
        expected = expected if isinstance(expected, tuple) else (expected,)
        actual = session.run(list(graph.outputs), {name: value.numpy() for name, value in values.items()})
        most = max(most, *(float(np.abs(a - b.numpy()).max() / max(1.0, b.abs().max().item())) for a, b in zip(actual, expected)))
    return most


def write(folder: Path, tolerance: float = 1e-6) -> dict[str, float]:
    """Writes every graph. Raises ValueError for one that differs from PyTorch."""
    found = {}
    folder.mkdir(parents=True, exist_ok=True)
    for name, graph in graphs().items():
        exported = export(graph, name)
        found[name] = max(compare(exported, graph, seed) for seed in (1, 2))
        if not found[name] <= tolerance:
            raise ValueError(f"{name} differs from PyTorch by {found[name]:.1e}, allowed are {tolerance:.0e}")
        onnx_file.save(exported, folder / f"{name}.onnx")
        print(f"{name}: {(folder / f'{name}.onnx').stat().st_size / 1e3:.0f} kB, within {found[name]:.1e} of PyTorch", flush=True)
    return found
