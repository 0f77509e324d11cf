"""Writes generator and discriminator as generator.onnx and discriminator.onnx: python -m gan_glyphs.export --checkpoint FILE.npz --to FOLDER"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from common.parts import write
from common.training import load

from .model import LATENT, Generator, plain_discriminator


def export(checkpoint: Path, folder: Path) -> None:
    states, _ = load(checkpoint)
    generator, discriminator = Generator(), plain_discriminator()
    generator.load_state_dict(states["generator"])
    discriminator.load_state_dict(states["discriminator"])
    character = torch.arange(5)
    write(generator, folder / "generator.onnx", {"z": torch.randn(5, LATENT), "character": character}, ["image"])
    write(discriminator, folder / "discriminator.onnx", {"image": torch.rand(5, 1, 28, 28), "character": character}, ["score"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    export(arguments.checkpoint, arguments.to)


if __name__ == "__main__":
    main()
