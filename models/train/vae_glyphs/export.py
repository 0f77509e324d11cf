"""Writes the encoder and the decoder as encoder.onnx and decoder.onnx: python -m vae_glyphs.export --checkpoint FILE.npz --to FOLDER"""

from __future__ import annotations

from pathlib import Path

import torch

from common.commands import export_command
from common.parts import write
from common.training import load

from .model import Vae


def export(checkpoint: Path, folder: Path, prefix: str = "") -> None:
    states, facts = load(checkpoint)
    model = Vae(facts["latent"])
    model.encoder.load_state_dict(states["encoder"])
    model.decoder.load_state_dict(states["decoder"])
    write(model.encoder, folder / f"{prefix}encoder.onnx", {"image": torch.rand(5, 1, 28, 28)}, ["mean", "log_variance"])
    write(model.decoder, folder / f"{prefix}decoder.onnx", {"z": torch.randn(5, facts["latent"])}, ["image", "location", "log_scale"])


def main() -> None:
    export_command(__doc__, export)


if __name__ == "__main__":
    main()
