"""The variational autoencoder: its likelihood, its bounds, the audit, and the whole pipeline."""

from __future__ import annotations

import json
import math
import shutil

import numpy as np
import torch

from common import membership
from common.levels import log_likelihood
from common.registry import check, scratch
from common.training import load
from vae_glyphs import card, likelihood, measure
from vae_glyphs.model import LOG_SCALES, divergence, expected_grey
from vae_glyphs.train import beta_at

from .drawn import work
from .tiny import exported, trained


@check
def the_likelihood_is_a_probability_over_grey_levels():
    rng = np.random.default_rng(0)
    location = torch.tensor(rng.uniform(-1, 2, 200))[:, None]
    log_scale = torch.tensor(rng.uniform(*LOG_SCALES, 200))[:, None]
    levels = torch.arange(256.0, dtype=torch.float64).expand(200, -1)
    found = log_likelihood(levels, location, log_scale)
    assert (found.exp().sum(dim=1) - 1).abs().max() < 1e-9
    # Against the difference of the two distribution functions, where float64 can take it.
    scale = log_scale.exp()
    upper = torch.where(levels == 255, 1.0, torch.sigmoid((levels / 255 + 0.5 / 255 - location) / scale))
    lower = torch.where(levels == 0, 0.0, torch.sigmoid((levels / 255 - 0.5 / 255 - location) / scale))
    safe = (upper - lower) > 1e-8
    assert ((upper - lower).log() - found)[safe].abs().max() < 1e-6 and torch.isfinite(found).all()
    # The mean of the clipped logistic, against the levels' mean: they differ by less than a level.
    assert (expected_grey(location, log_scale)[:, 0] - (found.exp() * levels / 255).sum(dim=1)).abs().max() < 1 / 255


@check
def the_divergence_is_that_of_its_definition():
    mean, log_variance = torch.tensor([[0.7, -1.2]], dtype=torch.float64), torch.tensor([[-0.5, 0.8]], dtype=torch.float64)
    own = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    assert torch.allclose(divergence(mean, log_variance), torch.distributions.kl_divergence(own, torch.distributions.Normal(0.0, 1.0)))


@check
def beta_fades_in_and_falls_to_one():
    progress = torch.tensor([0.0, 0.025, 0.05, 0.325, 0.6, 1.0])
    assert torch.allclose(beta_at(progress, 1.0), torch.tensor([0.0, 0.5, 1.0, 1.0, 1.0, 1.0]))
    assert torch.allclose(beta_at(progress, 3.0), torch.tensor([0.0, 1.5, 3.0, 2.0, 1.0, 1.0]))


class Linear:
    """x = W z + noise: p(x) and p(z | x) are known. Stands in for the files; the pictures' first 6 pixels are x."""

    def __init__(self, latent: int, off: float):
        generator = torch.Generator().manual_seed(0)
        self.weight = torch.randn(6, latent, generator=generator, dtype=torch.float64)
        self.precision = torch.eye(latent, dtype=torch.float64) + self.weight.T @ self.weight / 0.25
        self.off = off

    def x(self, levels: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(levels.reshape(-1, 784)[:, :6]).double() / 20 - 5

    def encode(self, levels):
        covariance = torch.linalg.inv(self.precision)
        mean = self.x(levels) @ self.weight @ covariance / 0.25
        return (mean + self.off).float(), covariance.diagonal().log().expand(len(mean), -1).float()

    def log_likelihood(self, levels, z):
        return torch.distributions.Normal(z.double() @ self.weight.T, 0.5).log_prob(self.x(levels)).sum(dim=1)

    def log_marginal(self, levels) -> np.ndarray:
        covariance = self.weight @ self.weight.T + 0.25 * torch.eye(6, dtype=torch.float64)
        return torch.distributions.MultivariateNormal(torch.zeros(6, dtype=torch.float64), covariance).log_prob(self.x(levels)).numpy()


@check
def importance_weights_give_the_marginal_of_a_linear_model():
    levels = np.random.default_rng(1).integers(60, 140, (5, 28, 28)).astype(np.uint8)
    exact = Linear(1, 0.0)
    weights = likelihood.importance_weights(exact, levels, 50, 1.0, seed=0)
    # From the posterior itself every weight is p(x).
    assert np.abs(weights - exact.log_marginal(levels)[:, None]).max() < 1e-4 and likelihood.effective_size(weights).min() > 49.9
    wrong = Linear(2, 0.1)
    weights = likelihood.importance_weights(wrong, levels, 4000, 1.3, seed=0)
    found, truth = likelihood.log_mean_exp(weights), wrong.log_marginal(levels)
    assert np.abs(found - truth).max() < 0.15, (found, truth)
    elbo = likelihood.elbo(wrong, levels, 200, seed=0)
    assert (elbo["reconstruction"] - elbo["kl"].sum(axis=1) < truth).all()


@check
def the_tail_shape_is_that_of_its_distribution():
    rng = np.random.default_rng(0)
    for shape in (0.2, 0.7, 1.5):
        found = [likelihood.pareto_shape(np.log((rng.random(4000) ** -shape - 1) / shape + 1)) for _ in range(8)]
        assert abs(np.mean(found) - shape) < 0.15, (shape, found)


@check
def the_audit_finds_a_planted_leak_and_none_under_fair_coins():
    rng = np.random.default_rng(0)
    family = np.repeat(np.arange(60), 20)
    member = rng.random(60)[family] < 0.5
    noise = rng.standard_normal(60)[family] + rng.standard_normal(len(family))
    fair, leaking = membership.audit(noise, member, family, draws=100), membership.audit(noise + 3 * member, member, family, draws=100)
    assert fair["aucInterval"][0] < 0.5 < fair["aucInterval"][1] and leaking["aucInterval"][0] > 0.8 and leaking["foundAtOnePercent"] > 0.2
    pairs = (noise[member][:, None] > noise[~member][None]).mean()
    assert math.isclose(membership.area(noise, member), pairs, abs_tol=1e-9)
    features = rng.standard_normal((len(family), 8))
    assert abs(membership.area(membership.without_model(features, member, family), member) - 0.5) < 0.1
    told = np.concatenate([features, member[:, None] + 0.1 * rng.standard_normal((len(family), 1))], axis=1)
    assert membership.area(membership.without_model(told, member, family), member) > 0.9
    chance, sure = (membership.audit_without_model(each, member, family, permutations=99) for each in (features, told))
    assert chance["aucByChance"][0] < chance["auc"] < chance["aucByChance"][1] and sure["p"] == 0.01


@check
def an_autoencoder_and_its_twin_go_from_training_to_the_card():
    settings = ("--latent", 2)
    folder = exported("vae", *settings)
    twin = trained("vae", *settings, "--coins", 5)
    _, facts = load(twin)
    assert 0 < len(facts["members"]) < 9 and all(member.startswith("Family") for member in facts["members"])
    for name in ("encoder", "decoder"):
        shutil.copy(exported("vae", *settings, "--coins", 5) / f"{name}.onnx", folder / f"twin.{name}.onnx")
    (folder / "twin.json").write_text(json.dumps({key: facts[key] for key in ("coins", "members", "steps", "batch", "chosen")}))
    measured = measure.measure(folder, work(), exported("classifier"), size=0.02)
    bound = measured["bound"]
    assert math.isclose(bound["elbo"], bound["reconstruction"] - bound["kl"], rel_tol=1e-6) and abs(measured["storage"]["cost"]) < 5
    ladder = list(measured["importance"]["byK"].values())
    assert ladder == sorted(ladder), "the bound must not fall with K"
    to = scratch() / "vae-glyphs-2"
    card.install(folder, trained("vae", *settings), measured, work(), to)
    manifest = json.loads((to / "manifest.json").read_text())
    assert manifest["parts"]["encoder"]["outputs"] == [{"name": name, "type": "float32", "shape": ["batch", 2]} for name in ("mean", "log_variance")]
    assert set(manifest["files"]) == {"decoder.onnx", "encoder.onnx", "twin.encoder.onnx", "twin.decoder.onnx", "twin.json", "MODEL_CARD.md"}
    assert f"**{bound['elbo']:.1f}**" in (to / "MODEL_CARD.md").read_text()
