"""Command lines of the stages that every glyph model has."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from .folders import WORK


def export_command(doc: str, export: Callable[[Path, Path], None]) -> None:
    """Calls export(checkpoint, folder)."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    export(arguments.checkpoint, arguments.to)


def install_command(doc: str, install: Callable[[Path, Path, dict, Path, Path], None]) -> None:
    """Calls install(folder of the ONNX files, checkpoint, measured, folder of the data, the model's folder)."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "checkpoint", "measured", "to"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=WORK)
    arguments = parser.parse_args()
    install(arguments.model, arguments.checkpoint, json.loads(arguments.measured.read_text()), arguments.work, arguments.to)
