"""Makes the pictures that the glyph models learn from.

    python -m glyphs --work DIR [--processes 2]

Downloads the packages of fonts.json into DIR/debs, draws the faces that have all 62 letters and digits, drops those that are near
another, all capitals or odd, holds whole families out, and writes DIR/glyphs.npz. The same fonts and versions give the same file;
its checksum is printed.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np

from common.folders import WORK

from . import choose, faces, fonts
from .dataset import checksum

SEED = 1


def read(folder: Path, package: fonts.Package) -> list[faces.Face]:
    found = []
    for path, content in fonts.font_files(fonts.download(package, folder)):
        found += faces.read(package.package, path, content)
    return found


def arrays(taken: list[faces.Face], licences: dict[str, str], seed: int = SEED) -> dict[str, np.ndarray]:
    """What glyphs.npz holds, a row a face; `family` numbers `families`, `weight` is the share of a face in training."""
    families = sorted({face.family for face in taken})
    sizes = Counter(face.family for face in taken)
    groups = choose.groups_of(taken)
    weight = np.array([sizes[face.family] ** -0.5 for face in taken])
    return {
        "images": np.stack([face.images for face in taken]),
        "family": np.array([families.index(face.family) for face in taken], dtype=np.int64),
        "families": np.array(families),
        "group": np.array(groups),
        "split": choose.split(groups, seed),
        "styles": np.array([face.styles for face in taken]),
        "weight": weight / weight.sum(),
        "names": np.array([face.name for face in taken]),
        "packages": np.array([face.package for face in taken]),
        "licences": np.array([licences[face.package] for face in taken]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    packages = fonts.packages()
    with multiprocessing.Pool(arguments.processes) as pool:
        found = [face for part in pool.imap(partial(read, arguments.work / "debs"), packages) for face in part]
    taken, counts = choose.choose(found)
    content = arrays(taken, {package.package: package.licence for package in packages})
    content["dropped"] = np.array([f"{name}: {count}" for name, count in counts.items()])
    np.savez_compressed(arguments.work / "glyphs.npz", **content)
    splits = Counter(choose.SPLITS[place] for place in content["split"])
    print(f"{counts}, kept {len(taken)} faces of {len(content['families'])} families, {len(set(content['group']))} groups: {dict(splits)}")
    print(f"{Counter(content['licences'].tolist())}")
    print(f"sha256 of the content: {checksum(content)}")


if __name__ == "__main__":
    main()
