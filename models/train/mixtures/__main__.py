"""Writes models/mixtures-2d: the mixtures, the training steps and the networks, and what a training begins with.

    python -m mixtures [--to FOLDER]

training.json names every graph with its inputs and outputs, and the layers of the networks whose first parameters a seed draws; initial.npz
has those of the others. Nothing is trained here: these are the parts with which an autoencoder, a GAN or a denoiser trains inside ONNX Runtime.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch

from common.folders import MODELS
from common.onnx_file import tensors
from common.writing import paragraph, put_in_place, table

from . import export, networks, steps
from .shapes import MIXTURES

SEED = 1
INITIAL = {"vae": networks.VAE, "denoiser": networks.DENOISER}
# A GAN's beginning decides how it ends, so that it is drawn from the seed of each training.
DRAWN = {"generator": networks.GENERATOR, "discriminator": networks.DISCRIMINATOR}


def initial(seed: int) -> dict[str, np.ndarray]:
    generator = torch.Generator().manual_seed(seed)
    found = {}
    for name, shapes in INITIAL.items():
        # The autoencoder's last parameter is the log of a deviation, not a matrix of a layer.
        layers = [shape for shape in shapes if shape != (1,)] if name == "vae" else shapes
        values = networks.initial(layers, generator)
        found[name] = torch.cat([values, torch.zeros(networks.count(shapes) - len(values))]).numpy()
    return found


def card(differences: dict[str, float], models: dict[str, onnx.ModelProto]) -> str:
    shapes = {name: make() for name, make in MIXTURES.items()}
    parts = [[name, f"{len(shape.weights)}"] for name, shape in shapes.items()]
    rows = [[f"`{name}.onnx`", ", ".join(value.name for value in model.graph.input), ", ".join(value.name for value in model.graph.output),
             f"{differences[name]:.0e}"] for name, model in models.items()]
    return "\n\n".join([
        "# Mixtures in two dimensions, and what trains on them", paragraph(f"""
        Data sets as Gaussian mixtures (`mixtures.json`: weights, means, covariances), so that density and score are known, also when noised; small
        networks of two hidden layers of {networks.HIDDEN}; and whole training steps as ONNX graphs: loss, gradients (for the GAN's penalties
        second derivatives) and Adam. Parameters are one vector, the optimiser's state two more and the number of steps so far. Nothing is
        trained; `initial.npz` has the parameters to begin with, seed {SEED}; those of a GAN's players are drawn by He's rule (normal, of variance 2 over the
        layer's inputs; biases 0) for each training, with the shapes that `training.json` has. Steps take batches of {export.BATCH}, networks any number of
        rows. A GAN's loss is a number in the order {", ".join(f"{number} {name}" for number, name in enumerate(steps.LOSSES))}. Of each player there are two steps that agree to rounding where
        both apply: the one is faster, the other, `restrained`, has penalties and spectral norms too. Licence: MIT."""),
        table(["mixture", "components"], parts, {1}), paragraph("""The largest difference of an output from PyTorch for two states and batches, of a GAN with
        every loss, penalty, noise and norm together, relative to its largest value where that is above 1, is last:"""), table(["file", "inputs", "outputs", "difference"], rows, {3})]) + "\n"


def make(to: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        differences = export.write(Path(folder))
        files = {f"{name}.onnx": (Path(folder) / f"{name}.onnx").read_bytes() for name in differences}
        np.savez(Path(folder) / "initial.npz", **initial(SEED))
        files["initial.npz"] = (Path(folder) / "initial.npz").read_bytes()
    files["mixtures.json"] = (json.dumps({name: shape().as_dict() for name, shape in MIXTURES.items()}) + "\n").encode("utf8")
    models = {name: onnx.load_from_string(files[f"{name}.onnx"]) for name in differences}
    files["MODEL_CARD.md"] = card(differences, models).encode("utf8")
    graphs = {name: {"inputs": tensors(model.graph.input), "outputs": tensors(model.graph.output)} for name, model in models.items()}
    put_in_place(to, files, {"schemaVersion": 1, "name": to.name, "batch": export.BATCH, "graphs": graphs, "layers": DRAWN, "files": {}, "licence": "MIT"}, "training.json")
    print(f"written: {to}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=MODELS / "mixtures-2d")
    make(parser.parse_args().to)


if __name__ == "__main__":
    main()
