"""Writes manifest.json and MODEL_CARD.md of a measured GAN, and puts all its files in place.

    python -m gan_glyphs.card --model FOLDER --checkpoint FILE.npz --measured FILE.json [--work DIR] --to FOLDER
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

from .train import MOVE, PENALTY_EVERY

TITLE = "GAN of glyphs"
PARTS = {"generator": "`z` [batch, 64] from N(0, 1), `character` int64 [batch] -> `image` [batch, 1, 28, 28] in 0..1",
         "discriminator": "`image`, `character` -> `score` [batch], higher for what looks real"}


def loss_of(facts: dict) -> str:
    if facts["loss"] == "spectral":
        return "Hinge loss; all weights of the discriminator had spectral norm 1, and are stored so."
    penalties = [*dict.fromkeys(f"{part['penalty']:g}" for part in (*facts.get("before", []), facts))]
    return f"""Non-saturating logistic loss; gradient penalty on real pictures (R1: half of {', then of '.join(penalties)} times the mean squared slope,
        every {PENALTY_EVERY} steps)."""


def diversity_of(facts: dict) -> str:
    weight = facts.get("diversity", 0)
    last = " in the last run" if facts.get("before") and not any(part.get("diversity", 0) for part in facts["before"]) else ""
    return f""" The generator also pays{last} {weight:g} times what the mean distance between two of its pictures of one character lacks of that between
        training fonts.""" if weight else ""


def metrics(measured: dict) -> dict:
    names = ("accuracy", "accuracyHeldOut", "covered", "frechet", "frechetTraining", "precision", "recall", "diversity", "diversityHeldOut", "copies")
    twin = {"membership": {name: measured["membership"][name] for name in ("score", "nearness")}} if "membership" in measured else {}
    return rounded({name: measured[name] for name in names} | twin)


def membership(measured: dict) -> str:
    if "membership" not in measured:
        return ""
    twin = measured["membership"]
    score, nearness, other = twin["score"], twin["nearness"], twin["withoutModel"]
    row = lambda name, part, areas, shares: [name, f"{part['auc']:.3f}", "{:.3f} to {:.3f}".format(*part[areas]),  # noqa: E731
                                             percent(part["foundAtOnePercent"]), "{:.1f} to {:.1f} %".format(*(100 * end for end in part[shares]))]
    found = lambda part: "{:.1f} to {:.1f} %".format(*(100 * end for end in part["foundInterval"]))  # noqa: E731
    return "\n\n".join(["## Membership", paragraph(f"""
        A twin, the same networks trained for {twin['steps']:,} steps of {twin['batch']} pictures on those training families whose coin, thrown with
        seed {twin['seed']}, showed heads ({score['memberFamilies']} of {score['memberFamilies'] + score['otherFamilies']} families), is attacked; its
        weights are not among these files (`--loss {twin['loss']} --penalty {twin['penalty']:g} --diversity {twin['diversity']:g} --slanted
        {twin['slanted']:g}`). {percent(twin['accuracy'])} of its samples are read as their character. Two attacks score a glyph: by the
        twin's discriminator, as its character, and by how near the nearest of {twin['samples']:,} samples of the twin, of that character, is.
        {score['pictures']:,} glyphs, intervals (95 %) over families drawn again. The third row does not use the twin: ridge regression on the
        classifier's features, which can find nothing if the coins were fair. Beside it stands where 95 % of {other['permutations']} such
        regressions lie whose coins were permuted among the families (p = {other['p']:.3f} for its AUC)."""),
        table(["score", "AUC", "", "members found at 1 % false positives", ""], [
            row("discriminator of the twin (white box)", score, "aucInterval", "foundInterval"),
            row("nearness to the nearest sample (black box)", nearness, "aucInterval", "foundInterval"),
            row("without the model", other, "aucByChance", "foundByChance")], {1, 2, 3, 4}),
        paragraph(f"""The discriminator's score finds {found(score)} of the members at 1 % false positives, nearness to samples {found(nearness)}. Other
            attacks may find more; of the bundled model itself, trained on all of these families, it says nothing directly.""")])


def samples(measured: dict) -> str:
    m = measured
    worst = ", ".join(f"{name} {percent(value)}" for name, value in m["worst"].items())
    return "\n\n".join(["## Samples", paragraph(f"""
        {m['samples']:,} samples, {m['each']} of each character, z from N(0, 1), nothing chosen, judged by the classifier (`classifier-glyphs`) and
        in its features; {m['heldOut']:,} glyphs of held-out families beside them, and as many of the training families, which is what a
        perfect copy of the training data would get."""),
        table(["", "samples", "training fonts", "held-out fonts"], [
            ["read as their character", f"**{percent(m['accuracy'])}**", "", percent(m["accuracyHeldOut"])],
            ["characters of which at least half are read", f"{m['covered']} of 62", "", ""],
            ["Frechet distance to held-out fonts, classifier features", f"**{m['frechet']:.2f}**", f"{m['frechetTraining']:.2f}", ""],
            ["precision", f"{m['precision']:.3f}", f"{m['precisionTraining']:.3f}", ""],
            ["recall", f"{m['recall']:.3f}", f"{m['recallTraining']:.3f}", ""],
            ["distance between two of one character", f"{m['diversity']:.3f}", "", f"{m['diversityHeldOut']:.3f}"]], {1, 2, 3}),
        paragraph(f"""Distances between pictures are root mean squares over pixels, of the grey range. The Frechet distance is in this
            classifier's 128 features and compares with no other. Precision and recall take the third neighbour. Least readable: {worst}.""")])


def copies(measured: dict) -> str:
    own, other = measured["nearest"], measured["nearestHeldOut"]
    row = lambda name, part: [name, *(f"{part[key]:.3f}" for key in ("low", "median", "high"))]  # noqa: E731
    scores = measured["scores"]
    return "\n\n".join(["## Nearness to the training fonts", paragraph("""
        Distance of a picture to the nearest glyph of its character among the training fonts:"""),
        table(["", "5 %", "median", "95 %"], [row("samples", own), row("held-out fonts", other)], {1, 2, 3}),
        paragraph(f"""{percent(measured['copies'])} of the samples are nearer than the nearest 1 % of held-out glyphs are. The discriminator's mean
            score: {scores['samples']['mean']:.2f} for samples, {scores['training']['mean']:.2f} for training fonts, {scores['heldOut']['mean']:.2f} for
            held-out fonts (standard deviations {scores['samples']['deviation']:.2f}, {scores['training']['deviation']:.2f},
            {scores['heldOut']['deviation']:.2f}).""")])


def card(measured: dict, facts: dict, work: Path) -> str:
    total = sum(file["parameters"] for file in measured["files"].values())
    introduction = "\n\n".join([f"# {TITLE}", paragraph(f"""
        A small generative adversarial network of printed letters and digits, made to be looked at: the generator draws the character it is
        told, in a style that z chooses; the discriminator that it was trained against is there too. {total:,} parameters. `character`
        counts A to Z, a to z, 0 to 9 from 0 to {len(CHARACTERS) - 1}. Ink is 1. Licence of the weights: {shared.LICENCE}."""),
        shared.files(measured["files"], PARTS), paragraph("""Weights of more than 256 numbers are stored as float16, all arithmetic is float32;
        the numbers below are measured on the files as they are.""")])
    command = lambda part: f"python -m gan_glyphs.train --loss {facts['loss']} --penalty {part['penalty']:g} --diversity {part.get('diversity', 0):g} --slanted {facts['slanted']:g}"  # noqa: E731
    how = f"""{loss_of(facts)}{diversity_of(facts)} One step of the discriminator a step of the generator, Adam; real and generated pictures both moved
        by up to {MOVE} pixels, {percent(facts['slanted'])} of them also scaled and slanted, before the discriminator sees them. The generator's weights are an
        average over its last steps."""
    limits = paragraph("""It has seen Latin letters and digits of printed fonts alone. That every character is drawn is what it was told to do;
        whether styles vary within a character is the distance above. The discriminator's score is no probability, and means nothing for
        pictures that are unlike what it saw.""")
    parts = [introduction, samples(measured), copies(measured), membership(measured), shared.training(facts, command, how),
             shared.data(work / "glyphs.npz"), "## Limits", limits]
    return "\n\n".join(part for part in parts if part) + "\n"


def install(folder: Path, checkpoint: Path, measured: dict, work: Path, to: Path) -> None:
    _, facts = load(checkpoint)
    files = {f"{name}.onnx": (folder / f"{name}.onnx").read_bytes() for name in PARTS}
    models = {name: onnx.load_from_string(files[f"{name}.onnx"]) for name in PARTS}
    files["MODEL_CARD.md"] = card(measured, facts, work).encode("utf8")
    put_in_place(to, files, {
        "schemaVersion": 1, "name": to.name, "family": "gan", "title": TITLE,
        "description": "Class-conditional generator and discriminator of printed letters and digits.", "model": "generator.onnx",
        "parts": {name: {"file": f"{name}.onnx", "inputs": tensors(model.graph.input), "outputs": tensors(model.graph.output)} for name, model in models.items()},
        "classes": list(CHARACTERS), "inputs": tensors(models["generator"].graph.input), "outputs": tensors(models["generator"].graph.output),
        "loss": facts["loss"], "files": {}, "licence": shared.LICENCE, "metrics": metrics(measured)})


def main() -> None:
    install_command(__doc__, install)


if __name__ == "__main__":
    main()
