"""Writes the U-Net as model.onnx: python -m diffusion_glyphs.export --checkpoint FILE.npz --to FOLDER"""

from __future__ import annotations

from pathlib import Path

import torch

from common.commands import export_command
from common.parts import write
from common.training import load
from glyphs.dataset import captions

from .model import HEIGHT, WIDTH, Unet


def export(checkpoint: Path, folder: Path) -> None:
    states, _ = load(checkpoint)
    model = Unet()
    model.load_state_dict(states["unet"])
    examples = {"sample": torch.randn(5, 1, HEIGHT, WIDTH), "timestep": torch.arange(5) * 200, "caption": captions_of(5)}
    write(model, folder / "model.onnx", examples, ["v"])


def captions_of(count: int) -> torch.Tensor:
    """Some captions, each with other words."""
    numbers = torch.arange(count)
    return captions(numbers, numbers + 20, numbers[:, None] >> torch.arange(4) & 1 == 1)


def main() -> None:
    export_command(__doc__, export)


if __name__ == "__main__":
    main()
