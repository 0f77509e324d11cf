"""Writes the classifier as model.onnx: python -m classifier_glyphs.export --checkpoint FILE.npz --to FOLDER"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from common.parts import write
from common.training import load

from .model import Classifier


def export(checkpoint: Path, folder: Path) -> None:
    states, _ = load(checkpoint)
    model = Classifier()
    model.load_state_dict(states["classifier"])
    write(model, folder / "model.onnx", {"image": torch.rand(5, 1, 28, 28)}, ["logits", "features"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    export(arguments.checkpoint, arguments.to)


if __name__ == "__main__":
    main()
