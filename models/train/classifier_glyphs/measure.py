"""Measures the exported classifier on the held-out families, from its ONNX file alone.

    python -m classifier_glyphs.measure --model FOLDER [--work DIR] [--out FILE]

Prints every number, writes them as JSON, and ends with 1 if a gate fails:
  accuracy   on held-out families >= 0.85
  size       of model.onnx <= 1 MB
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from common.measuring import family_interval, finish, gate, parser_of, step
from common.onnx_file import describe
from common.parts import Part
from glyphs import dataset
from glyphs.measured import pictures


def measure(folder: Path, work: Path) -> dict:
    held_out = pictures(work / "glyphs.npz", dataset.HELD_OUT)
    step("accuracy")
    found = Part(folder / "model.onnx")(held_out.levels[:, None] / 255)[0].argmax(axis=1)
    right = found == held_out.character
    folded = np.array([dataset.CHARACTERS.lower().index(character) for character in dataset.CHARACTERS.lower()])
    pairs, counts = np.unique(np.stack([held_out.character, found])[:, ~right], axis=1, return_counts=True)
    order = np.argsort(-counts)[:10]
    measured = {
        "files": {"model": describe(folder / "model.onnx")}, "pictures": len(right), "families": len(np.unique(held_out.family)),
        "accuracy": right.mean(), "accuracyInterval": family_interval(right, held_out.family),
        "accuracyWithoutCase": (folded[found] == folded[held_out.character]).mean(),
        "confusions": [{"shown": dataset.CHARACTERS[shown], "read": dataset.CHARACTERS[read], "share": count / (held_out.character == shown).sum()}
                       for shown, read, count in zip(*pairs[:, order], counts[order])],
    }
    measured["gates"] = [gate("accuracy", measured["accuracy"], ">=", 0.85), gate("size", measured["files"]["model"]["bytes"] / 1e6, "<=", 1.0)]
    return measured


def main() -> None:
    arguments = parser_of(__doc__).parse_args()
    finish(measure(arguments.model, arguments.work), arguments.out)


if __name__ == "__main__":
    main()
