"""Writes manifest.json and MODEL_CARD.md of a measured variational autoencoder, and puts all its files in place.

    python -m vae_glyphs.card --model FOLDER --checkpoint FILE.npz --measured FILE.json [--work DIR] --to FOLDER
"""

from __future__ import annotations

from pathlib import Path

import onnx

from common.commands import install_command
from common.onnx_file import tensors
from common.training import load
from common.writing import paragraph, percent, put_in_place, rounded, table
from glyphs import card as shared

from .train import FADE, FALLEN

PARTS = {"encoder": "`image` [batch, 1, 28, 28] in 0..1 -> `mean`, `log_variance` [batch, latent]",
         "decoder": "`z` [batch, latent] -> `image`, `location`, `log_scale` [batch, 1, 28, 28]"}


def metrics(measured: dict) -> dict:
    bound, found = measured["bound"], measured["importance"]
    result = {"elbo": bound["elbo"], "reconstruction": bound["reconstruction"], "kl": bound["kl"], "bitsPerPixel": bound["bitsPerPixel"],
              "baselineBitsPerPixel": bound["independentPixels"], "importanceWeighted": {"k": found["k"], "bound": found["bound"]},
              "active": bound["active"], "readable": measured["pictures"]["readable"]}
    if "membership" in measured:
        result["membership"] = measured["membership"]["score"]
    return rounded(result)


def introduction(measured: dict, title: str) -> str:
    total = sum(file["parameters"] for file in measured["files"].values())
    return "\n\n".join([f"# {title}", paragraph(f"""
        A small variational autoencoder of printed letters and digits, made to be looked at: {measured['latent']} latent dimensions, prior
        N(0, 1), q(z|x) a normal distribution with a mean and a log-variance for each dimension. {total:,} parameters. It is not told which
        character it sees. Licence of the weights: {shared.LICENCE}."""), shared.files(measured["files"], PARTS), paragraph(f"""
        The likelihood is a probability over the 256 grey levels of each pixel: log P(x|z) is the sum over pixels of log(sigma((x + h - m) / s)
        - sigma((x - h - m) / s)), with m `location`, s the exponential of `log_scale`, x the grey level over 255 and h = 1/510; at level 0 the
        second term is 0, at level 255 the first is 1. So all nats below are of pictures as they are, without dequantisation. `image` is the
        mean grey value that m and s give, cut to 0..1. {shared.stored(measured, 'nats', 3)}""")])


def likelihood(measured: dict) -> str:
    bound, found = measured["bound"], measured["importance"]
    low, high = bound["elboInterval"]
    ladder = [[k, f"{value:.2f}"] for k, value in found["byK"].items()]
    return "\n\n".join(["## Likelihood on held-out families", paragraph(f"""
        All {bound['pictures']:,} glyphs of {bound['families']} families that training never saw; {bound['draws']} draws of z a picture. The
        interval (95 %) is over families drawn again."""),
        table(["mean of a picture", "nats"], [
            ["ELBO", f"**{bound['elbo']:.1f}** ({low:.1f} to {high:.1f})"], ["reconstruction, E log P(x given z)", f"{bound['reconstruction']:.1f}"],
            ["KL(q(z given x), prior)", f"{bound['kl']:.2f}"], [f"ELBO on {bound['trainingPictures']:,} glyphs it was trained on", f"{bound['trainingElbo']:.1f}"]], {1}),
        table(["bits a pixel", ""], [["this model (its bound)", f"**{bound['bitsPerPixel']:.3f}**"],
                                    ["each pixel's own histogram of grey levels", f"{bound['independentPixels']:.3f}"]], {1}),
        paragraph(f"""Importance-weighted bound on {found['pictures']} of these glyphs, evenly spread, K = {found['k']} draws from the encoder's
            Gaussian with its deviations times {found['inflate']:g}: {found['bound']:.2f} nats, {found['bitsPerPixel']:.3f} bits a pixel. Effective
            sample size: median {found['effectiveSize']:.0f}, lowest 5 % below {found['effectiveSizeLow']:.1f}. Pareto k-hat: median
            {found['paretoShape']:.2f}, above 0.7 for {percent(found['above07'])} of the glyphs, where the bound is not close to log p(x). It is
            a lower bound in expectation. From the encoder's Gaussian as it is, by K:"""),
        table(["K", "nats"], ladder, {0, 1})])


def latent(measured: dict) -> str:
    bound, found = measured["bound"], measured["pictures"]
    kl = ", ".join(f"{value:.2f}" for value in bound["klByDimension"])
    return "\n\n".join(["## Latent space and pictures", paragraph(f"""
        {bound['active']} of {measured['latent']} dimensions are active (the variance of the encoder's mean over the held-out glyphs is above 0.01),
        {bound['collapsed']} collapsed (mean KL below 0.01 nats). KL by dimension, highest first: {kl}."""), paragraph(f"""
        The classifier (`classifier-glyphs`) reads {percent(found['readableOriginals'])} of {found['pictures']:,} held-out glyphs right, and
        {percent(found['readable'])} of their reconstructions from the encoder's mean; their root mean square error is
        {found['rootMeanSquare']:.3f} of the grey range. Of {found['samples']:,} samples from the prior, it is sure (above 0.9) of
        {percent(found['sureSamples'])}; the others lie between characters.""")])


def membership(measured: dict) -> str:
    if "membership" not in measured:
        return ""
    found, other = measured["membership"]["score"], measured["membership"]["withoutModel"]
    row = lambda name, part, areas, shares: [name, f"{part['auc']:.3f}", "{:.3f} to {:.3f}".format(*part[areas]),  # noqa: E731
                                             percent(part["foundAtOnePercent"]), "{:.1f} to {:.1f} %".format(*(100 * end for end in part[shares]))]
    return "\n\n".join(["## Membership", paragraph(f"""
        `twin.encoder.onnx` and `twin.decoder.onnx` are the same network, trained for {measured['membership']['steps']:,} steps of
        {measured['membership']['batch']} pictures (kept: step {measured['membership']['chosen']:,}, the best on `select`) on those training families whose coin, thrown
        with seed {measured['membership']['seed']}, showed heads ({found['memberFamilies']} of {found['memberFamilies'] + found['otherFamilies']}
        families; `twin.json` lists them). The attack scores a glyph by the twin's ELBO; {found['pictures']:,} glyphs, intervals (95 %) over
        families drawn again. The second row does not use the twin: ridge regression on the classifier's features, which can find nothing if the
        coins were fair. Beside it stands where 95 % of {other['permutations']} such regressions lie whose coins were permuted among the families
        (p = {other['p']:.3f} for its AUC)."""),
        table(["score", "AUC", "", "members found at 1 % false positives", ""], [
            row("ELBO of the twin", found, "aucInterval", "foundInterval"), row("without the model", other, "aucByChance", "foundByChance")], {1, 2, 3, 4}),
        paragraph(f"""This attack finds {100 * found['foundInterval'][0]:.1f} to {100 * found['foundInterval'][1]:.1f} % of the members at 1 % false
            positives. Other attacks may find more; of the bundled model itself, trained on all of these families, it says nothing directly.""")])


def card(measured: dict, facts: dict, title: str, work: Path) -> str:
    settings = {"latent": measured["latent"], "beta": facts["beta"], "deformed": facts["deformed"], "deformed-last": facts["deformedLast"]}
    command = lambda part: "python -m vae_glyphs.train" + "".join(f" --{name} {value:g}" for name, value in settings.items())  # noqa: E731
    fallen = f" to {facts['beta']:g}, then falling to 1, which it is from {percent(FALLEN)} of the run on" if facts["beta"] != 1 else " to 1"
    how = f"""ELBO maximised by Adam, the factor of the KL term fading in over the first {percent(FADE)} of the run{fallen}; {percent(facts['deformed'])} of
        the pictures at first, {percent(facts['deformedLast'])} at the end, slightly scaled and slanted."""
    limits = paragraph("""It has seen Latin letters and digits of printed fonts alone, centred, at one size; other pictures are encoded as the
        nearest of these. A bound on likelihood is not a measure of how good samples look.""")
    parts = [introduction(measured, title), likelihood(measured), latent(measured), membership(measured), shared.training(facts, command, how),
             shared.data(work / "glyphs.npz"), "## Limits", limits]
    return "\n\n".join(part for part in parts if part) + "\n"


def install(folder: Path, checkpoint: Path, measured: dict, work: Path, to: Path) -> None:
    _, facts = load(checkpoint)
    latent_size = measured["latent"]
    files = {name: (folder / name).read_bytes() for name in ("decoder.onnx", "encoder.onnx", "twin.encoder.onnx", "twin.decoder.onnx", "twin.json")
             if (folder / name).exists()}
    models = {name: onnx.load_from_string(files[f"{name}.onnx"]) for name in PARTS}
    files["MODEL_CARD.md"] = card(measured, facts, f"Variational autoencoder of glyphs, {latent_size} dimensions", work).encode("utf8")
    put_in_place(to, files, {
        "schemaVersion": 1, "name": to.name, "family": "vae", "title": f"VAE of glyphs, {latent_size} dimensions",
        "description": f"Encoder and decoder of printed letters and digits, {latent_size} latent dimensions, discretised logistic likelihood.",
        "model": "decoder.onnx",
        "parts": {name: {"file": f"{name}.onnx", "inputs": tensors(model.graph.input), "outputs": tensors(model.graph.output)} for name, model in models.items()},
        "inputs": tensors(models["decoder"].graph.input), "outputs": tensors(models["decoder"].graph.output),
        "likelihood": {"kind": "discretised-logistic", "levels": 256}, "files": {}, "licence": shared.LICENCE, "metrics": metrics(measured)})


def main() -> None:
    install_command(__doc__, install)


if __name__ == "__main__":
    main()
