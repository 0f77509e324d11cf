"""Measures an exported variational autoencoder, from its ONNX files alone.

    python -m vae_glyphs.measure --model FOLDER [--work DIR] [--out FILE]

FOLDER holds encoder.onnx and decoder.onnx; with encoder.float32.onnx and decoder.float32.onnx beside them what float16 storage costs is
measured too, with twin.encoder.onnx, twin.decoder.onnx and twin.json the audit of membership. Prints every number, writes them as
JSON, and ends with 1 if a gate fails:
  bits       ELBO on held-out families, bits a pixel <= that of independent pixels x 0.75 (0.95 with two dimensions)
  readable   share of held-out glyphs that the classifier still reads from their reconstruction >= 0.75 (0.1 with two dimensions)
  active     active dimensions >= half of the latent
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from common.measuring import family_interval, gate, measure_command, spread, step
from common.membership import audit, audit_without_model
from common.onnx_file import describe
from common.parts import Part
from glyphs import dataset
from glyphs.measured import Pictures, pictures

from . import likelihood
from .model import NATS_TO_BITS

DRAWS = 4  # of z for the ELBO
K, INFLATE = 500, 1.1
LADDER = (1, 10, 100, 500)
READABLE = {2: 0.1}
BITS = {2: 0.95}  # of those of independent pixels


def independent_pixels(train: np.ndarray, levels: np.ndarray) -> float:
    """Bits a pixel of a model in which each pixel has its own histogram of grey levels, each level counted once more."""
    columns = train.reshape(len(train), -1)
    bits = 0.0
    for pixel, column in enumerate(levels.reshape(len(levels), -1).T):
        counts = np.bincount(columns[:, pixel], minlength=256) + 1.0
        bits -= np.log2(counts / counts.sum())[column].sum()
    return bits / levels.size


def measure_bound(files: likelihood.Files, held_out: Pictures, train: Pictures, size: float) -> tuple[dict, dict]:
    found = likelihood.elbo(files, held_out.levels, DRAWS, seed=0)
    total = found["reconstruction"] - found["kl"].sum(axis=1)
    some = train.some(spread(len(train.levels), int(2000 * size)))
    seen = likelihood.elbo(files, some.levels, DRAWS, seed=0)
    return {
        "pictures": len(held_out.levels), "families": len(np.unique(held_out.family)), "draws": DRAWS,
        "elbo": total.mean(), "elboInterval": family_interval(total, held_out.family), "reconstruction": found["reconstruction"].mean(),
        "kl": found["kl"].sum(axis=1).mean(), "bitsPerPixel": -total.mean() * NATS_TO_BITS,
        "trainingElbo": (seen["reconstruction"] - seen["kl"].sum(axis=1)).mean(), "trainingPictures": len(some.levels),
        "independentPixels": independent_pixels(train.levels, held_out.levels),
    } | likelihood.latent_use(found["kl"], found["mean"]), found


def measure_importance(files: likelihood.Files, held_out: Pictures, size: float) -> dict:
    """The importance-weighted bound on some held-out pictures, beside the ELBO from the same draws' numbers."""
    some = held_out.some(spread(len(held_out.levels), int(248 * size)))
    weights = likelihood.importance_weights(files, some.levels, K, INFLATE, seed=1)
    size_of = likelihood.effective_size(weights)
    shapes = np.array([likelihood.pareto_shape(row) for row in weights])
    plain = likelihood.importance_weights(files, some.levels, max(LADDER), 1.0, seed=2)
    ladder = {}
    for count in LADDER:
        # All draws are used: a bound of few draws is the mean over their groups.
        groups = plain.reshape(len(plain), -1, count)
        ladder[str(count)] = likelihood.log_mean_exp(groups).mean()
    return {"pictures": len(some.levels), "k": K, "inflate": INFLATE, "bound": likelihood.log_mean_exp(weights).mean(),
            "bitsPerPixel": -likelihood.log_mean_exp(weights).mean() * NATS_TO_BITS, "effectiveSize": float(np.median(size_of)),
            "effectiveSizeLow": float(np.quantile(size_of, 0.05)), "paretoShape": float(np.median(shapes)), "above07": float((shapes > 0.7).mean()),
            "byK": ladder}


def measure_pictures(files: likelihood.Files, classifier: Part, held_out: Pictures, found: dict, latent: int, size: float) -> dict:
    """What the classifier reads from reconstructions (z at the encoder's mean), from the pictures themselves, and from samples."""
    rows = spread(len(held_out.levels), int(4000 * size))
    some = held_out.some(rows)
    reconstructed = files.decoder(found["mean"][rows])[0]
    read = lambda images: classifier(images)[0].argmax(axis=1)  # noqa: E731
    sampled = files.decoder(np.random.default_rng(0).standard_normal((int(1000 * size), latent)).astype(np.float32))[0]
    logits = classifier(sampled)[0]
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    sure = (odds / odds.sum(axis=1, keepdims=True)).max(axis=1)
    return {"pictures": len(rows), "readable": float((read(reconstructed) == some.character).mean()),
            "readableOriginals": float((read(some.levels[:, None] / 255) == some.character).mean()),
            "rootMeanSquare": float(np.sqrt(((reconstructed[:, 0] - some.levels / 255) ** 2).mean())),
            "samples": len(sampled), "sureSamples": float((sure > 0.9).mean())}


def measure_twin(folder: Path, classifier: Part, train: Pictures, families: list[str], size: float) -> dict:
    """The audit: the twin's ELBO on all training families, of which it learned from those in twin.json."""
    facts = json.loads((folder / "twin.json").read_text())
    members = set(facts["members"])
    some = train.some(spread(len(train.levels), int(8000 * size)))
    member = np.array([families[family] in members for family in some.family])
    files = likelihood.Files(folder, prefix="twin.")
    found = likelihood.elbo(files, some.levels, DRAWS, seed=0)
    features = classifier(some.levels[:, None] / 255)[1]
    return {"seed": facts["coins"], "steps": facts["steps"], "batch": facts["batch"], "chosen": facts["chosen"]["step"],
            "score": audit(found["reconstruction"] - found["kl"].sum(axis=1), member, some.family),
            "withoutModel": audit_without_model(features, member, some.family)}


def measure(folder: Path, work: Path, classifier_folder: Path, size: float) -> dict:
    path = work / "glyphs.npz"
    held_out, train = pictures(path, dataset.HELD_OUT), pictures(path, dataset.TRAIN)
    held_out = held_out.some(spread(len(held_out.levels), int(len(held_out.levels) * size)))
    files, classifier = likelihood.Files(folder), Part(classifier_folder / "model.onnx")
    step("the ELBO")
    bound, found = measure_bound(files, held_out, train, size)
    latent = found["mean"].shape[1]
    measured = {"latent": latent, "files": {name: describe(folder / f"{name}.onnx") for name in ("encoder", "decoder")}, "bound": bound}
    if (folder / "encoder.float32.onnx").exists():
        step("the cost of float16 storage")
        rows = spread(len(held_out.levels), int(1000 * size))
        exact = likelihood.elbo(likelihood.Files(folder, ".float32.onnx"), held_out.levels[rows], 1, seed=0)
        stored = likelihood.elbo(files, held_out.levels[rows], 1, seed=0)
        values = [part["reconstruction"].mean() - part["kl"].sum(axis=1).mean() for part in (stored, exact)]
        measured["storage"] = {"pictures": len(rows), "float16": values[0], "float32": values[1], "cost": values[1] - values[0]}
    step("the importance-weighted bound")
    measured["importance"] = measure_importance(files, held_out, size)
    step("reconstructions and samples")
    measured["pictures"] = measure_pictures(files, classifier, held_out, found, latent, size)
    if (folder / "twin.json").exists():
        step("membership")
        with np.load(path) as file:
            families = file["families"].tolist()
        measured["membership"] = measure_twin(folder, classifier, train, families, size)
    measured["gates"] = [
        gate("bits", bound["bitsPerPixel"], "<=", BITS.get(latent, 0.75) * bound["independentPixels"]),
        gate("readable", measured["pictures"]["readable"], ">=", READABLE.get(latent, 0.75)),
        gate("active", bound["active"], ">=", latent / 2),
    ]
    return measured


def main() -> None:
    measure_command(__doc__, measure)


if __name__ == "__main__":
    main()
