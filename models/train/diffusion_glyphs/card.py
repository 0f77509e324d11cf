"""Writes manifest.json, scheduler_config.json and MODEL_CARD.md of a measured diffusion model, and puts all its files in place.

    python -m diffusion_glyphs.card --model FOLDER --checkpoint FILE.npz --measured FILE.json [--work DIR] --to FOLDER
"""

from __future__ import annotations

import json
from pathlib import Path

import onnx

from common.commands import install_command
from common.onnx_file import tensors
from common.training import load
from common.writing import paragraph, percent, put_in_place, rounded, table
from glyphs import card as shared
from glyphs.dataset import LENGTH, WORDS

from .model import HEADS
from .schedule import config
from .train import DEFORMED, NO_CAPTION, NO_STYLE

TITLE = "Diffusion model of glyph pairs"
PARTS = {"model": f"`sample` [batch, 1, 28, 56], `timestep` int64 [batch] 0..999, `caption` int64 [batch, {LENGTH}] -> `v` [batch, 1, 28, 56]"}


def metrics(measured: dict) -> dict:
    return rounded({"byGuidance": {name: {key: part[key] for key in ("accuracy", "both", "frechet", "precision", "recall", "copies")}
                                   for name, part in measured["guidance"]["byGuidance"].items()},
                    "bitsPerPixel": measured["bound"]["heldOut"]["bitsPerPixel"], "ownHalf": measured["attention"]["best"]})


def introduction(measured: dict) -> str:
    total = measured["files"]["model"]["parameters"]
    return "\n\n".join([f"# {TITLE}", paragraph(f"""
        A small text-conditional diffusion model, made to be looked at: from a caption of two characters and words of style (bold, italic,
        serif, mono) it draws the two glyphs side by side, in one face. U-Net of {total:,} parameters with cross-attention at 14x28 and 7x14
        pixels and self-attention at 7x14, {HEADS} heads each; it predicts v. Words reach pixels by cross-attention alone and never each other. Pictures are in
        -1..1, ink is 1. Licence of the weights: {shared.LICENCE}."""), shared.files(measured["files"], PARTS), paragraph(f"""
        A caption is {LENGTH} ids: `<start>`, the left character, the right one, then a place for each of the four style words, `<pad>` where it
        is not said; manifest.json has the words in the order of their ids. The empty caption is `<start>` and pads. Noise: cosine schedule of
        1,000 steps, `scheduler_config.json` has it as diffusers reads it. Attention is written out (MatMul, Mul, Softmax, MatMul); each softmax
        has its layer's name, `LAYER.self_attention.weights` and `LAYER.cross_attention.weights` [batch, {HEADS}, pixels, keys].
        {shared.stored(measured, 'bits a pixel', 5)}""")])


def samples(measured: dict) -> str:
    found = measured["guidance"]
    rows = [[name, f"**{percent(part['accuracy'])}**", percent(part["both"]), f"{percent(part['left'])}, {percent(part['right'])}", percent(part["order"]),
             f"{part['frechet']:.2f}", f"{part['precision']:.3f}", f"{part['recall']:.3f}", f"{part['inkBold'] / part['inkOther']:.2f}"]
            for name, part in found["byGuidance"].items()]
    near = [[f"samples, guidance {name}", *(f"{part['nearest'][key]:.3f}" for key in ("low", "median", "high")), percent(part["copies"])]
            for name, part in found["byGuidance"].items()]
    near.append(["held-out fonts", *(f"{found['nearestHeldOut'][key]:.3f}" for key in ("low", "median", "high")), "1.0 %"])
    return "\n\n".join(["## Samples against guidance", paragraph(f"""
        {found['samples']} pictures each, {found['steps']} steps of DDIM from seed 0, nothing chosen; every character as often left as right, styles as
        held-out faces have them. The classifier (`classifier-glyphs`) reads {percent(found['accuracyHeldOut'])} of held-out glyphs right. Guidance 1 is
        the caption alone."""),
        table(["guidance", "glyphs read right", "both of a picture", "left, right", "exchanged", "Frechet", "precision", "recall", "ink, bold / other"],
              rows, set(range(1, 9))),
        paragraph("""The Frechet distance is to held-out fonts in this classifier's 128 features and compares with no other; precision and recall in the
            same, third neighbour. Distance of a glyph to the nearest one of its character among the training fonts, root mean square of the grey
            range; last, the share nearer than the nearest 1 % of held-out glyphs:"""),
        table(["", "5 %", "median", "95 %", "nearer"], near, {1, 2, 3, 4})])


def bound(measured: dict) -> str:
    own, seen = measured["bound"]["heldOut"], measured["bound"]["training"]
    return "\n\n".join(["## Likelihood", paragraph(f"""
        Variational bound on -log2 p(picture given its caption), discrete time, 1,000 steps, the posterior's variance; at the last step a logistic over the 256 grey
        levels around the predicted picture, its scale (exp of {measured['bound']['logScale']:.2f}, of the grey range) fitted on other pairs of training faces: **{own['bitsPerPixel']:.3f}** ± {own['error']:.3f} bits a pixel on {measured['bound']['pictures']} pairs of held-out faces, {seen['bitsPerPixel']:.3f} ±
        {seen['error']:.3f} on as many of training faces (mean ± standard error over pictures; {measured['bound']['draws']} timesteps
        a picture). The model was trained on the mean squared error of v at uniform timesteps, not on this bound.""")])


def attention(measured: dict) -> str:
    found = measured["attention"]
    rows = [[f"`{tap.removesuffix('.weights')}`", *(f"{score:.2f}" for score in layer["heads"]),
             *(f"{sum(layer['words'][kind]) / len(layer['words'][kind]):.2f}" for kind in ("start", "characters", "style"))]
            for tap, layer in found["layers"].items()]
    best = found["best"]
    return "\n\n".join(["## Cross-attention", paragraph(f"""
        How much of the attention that a character's word gets lies on its own half of the picture, by layer and head: mean over left and right
        character, {found['pictures']} pairs of held-out faces and timesteps {', '.join(map(str, found['timesteps']))}; an even map has 0.50. Then the
        share of a pixel's attention that goes to `<start>`, to the two characters, and to the places of style, mean over heads."""),
        table(["layer", *(f"head {head}" for head in range(HEADS)), "start", "characters", "style"], rows, set(range(1, 4 + HEADS))),
        paragraph(f"""Highest: {best['score']:.2f}, `{best['layer'].removesuffix('.weights')}`, head {best['head']}. A head may also look at the other half, or spread
            evenly; weights show where it attends, not what that does to the picture.""")])


def card(measured: dict, facts: dict, work: Path) -> str:
    command = lambda part: "python -m diffusion_glyphs.train"  # noqa: E731
    how = f"""Mean squared error of v, timesteps spread evenly; the caption left out with probability {NO_CAPTION:g}, its style words with probability
        {NO_STYLE:g}; at the beginning of a run {percent(DEFORMED)} of the pictures slightly scaled and moved, at its end none. Adam; the weights are
        an average over the last steps."""
    limits = paragraph("""It knows the 62 letters and digits, two at a time, and four words, no language. Style words are only as right as the fonts'
        own names and tables; `serif` is not said of every face that has serifs. Guided samples are sharper and less varied than fonts are.""")
    return "\n\n".join([introduction(measured), samples(measured), bound(measured), attention(measured), shared.training(facts, command, how),
                        shared.data(work / "glyphs.npz"), "## Limits", limits]) + "\n"


def install(folder: Path, checkpoint: Path, measured: dict, work: Path, to: Path) -> None:
    _, facts = load(checkpoint)
    files = {"model.onnx": (folder / "model.onnx").read_bytes(), "scheduler_config.json": (json.dumps(config(), indent=2) + "\n").encode("utf8")}
    model = onnx.load_from_string(files["model.onnx"])
    files["MODEL_CARD.md"] = card(measured, facts, work).encode("utf8")
    put_in_place(to, files, {
        "schemaVersion": 1, "name": to.name, "family": "diffusion", "title": TITLE,
        "description": "Text-conditional U-Net that draws two printed letters or digits side by side, with cross-attention.", "model": "model.onnx",
        "inputs": tensors(model.graph.input), "outputs": tensors(model.graph.output), "words": list(WORDS), "captionLength": LENGTH,
        "files": {}, "licence": shared.LICENCE, "metrics": metrics(measured)})


def main() -> None:
    install_command(__doc__, install)


if __name__ == "__main__":
    main()
