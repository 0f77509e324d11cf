"""The mixtures, the training steps, and their exports."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from common.registry import check
from mixtures import export, networks, steps
from mixtures.__main__ import initial
from mixtures.shapes import MIXTURES


@check
def the_mixtures_are_densities_whose_score_is_their_slope():
    side = torch.linspace(-5, 5, 401, dtype=torch.float64)
    square = torch.cartesian_prod(side, side)
    for name, make in MIXTURES.items():
        for alpha_bar in (1.0, 0.3):
            mixture = make().noised(alpha_bar)
            assert abs(mixture.log_density(square).exp().sum().item() * 0.025**2 - 1) < 2e-3, name
            points = mixture.sample(50, torch.Generator().manual_seed(0)).requires_grad_()
            slope, = torch.autograd.grad(mixture.log_density(points).sum(), points)
            assert torch.allclose(mixture.score(points), slope, atol=1e-8), name
    ring = MIXTURES["ring"]().sample(4000, torch.Generator().manual_seed(1))
    assert abs(ring.norm(dim=1).mean().item() - 2) < 0.02 and ring.mean(dim=0).abs().max() < 0.1


@check
def the_step_of_adam_is_pytorchs():
    values = torch.randn(30, generator=torch.Generator().manual_seed(0))
    own, first, second, step = values.clone(), torch.zeros(30), torch.zeros(30), torch.tensor(0.0)
    other = torch.nn.Parameter(values.clone())
    optimiser = torch.optim.Adam([other], lr=0.01, betas=(0.5, 0.9))
    for _ in range(5):
        other.grad = torch.sin(3 * other.detach())
        own, first, second, step = steps.adam(own, first, second, step, torch.sin(3 * own), 0.01, torch.tensor(0.5), torch.tensor(0.9))
        optimiser.step()
    assert torch.allclose(own, other, atol=1e-6) and step == 5


@check
def the_gradients_are_those_of_modules_with_the_same_parameters():
    graph = export.graphs()["gan.non-saturating.discriminator-step"]
    values = export.examples(graph, 5)
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(2, 64), torch.nn.SiLU(), torch.nn.Linear(64, 64), torch.nn.SiLU(), torch.nn.Linear(64, 1))
    torch.nn.utils.vector_to_parameters(values["parameters"], module.parameters())
    fake = networks.generate(values["generator"], values["z"])
    real = values["real"].clone().requires_grad_()
    scores = module(real)[:, 0]
    plain = F.binary_cross_entropy_with_logits(scores, torch.ones(256)) + F.binary_cross_entropy_with_logits(module(fake)[:, 0], torch.zeros(256))
    slope, = torch.autograd.grad(scores.sum(), real, create_graph=True)
    between = (values["between"] * values["real"] + (1 - values["between"]) * fake).requires_grad_()
    steep, = torch.autograd.grad(module(between).sum(), between, create_graph=True)
    penalty = 0.5 * values["r1"] * (slope**2).sum(dim=1).mean() + values["gp"] * ((steep.norm(dim=1) - 1) ** 2).mean()
    (plain + penalty).backward()
    gradient = torch.nn.utils.parameters_to_vector([parameter.grad for parameter in module.parameters()])
    found = graph.function(*values.values())
    assert torch.allclose(found[1], values["beta1"] * values["first"] + (1 - values["beta1"]) * gradient, atol=1e-6)
    assert torch.allclose(found[4], plain.detach(), atol=1e-6) and torch.allclose(found[5], penalty.detach(), atol=1e-6)
    assert found[0].abs().max() <= values["clip"]


@check
def what_is_tiny_is_added_to_the_last_bit():
    values = torch.cat([torch.tensor([0.0, 1e-30, 1e-8, 1.0, 3e5]), torch.rand(1000, generator=torch.Generator().manual_seed(0)) * 1e-7])
    for tiny in (1e-8, 1e-12):
        assert torch.equal(steps.plus_tiny(values, tiny), values + tiny), tiny


@check
def exported_steps_leave_what_has_no_gradient():
    graph = export.graphs()["gan.hinge.discriminator-step"]
    session = export.onnx_file.open_session(export.export(graph, "zero").SerializeToString())
    for gp in (0.0, 0.2):
        values = export.examples(graph, 6)
        # All parameters 0 but for a bias: every score is that, and so is no slope.
        values["parameters"] = torch.zeros_like(values["parameters"])
        values |= {name: torch.zeros_like(values[name]) for name in ("first", "second", "step")} | {"r1": torch.tensor(0.0), "gp": torch.tensor(gp)}
        expected = graph.function(*values.values())
        found = session.run(list(graph.outputs), {name: value.numpy() for name, value in values.items()})
        assert all(torch.allclose(torch.tensor(a), b, atol=1e-6) for a, b in zip(found, expected)) and bool(expected[0].isfinite().all()), gp


@check
def exported_steps_are_pytorchs_and_train():
    for name in ("vae.step", "gan.wasserstein.discriminator-step", "gan.hinge.generator-step", "denoiser.step"):
        graph = export.graphs()[name]
        exported = export.export(graph, name)
        assert max(export.compare(exported, graph, seed) for seed in (3, 4)) <= 1e-6, name
        if name != "denoiser.step":
            continue
        session = export.onnx_file.open_session(exported.SerializeToString())
        parameters = initial(1)["denoiser"]
        state = {"parameters": parameters, "first": 0 * parameters, "second": 0 * parameters, "step": torch.tensor(0.0).numpy()}
        generator = torch.Generator().manual_seed(0)
        losses = []
        for _ in range(150):
            batch = {"x": MIXTURES["ring"]().sample(export.BATCH, generator).float(), "noise": torch.randn(export.BATCH, 2, generator=generator),
                     "alpha_bar": 0.01 + 0.98 * torch.rand(export.BATCH, generator=generator)}
            fixed = {"rate": 3e-3, "beta1": 0.9, "beta2": 0.99}
            *new, loss = session.run(None, state | {key: value.numpy() for key, value in batch.items()} | {key: torch.tensor(value).numpy() for key, value in fixed.items()})
            state = dict(zip(steps.STATE, new))
            losses.append(float(loss))
        assert state["step"] == 150 and sum(losses[-20:]) / 20 < 0.7 * sum(losses[:5]) / 5 and math.isfinite(losses[-1]), (losses[0], losses[-1])
