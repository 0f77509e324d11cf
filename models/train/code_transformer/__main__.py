"""Makes the bundled code transformer, from the text to the files of models/code-transformer.

    python -m code_transformer --work DIR [--to FOLDER]

Corpus, tokenizer, training, export, measurement, card: what DIR already holds is not made again (training goes on from its
checkpoint), so an interrupted run is taken up by the same command. Only a model that passes its gates is put in place. The fixtures
of the TypeScript tests are made again for the bundled model.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from common.folders import MODELS, WORK
from common.pipeline import python

DEFAULT_FOLDER = MODELS / "code-transformer"
FIXTURES = [Path(__file__).parents[3] / "test" / "fixtures" / name / "make.py" for name in ("code-transformer", "next-token")]


def run(module: str, *arguments: str | Path) -> None:
    """One stage as its own process, so that its memory is given back."""
    python("-m", f"code_transformer.{module}", *arguments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK, help="folder for what is made on the way (default: %(default)s)")
    parser.add_argument("--to", type=Path, default=DEFAULT_FOLDER, help="the model's folder (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="of the training (default: %(default)s)")
    arguments = parser.parse_args()
    work, folder = arguments.work.resolve(), arguments.to.resolve()
    run("corpus", "--work", work)
    if not all((work / name).exists() for name in ("tokenizer.json", "train.npy", "valid.npy")):
        run("tokenizer", "--work", work)
    run("train", "--work", work, "--processes", str(arguments.processes))
    run("export", "--work", work)
    run("measure", "--model", work, "--work", work, "--float32", work / "model.float32.onnx", "--out", work / "measured.json")
    run("card", "--work", work, "--to", folder)
    if folder == DEFAULT_FOLDER.resolve():
        for fixture in FIXTURES:
            python(fixture)
    print(f"written: {folder}")


if __name__ == "__main__":
    main()
