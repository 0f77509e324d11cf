"""What the cards of all glyph models say: the data, the training, the file sizes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from common.writing import duration, paragraph, table

from .choose import SPLITS
from .dataset import HELD_OUT

LICENCE = "MIT"


def data(path: Path) -> str:
    """The section on fonts: what is in glyphs.npz, and each package with its licence."""
    with np.load(path) as file:
        content = {name: file[name] for name in file.files if name != "images"}
    faces = Counter(SPLITS[place] for place in content["split"])
    families = {name: len(set(content["family"][content["split"] == place].tolist())) for place, name in enumerate(SPLITS)}
    rows = [[name, f"{faces[name]:,}", f"{families[name]:,}", f"{62 * faces[name]:,}"] for name in SPLITS]
    held_out = sorted({content["families"][family] for family in content["family"][content["split"] == HELD_OUT]})
    return "\n\n".join([
        "## Data",
        paragraph(f"""The 62 letters and digits of {len(content['split']):,} faces of {len(content['families'])} font families from Debian
            packages, drawn at 28x28 in 256 grey levels: one scale for a face, one baseline, each glyph centred by its ink. Faces that are
            near another, odd, or all capitals are left out. Families that share a package or have faces close to each other are one group;
            whole groups are held out. `select` chooses among checkpoints, `held out` is measured on only. A family of n faces weighs n^0.5
            in training."""),
        table(["split", "faces", "families", "glyphs"], rows, {1, 2, 3}),
        paragraph("Held out: " + ", ".join(held_out) + "."),
        *packages_by_licence(content["licences"].tolist(), content["packages"].tolist()),
        paragraph("Packages are named without `fonts-`; `models/train/glyphs/fonts.json` has their versions. The fonts are no part of the model's files."),
    ])


def packages_by_licence(licences: list[str], packages: list[str]) -> list[str]:
    """A paragraph for each licence: the packages of the faces that have it."""
    having: dict[str, set[str]] = defaultdict(set)
    for licence, package in zip(licences, packages):
        having[licence].add(package)
    return [paragraph(f"{licence}: {', '.join(name.removeprefix('fonts-') for name in sorted(names))}.") for licence, names in sorted(having.items())]


def run_of(facts: dict) -> str:
    """Steps, time and device of one run."""
    device = "a processor" if facts["device"] == "cpu" else f"one {facts['device']}"
    return f"{facts['steps']:,} steps of {facts['batch']} pictures, {duration(facts['seconds'])} of wall time on {device}, PyTorch {facts['torch']}, seed {facts['seed']}"


def commands(facts: dict, command: Callable[[dict], str]) -> str:
    """Of each run the command line, by its facts; a run goes on from the weights of the one before."""
    runs = [*facts.get("before", []), facts]
    names = [f"RUN{place}.npz" if len(runs) > 1 else "FILE.npz" for place in range(1, len(runs) + 1)]
    starts = ["", *(f" --start {name}" for name in names)]
    return "\n".join(f"{command(part)} --work DIR --out {name}{start} --seconds {round(part['seconds'])} --batch {part['batch']}"
                     for part, name, start in zip(runs, names, starts))


def training(facts: dict, command: Callable[[dict], str], how: str) -> str:
    """The section on training, from a checkpoint's facts. `command` gives a run's command, `how` says what was optimised."""
    chosen = f" The weights are those of step {facts['chosen']['step']:,}, the best on `select`." if "chosen" in facts else ""
    clocks = "".join(f" Up to step {part['until']:,} it followed a clock of {part['seconds']:,.0f} s." for part in facts.get("clocks", []) if part["seconds"])
    runs = ", then ".join(run_of(part) for part in (*facts.get("before", []), facts))
    return "\n\n".join([
        "## Training",
        f"~~~~~~sh\ncd models/train\n{commands(facts, command)}\n~~~~~~",
        paragraph(f"""{how} {runs}; other work ran beside it on the same device. Matrix products in bfloat16, all else in float32; the learning rate
            follows the clock and ends at 0.{clocks} A run ends by the clock, so the same command makes another number of steps elsewhere.{chosen}"""),
    ])


def files(found: dict[str, dict], parts: dict[str, str]) -> str:
    rows = [[f"`{name}.onnx`", parts[name], f"{file['parameters']:,}", f"{file['bytes'] / 1e6:.2f} MB"] for name, file in found.items()]
    return table(["file", "inputs and outputs", "parameters", "size"], rows, {2, 3})


def stored(measured: dict, unit: str, digits: int = 4) -> str:
    if "storage" not in measured:
        return ""
    found = measured["storage"]
    return (f"Weights of more than 256 numbers are stored as float16, all arithmetic is float32. That costs {found['cost']:+.{digits}f} {unit} "
            f"({found['float16']:.{digits}f} against {found['float32']:.{digits}f} with float32 storage, on {found['pictures']:,} pictures).")
