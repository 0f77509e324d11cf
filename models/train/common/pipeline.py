"""From fonts to the files of a model, each stage a process of its own; what is there already is not made again."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from .folders import MODELS, WORK

TRAIN = Path(__file__).parents[1]


def python(*arguments: str | Path) -> None:
    command = [str(argument) for argument in arguments]
    print("+ python", *command, flush=True)
    result = subprocess.run([sys.executable, *command], cwd=TRAIN)
    if result.returncode != 0:
        sys.exit(f"stopped: python {' '.join(command)} ended with {result.returncode}")


def arguments_of(doc: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK, help="folder for what is made on the way (default: %(default)s)")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the models' folders (default: %(default)s)")
    parser.add_argument("--device", default="cpu", help="for training (default: %(default)s)")
    parser.add_argument("--steps", type=int, help="of the training, at most")
    parser.add_argument("--seconds", type=float, help="of the training, at most")
    parser.add_argument("--batch", type=int, help="pictures a step")
    parser.add_argument("--size", type=float, default=1.0, help="share of the usual samples to measure (default: %(default)s)")
    return parser


def train(module: str, name: str, arguments: argparse.Namespace, *settings: str) -> Path:
    """The checkpoint DIR/NAME.npz, trained unless it is there."""
    work = arguments.work.resolve()
    if not (work / "glyphs.npz").exists():
        python("-m", "glyphs", "--work", work)
    checkpoint = work / f"{name}.npz"
    if not checkpoint.exists():
        limits = [part for key in ("steps", "seconds", "batch") if (value := getattr(arguments, key)) is not None for part in (f"--{key}", str(value))]
        python("-m", f"{module}.train", "--work", work, "--out", checkpoint, "--device", arguments.device, *limits, *settings)
    return checkpoint


def finish(module: str, name: str, arguments: argparse.Namespace, checkpoint: Path) -> None:
    """Exports, measures and, if it passes its gates, puts in place."""
    work, models = arguments.work.resolve(), arguments.models.resolve()
    folder, measured = work / name, work / f"{name}.json"
    python("-m", f"{module}.export", "--checkpoint", checkpoint, "--to", folder)
    judge = [] if module == "classifier_glyphs" else ["--classifier", models / "classifier-glyphs"]
    python("-m", f"{module}.measure", "--model", folder, "--work", work, "--size", str(arguments.size), "--out", measured, *judge)
    python("-m", f"{module}.card", "--model", folder, "--checkpoint", checkpoint, "--measured", measured, "--work", work, "--to", models / name)
    print(f"written: {models / name}")
