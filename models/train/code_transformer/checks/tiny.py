"""The tiny setting, and the stages of a run in it: each is made once, by the first check that needs it."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

from common.registry import scratch

from .. import corpus, measure

SHAPE = {"vocabulary": 512, "width": 32, "layers": 2, "heads": 2}
PHASES = [
    {"name": "induction", "steps": 8, "length": 64, "rows": 4, "repeated": 0.5, "rates": [[0, 0.02], [4, 1]]},
    {"name": "main", "steps": 8, "length": 64, "rows": 4, "repeated": 0.0625, "rates": [[0, 1], [4, 1], [8, 0.4]]},
    {"name": "long", "steps": 4, "length": 512, "rows": 2, "repeated": 0.0, "rates": [[0, 0.4], [4, 0.02]]},
]


def stage(module: str, *arguments: object) -> str:
    """Runs one module as a user does; its output."""
    result = subprocess.run([sys.executable, "-m", f"code_transformer.{module}", *map(str, arguments)], cwd=Path(__file__).parents[2],
                            capture_output=True, text=True)
    assert result.returncode == 0, f"{module} ended with {result.returncode}:\n{result.stdout[-2000:]}{result.stderr[-2000:]}"
    return result.stdout


@cache
def work() -> Path:
    """A folder with a corpus from the standard library; a quarter of its files held out."""
    folder = scratch() / "work"
    folder.mkdir()
    corpus.build(folder, {"train": {}, "valid": {}}, package_bytes=600_000, seed=1)
    lines = (folder / "train.jsonl").read_text().splitlines(keepends=True)
    (folder / "valid.jsonl").write_text("".join(lines[::4]))
    (folder / "train.jsonl").write_text("".join(line for place, line in enumerate(lines) if place % 4))
    return folder


@cache
def tokenized() -> Path:
    stage("tokenizer", "--work", work(), "--vocabulary", SHAPE["vocabulary"])
    return work()


@cache
def trained() -> Path:
    """Trained in two processes up to the last phase, and on from there in one."""
    for processes, phases in ((2, PHASES[:2]), (1, PHASES)):
        stage("train", "--work", tokenized(), "--processes", processes, "--every", 4, "--shape", json.dumps(SHAPE),
              "--phases", json.dumps(phases))
    return work()


@cache
def exported() -> Path:
    stage("export", "--work", trained())
    return work()


@cache
def measured() -> dict:
    folder = exported()
    found = measure.measure(folder, folder, windows=6, float32=folder / "model.float32.onnx", float32_windows=3)
    (folder / "measured.json").write_text(json.dumps(found, default=float))
    return found
