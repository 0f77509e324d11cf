"""Puts a part of the glyphs into the repository: what the models' views and checks are shown with.

    python -m glyphs.bundle [--work DIR] [--to FOLDER] [--train-faces 1] [--held-out-faces N]

Reads DIR/glyphs.npz and writes FOLDER/glyphs.npz, dataset.json and DATA_CARD.md. Of each training family the plainest face is taken, so
that every family has its place among the training examples; of the held-out families all faces, unless told otherwise, so that what the
cards say of them can be measured again. The families that chose among checkpoints are left out. The same data gives the same files.
"""

from __future__ import annotations

import argparse
import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from common.folders import MODELS, WORK
from common.writing import paragraph, put_in_place, table

from . import fonts
from .card import packages_by_licence
from .choose import SPLITS
from .dataset import CLASSES, HELD_OUT, TRAIN, checksum
from .faces import CHARACTERS, SIDE, STYLES

LARGEST = 1_850_000  # bytes of the pictures; all models together may have 24 MB
BOLD, ITALIC = STYLES.index("bold"), STYLES.index("italic")


def plainest_first(content: dict[str, np.ndarray], split: int, most: int | None) -> list[int]:
    """Places of the faces of a split that are taken, in their order: of each family at most `most`, upright and regular ones first."""
    places = np.flatnonzero(content["split"] == split)
    styled = content["styles"][:, [BOLD, ITALIC]].sum(axis=1)
    taken: Counter[int] = Counter()
    chosen = []
    for place in sorted(places.tolist(), key=lambda place: (styled[place], place)):
        family = int(content["family"][place])
        if most is None or taken[family] < most:
            taken[family] += 1
            chosen.append(place)
    return sorted(chosen)


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    """A .npz file, deflated as far as zlib does, with nothing in it that tells when it was made."""
    tape = io.BytesIO()
    with zipfile.ZipFile(tape, "w") as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")
            archive.writestr(entry, member.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return tape.getvalue()


def glyphs(content: dict[str, np.ndarray], chosen: list[int]) -> bytes:
    """Every glyph of the chosen faces. Its picture stands column by column: upright stems repeat a column, and deflate finds that."""
    images = content["images"][chosen].reshape(-1, SIDE, SIDE)
    return packed({
        "columns": np.ascontiguousarray(images.transpose(0, 2, 1)),
        "character": np.tile(np.arange(CLASSES, dtype=np.uint8), len(chosen)),
        "face": np.repeat(np.arange(len(chosen), dtype=np.uint16), CLASSES),
    })


def described(content: dict[str, np.ndarray], chosen: list[int]) -> dict:
    """dataset.json: what the numbers of glyphs.npz stand for."""
    numbers = sorted({int(content["family"][place]) for place in chosen})
    used = {content["packages"][place] for place in chosen}
    listed = [package for package in fonts.packages() if package.package in used]
    versions = {package.package: package.version for package in listed}
    licences = dict(zip(content["packages"].tolist(), content["licences"].tolist()))
    return {
        "schemaVersion": 1, "name": "glyphs", "family": "data", "title": "Glyphs of fonts",
        "description": f"The {CLASSES} letters and digits of {len(chosen)} faces of {len(numbers)} font families, {SIDE}x{SIDE} in 256 grey levels, 255 is ink.",
        "data": "glyphs.npz", "count": CLASSES * len(chosen), "shape": [1, SIDE, SIDE], "levels": 256, "characters": CHARACTERS,
        "families": [str(content["families"][number]) for number in numbers],
        "faces": [{"name": str(content["names"][place]), "family": numbers.index(int(content["family"][place])), "split": SPLITS[content["split"][place]],
                   "package": str(content["packages"][place])} for place in chosen],
        "packages": {name: {"version": versions.get(name, "unknown"), "licence": licences[name]} for name in sorted(used)},
        "source": {"faces": len(content["split"]), "sha256": checksum(content)},
        "files": {},
    }


def card(content: dict[str, np.ndarray], chosen: list[int], described: dict, size: int) -> str:
    rows = []
    for split in (TRAIN, HELD_OUT):
        own = [place for place in chosen if content["split"][place] == split]
        families = {int(content["family"][place]) for place in own}
        whole = int((content["split"] == split).sum())
        rows.append([SPLITS[split], f"{len(own):,} of {whole:,}", f"{len(families):,}", f"{CLASSES * len(own):,}"])
    taken = {name: content[name][chosen] for name in ("packages", "licences")}
    return "\n\n".join([
        f"# {described['title']}",
        paragraph(f"""A part of what the glyph models learned from and are measured on: the {CLASSES} letters and digits of {len(chosen):,} faces of
            {len(described['families']):,} font families from Debian packages, drawn at {SIDE}x{SIDE} in 256 grey levels (255 is ink), exactly as
            they were. Of each training family there is its plainest face, so that each has a nearest training example here; `held out` are
            families that no model was trained on. Those that chose among checkpoints are left out."""),
        table(["split", "faces", "families", "glyphs"], rows, {1, 2, 3}),
        paragraph(f"""`glyphs.npz` ({size / 1e6:.2f} MB): `columns` [glyphs, column, row] uint8 has the pictures column by column (transpose the last two
            axes to see them), `character` [glyphs] a place in `characters` of `dataset.json`, `face` [glyphs] a place in its `faces`, which have
            their names, families, splits and packages."""),
        paragraph(f"""Made by `python -m glyphs` and `python -m glyphs.bundle` in `models/train`. The data set that it is taken from has
            {described['source']['faces']:,} faces; sha256 of its content: `{described['source']['sha256']}`."""),
        "## Licences of the fonts",
        *packages_by_licence(taken["licences"].tolist(), taken["packages"].tolist()),
        paragraph("Packages are named without `fonts-`; `dataset.json` has their versions. The files hold pictures of glyphs, no fonts."),
        "## Limits",
        paragraph("""Latin letters and digits of printed fonts alone, centred, one scale a face. Faces are free fonts that Debian has, and no sample of
            the fonts in use; one face of a training family says little of the others."""),
    ]) + "\n"


def bundle(work: Path, to: Path, train_faces: int | None, held_out_faces: int | None, largest: int = LARGEST) -> str:
    """Writes the files and says what is in them. Raises ValueError where the pictures would be too large."""
    with np.load(work / "glyphs.npz") as file:
        content = {name: file[name] for name in file.files}
    chosen = [*plainest_first(content, TRAIN, train_faces), *plainest_first(content, HELD_OUT, held_out_faces)]
    pictures = glyphs(content, chosen)
    if len(pictures) > largest:
        raise ValueError(f"glyphs.npz would have {len(pictures):,} bytes for {len(chosen)} faces, it may have {largest:,}: take fewer faces of a family")
    facts = described(content, chosen)
    files = {"glyphs.npz": pictures, "DATA_CARD.md": card(content, chosen, facts, len(pictures)).encode("utf8")}
    put_in_place(to, files, facts, "dataset.json")
    return f"{facts['count']:,} glyphs of {len(chosen)} faces: {len(pictures):,} bytes"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--to", type=Path, default=MODELS / "glyphs")
    parser.add_argument("--train-faces", type=int, default=1, help="most faces of a training family (default: %(default)s)")
    parser.add_argument("--held-out-faces", type=int, help="most faces of a held-out family (default: all)")
    arguments = parser.parse_args()
    print(bundle(arguments.work, arguments.to, arguments.train_faces, arguments.held_out_faces))


if __name__ == "__main__":
    main()
