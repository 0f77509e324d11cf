"""What measurements share: the command line, gates, intervals over families."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from .folders import MODELS, WORK


def parser_of(doc: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder of the ONNX files")
    parser.add_argument("--work", type=Path, default=WORK, help="folder of glyphs.npz (default: %(default)s)")
    parser.add_argument("--classifier", type=Path, default=MODELS / "classifier-glyphs", help="folder of the classifier (default: %(default)s)")
    parser.add_argument("--size", type=float, default=1.0, help="share of the usual numbers of samples (default: %(default)s)")
    parser.add_argument("--out", type=Path, help="write the numbers here as JSON")
    return parser


def gate(name: str, value: float, relation: str, bound: float) -> dict:
    return {"gate": name, "value": value, "relation": relation, "bound": bound, "passed": bool(value >= bound if relation == ">=" else value <= bound)}


def finish(measured: dict, out: Path | None) -> None:
    """Prints and writes what was measured; ends with 1 if a gate failed."""
    text = json.dumps(measured, indent=1, default=float)
    if out:
        out.write_text(text + "\n")
    print(text)
    for found in measured["gates"]:
        print(f"{'passed' if found['passed'] else 'FAILED'}: {found['gate']} {found['value']:.3f}, wanted {found['relation']} {found['bound']:.3f}")
    sys.exit(0 if all(found["passed"] for found in measured["gates"]) else 1)


def measure_command(doc: str, measure: Callable[[Path, Path, Path, float], dict]) -> None:
    """Calls measure(folder of the ONNX files, folder of the data, folder of the classifier, share of the usual samples)."""
    arguments = parser_of(doc).parse_args()
    finish(measure(arguments.model, arguments.work, arguments.classifier, arguments.size), arguments.out)


def step(what: str) -> None:
    torch.set_num_threads(1)
    print(f"measuring {what}", file=sys.stderr, flush=True)


def family_interval(values: np.ndarray, family: np.ndarray, draws: int = 1000, seed: int = 0) -> list[float]:
    """95 % interval of the mean of values [N] when whole families are drawn again."""
    families = np.unique(family)
    sums = np.array([values[family == one].sum() for one in families])
    counts = np.array([(family == one).sum() for one in families])
    drawn = np.random.default_rng(seed).integers(len(families), size=(draws, len(families)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    return np.quantile(means, [0.025, 0.975]).tolist()


def spread(count: int, wanted: int) -> np.ndarray:
    """`wanted` of `count` places, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, wanted)).round().astype(int))
