"""The GAN: its losses and penalty, spectral norms, and the whole pipeline."""

from __future__ import annotations

import json
import shutil

import numpy as np
import torch

from common.registry import check, scratch
from common.training import load
from gan_glyphs import card, measure
from gan_glyphs.model import Discriminator, Generator
from gan_glyphs.train import discriminator_loss, distance, generator_loss, gradient_penalty
from glyphs import quality

from .drawn import work
from .tiny import exported, trained


@check
def the_losses_are_those_of_their_definitions():
    real, fake = torch.tensor([2.0, -0.5], dtype=torch.float64), torch.tensor([-2.0, 0.3], dtype=torch.float64)
    sigmoid = lambda x: 1 / (1 + (-x).exp())  # noqa: E731
    assert torch.allclose(discriminator_loss(real, fake, "r1"), -(sigmoid(real).log().mean() + (1 - sigmoid(fake)).log().mean()))
    assert torch.allclose(generator_loss(fake, "r1"), -sigmoid(fake).log().mean())
    assert discriminator_loss(real, fake, "spectral").item() == (0 + 1.5) / 2 + (0 + 1.3) / 2 and generator_loss(fake, "spectral") == -fake.mean()


@check
def the_penalty_is_the_squared_slope_and_can_be_minimised():
    torch.manual_seed(0)
    matrix = torch.nn.Linear(784, 1).double()
    score = lambda image, _: matrix(image.flatten(1))[:, 0]  # noqa: E731
    penalty = gradient_penalty(score, torch.rand(3, 1, 28, 28, dtype=torch.float64), torch.arange(3))
    assert torch.allclose(penalty, (matrix.weight**2).sum())
    penalty.backward()
    assert torch.allclose(matrix.weight.grad, 2 * matrix.weight)


@check
def the_distance_is_that_of_the_measurement():
    pictures = torch.rand(2, 1, 28, 28)
    assert np.isclose(distance(pictures).item(), quality.diversity(pictures.numpy(), np.zeros(2)), rtol=1e-4)


@check
def spectral_norms_are_one_and_stay_when_they_are_taken_out():
    torch.manual_seed(0)
    network = Discriminator()
    image, character = torch.rand(5, 1, 28, 28), torch.arange(5)
    for _ in range(30):
        network(image, character)
    network.eval()
    plain = network.plain()
    assert torch.allclose(network(image, character), plain(image, character), atol=1e-6)
    sizes = [torch.linalg.matrix_norm(module.weight.flatten(1), 2).item() for module in plain.weighted()]
    assert max(abs(size - 1) for size in sizes) < 0.1, sizes
    assert "parametrizations" not in " ".join(plain.state_dict())


@check
def class_and_z_matter_from_the_first_step():
    torch.manual_seed(0)
    generator = Generator().eval()
    with torch.no_grad():
        z, character = torch.randn(8, 64), torch.zeros(8, dtype=torch.int64)
        by_z, by_class = generator(z, character), generator(z[:1].expand(8, -1), torch.arange(8))
    assert by_z.std(dim=0).mean() > 0.01 and by_class.std(dim=0).mean() > 0.01


@check
def a_gan_and_its_twin_go_from_training_to_the_card():
    folder = exported("gan", "--loss", "r1")
    twin = trained("gan", "--loss", "r1", "--coins", 5)
    _, facts = load(twin)
    assert 0 < len(facts["members"]) < 9 and all(member.startswith("Family") for member in facts["members"])
    for name in ("generator", "discriminator"):
        shutil.copy(exported("gan", "--loss", "r1", "--coins", 5) / f"{name}.onnx", folder / f"twin.{name}.onnx")
    (folder / "twin.json").write_text(json.dumps({key: facts[key] for key in ("coins", "members", *measure.SETTINGS)}))
    measured = measure.measure(folder, work(), exported("classifier"), size=0.05)
    assert measured["samples"] == 4 * 62 and not all(gate["passed"] for gate in measured["gates"])
    assert 0 <= measured["precision"] <= 1 and measured["frechet"] > measured["frechetTraining"] >= 0
    audits = measured["membership"]
    assert audits["score"]["memberFamilies"] == len(facts["members"]) and 0 <= audits["nearness"]["auc"] <= 1
    to = scratch() / "gan-glyphs"
    card.install(folder, trained("gan", "--loss", "r1"), measured, work(), to)
    manifest = json.loads((to / "manifest.json").read_text())
    assert manifest["inputs"] == [{"name": "z", "type": "float32", "shape": ["batch", 64]}, {"name": "character", "type": "int64", "shape": ["batch"]}]
    assert manifest["family"] == "gan" and np.isclose(manifest["metrics"]["accuracy"], measured["accuracy"], rtol=1e-3)
    # The twin is measured, and stays where it was made.
    assert set(manifest["files"]) == {"generator.onnx", "discriminator.onnx", "MODEL_CARD.md"}
    assert "## Membership" in (to / "MODEL_CARD.md").read_text()
