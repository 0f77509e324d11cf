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
    graph = export.graphs()["gan.discriminator-step.restrained"]
    coefficients = export.settings(graph)[-1] | {"loss_index": float(steps.LOSSES.index("non-saturating")), "noise": 0.0, "spectral": 0.0}
    values = export.examples(graph, 5, coefficients)
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
def the_spectral_norm_is_pytorchs_after_many_steps_of_its_power_iteration():
    generator = torch.Generator().manual_seed(0)
    for shape in ((64, 2), (64, 64), (1, 64)):
        matrix = torch.randn(shape, generator=generator, dtype=torch.float64)
        weight = torch.randn(shape, generator=generator, dtype=torch.float64)
        torch.manual_seed(0)
        layer = torch.nn.Linear(shape[1], shape[0], bias=False, dtype=torch.float64)
        layer.weight.data.copy_(matrix)
        torch.nn.utils.parametrizations.spectral_norm(layer, n_power_iterations=4000)
        (layer.weight * weight).sum().backward()
        own = matrix.clone().requires_grad_()
        normalised, = networks.restrained([own], torch.tensor(1.0))
        (normalised * weight).sum().backward()
        assert torch.allclose(normalised, layer.weight, rtol=1e-7, atol=1e-9), shape
        assert torch.allclose(own.grad, layer.parametrizations.weight.original.grad, rtol=1e-5, atol=1e-8), shape
        # In single precision, and where two singular values are nearly the same or all is 0.
        single = networks.spectral_norm(matrix.float()).item()
        assert abs(single / torch.linalg.matrix_norm(matrix, 2).item() - 1) < 1e-6, shape
    close = torch.linalg.qr(torch.randn(64, 64, generator=generator))[0] @ torch.diag(torch.tensor([1.0, 0.9999] + [0.5] * 62))
    assert abs(networks.spectral_norm(close).item() - 1) < 1e-4
    kept, = networks.restrained([torch.zeros(64, 64)], torch.tensor(1.0))
    assert torch.equal(kept, torch.zeros(64, 64))


@check
def slopes_are_the_gradients_of_scores():
    graph = export.graphs()["gan.discriminator"]
    for coefficients in export.settings(graph):
        values = export.examples(graph, 7, coefficients)
        score, slope = networks.discriminate(*values.values())
        own = torch.func.grad(lambda x: networks.discriminate(values["parameters"], x, values["spectral"])[0].sum())(values["x"])
        assert torch.allclose(slope, own, atol=1e-6) and score.shape == (len(values["x"]),)


@check
def both_steps_of_a_player_agree_where_nothing_restrains():
    for player in ("discriminator", "generator"):
        plain, restrained = (export.graphs()[f"gan.{player}-step{end}"] for end in ("", ".restrained"))
        for coefficients in export.settings(plain):
            values = export.examples(restrained, 8, coefficients)
            a, b = plain.function(*(values[name] for name in plain.inputs)), restrained.function(*values.values())
            assert all(torch.allclose(left, right, rtol=1e-6, atol=1e-7) for left, right in zip(a, b)), coefficients


@check
def what_is_tiny_is_added_to_the_last_bit():
    values = torch.cat([torch.tensor([0.0, 1e-30, 1e-8, 1.0, 3e5]), torch.rand(1000, generator=torch.Generator().manual_seed(0)) * 1e-7])
    for tiny in (1e-8, 1e-12):
        assert torch.equal(steps.plus_tiny(values, tiny), values + tiny), tiny


@check
def exported_steps_leave_what_has_no_gradient():
    graph = export.graphs()["gan.discriminator-step.restrained"]
    session = export.onnx_file.open_session(export.export(graph, "zero").SerializeToString())
    for coefficients in export.settings(graph):
        values = export.examples(graph, 6, coefficients)
        # All parameters 0 but for a bias: every score is that, and so is no slope.
        values["parameters"] = torch.zeros_like(values["parameters"])
        values |= {name: torch.zeros_like(values[name]) for name in ("first", "second", "step")}
        expected = graph.function(*values.values())
        found = session.run(list(graph.outputs), {name: value.numpy() for name, value in values.items()})
        assert all(torch.allclose(torch.tensor(a), b, atol=1e-6) for a, b in zip(found, expected)) and bool(expected[0].isfinite().all()), coefficients


@check
def exported_steps_are_pytorchs_and_train():
    for name in ("vae.step", "gan.discriminator-step", "gan.generator-step", "gan.frame", "denoiser.step"):
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


@check
def the_divergence_of_the_denoiser_is_the_trace_of_its_jacobian():
    generator = torch.Generator().manual_seed(4)
    parameters = networks.initial(networks.DENOISER, generator).double()
    x, levels = torch.randn(9, 2, generator=generator, dtype=torch.float64), torch.linspace(0.01, 0.99, 9, dtype=torch.float64)
    noise, divergence = networks.denoise_with_divergence(parameters, x, levels)
    assert torch.allclose(noise, networks.denoise(parameters, x, levels))
    for place, level, found in zip(x, levels, divergence):
        jacobian = torch.autograd.functional.jacobian(lambda at: networks.denoise(parameters, at[None], level[None])[0], place)
        assert abs(jacobian.trace() - found) < 1e-9
