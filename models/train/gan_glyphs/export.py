"""Writes generator and discriminator as generator.onnx and discriminator.onnx: python -m gan_glyphs.export --checkpoint FILE.npz --to FOLDER"""

from __future__ import annotations

from pathlib import Path

import torch

from common.commands import export_command
from common.parts import write
from common.training import load

from .model import LATENT, Generator, plain_discriminator


def export(checkpoint: Path, folder: Path, prefix: str = "") -> None:
    states, _ = load(checkpoint)
    generator, discriminator = Generator(), plain_discriminator()
    generator.load_state_dict(states["generator"])
    discriminator.load_state_dict(states["discriminator"])
    character = torch.arange(5)
    write(generator, folder / f"{prefix}generator.onnx", {"z": torch.randn(5, LATENT), "character": character}, ["image"])
    write(discriminator, folder / f"{prefix}discriminator.onnx", {"image": torch.rand(5, 1, 28, 28), "character": character}, ["score"])


def main() -> None:
    export_command(__doc__, export)


if __name__ == "__main__":
    main()
