"""Writes the classifier as model.onnx: python -m classifier_glyphs.export --checkpoint FILE.npz --to FOLDER"""

from __future__ import annotations

from pathlib import Path

import torch

from common.commands import export_command
from common.parts import write
from common.training import load

from .model import Classifier


def export(checkpoint: Path, folder: Path) -> None:
    states, _ = load(checkpoint)
    model = Classifier()
    model.load_state_dict(states["classifier"])
    write(model, folder / "model.onnx", {"image": torch.rand(5, 1, 28, 28)}, ["logits", "features"])


def main() -> None:
    export_command(__doc__, export)


if __name__ == "__main__":
    main()
