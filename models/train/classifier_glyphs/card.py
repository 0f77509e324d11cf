"""Writes classifier.json and MODEL_CARD.md of the measured classifier, and puts all its files in place.

    python -m classifier_glyphs.card --model FOLDER --checkpoint FILE.npz --measured FILE.json [--work DIR] --to FOLDER

It is no generative model: its folder has no manifest.json, so it is not offered among the models.
"""

from __future__ import annotations

from pathlib import Path

import onnx

from common.commands import install_command
from common.onnx_file import tensors
from common.training import load
from common.writing import paragraph, percent, put_in_place, rounded, table
from glyphs import card as shared
from glyphs.dataset import CHARACTERS

TITLE = "Classifier of glyphs"
PARTS = {"model": "`image` [batch, 1, 28, 28] in 0..1, ink is 1 -> `logits` [batch, 62], `features` [batch, 128]"}


def card(measured: dict, facts: dict, work: Path) -> str:
    low, high = measured["accuracyInterval"]
    rows = [[f"`{found['shown']}`", f"`{found['read']}`", percent(found["share"])] for found in measured["confusions"]]
    introduction = "\n\n".join([f"# {TITLE}", paragraph(f"""
        Which of 62 printed letters and digits a picture shows. It judges the samples of the glyph models, which did not learn from it, and
        its features are where their distances are taken. Classes are A to Z, a to z, 0 to 9. Licence of the weights: {shared.LICENCE}."""),
        shared.files(measured["files"], PARTS)])
    accuracy = "\n\n".join(["## Accuracy on held-out families", paragraph(f"""
        **{percent(measured['accuracy'])}** of {measured['pictures']:,} glyphs of {measured['families']} families that training never saw (95 %
        interval over families drawn again: {100 * low:.1f} to {100 * high:.1f} %); {percent(measured['accuracyWithoutCase'])} where a capital
        and its small letter count as one. Most frequent mistakes:"""),
        table(["shown", "read as", "share of the shown"], rows, {2}),
        paragraph("""Some faces draw different characters alike (I and l, O and 0, capitals and small letters of one shape): no classifier of
            single glyphs gets these right.""")])
    how = """Cross-entropy with targets smoothed by 0.05, on glyphs scaled, slanted and moved a little, with noise; Adam with weight decay 0.05."""
    limits = paragraph("""What it reads is evidence that a sample looks like a character to it, not that a person reads it so; blots may get high
        odds. Its features compare glyphs with glyphs, no other pictures.""")
    command = lambda part: "python -m classifier_glyphs.train"  # noqa: E731
    return "\n\n".join([introduction, accuracy, shared.training(facts, command, how), shared.data(work / "glyphs.npz"), "## Limits", limits]) + "\n"


def install(folder: Path, checkpoint: Path, measured: dict, work: Path, to: Path) -> None:
    _, facts = load(checkpoint)
    files = {"model.onnx": (folder / "model.onnx").read_bytes()}
    model = onnx.load_from_string(files["model.onnx"])
    files["MODEL_CARD.md"] = card(measured, facts, work).encode("utf8")
    put_in_place(to, files, {
        "schemaVersion": 1, "name": to.name, "family": "classifier", "title": TITLE, "description": "Reads printed letters and digits.",
        "model": "model.onnx", "inputs": tensors(model.graph.input), "outputs": tensors(model.graph.output), "classes": list(CHARACTERS), "files": {},
        "licence": shared.LICENCE, "metrics": rounded({"accuracy": measured["accuracy"], "accuracyWithoutCase": measured["accuracyWithoutCase"]}),
    }, "classifier.json")


def main() -> None:
    install_command(__doc__, install)


if __name__ == "__main__":
    main()
