"""The diffusion model: schedule, sampler, bound, attention maps, and the whole pipeline."""

from __future__ import annotations

import json
import math

import numpy as np
import onnx
import torch

from common.parts import Part
from common.registry import check, scratch
from common.training import load
from diffusion_glyphs import bound, card, measure, sampling, schedule
from diffusion_glyphs.export import captions_of
from diffusion_glyphs.model import LENGTH, Unet
from glyphs.dataset import empty_captions

from .drawn import work
from .tiny import exported, trained


@check
def the_schedule_is_the_cosine_one():
    bars = schedule.alphas_cumprod()
    assert len(bars) == 1000 and (bars[1:] < bars[:-1]).all() and 0 < bars[-1] < 1e-6
    # Where betas are not capped, the product is the cosine's square, from its value at 0.
    shape = lambda t: math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2  # noqa: E731
    assert all(abs(bars[step] - shape((step + 1) / 1000) / shape(0)) < 1e-12 for step in (0, 10, 500, 900))
    x, noise = torch.randn(4, 1, 2, 2, dtype=torch.float64), torch.randn(4, 1, 2, 2, dtype=torch.float64)
    bar = bars[torch.tensor([0, 300, 700, 990])]
    z, v = schedule.noised(x, noise, bar)
    signal, deviation = bar.sqrt()[:, None, None, None], (1 - bar).sqrt()[:, None, None, None]
    assert torch.allclose(signal * z - deviation * v, x) and torch.allclose(deviation * z + signal * v, noise)


def knowing(picture: torch.Tensor):
    """The denoiser of a data set that is one picture."""
    bars = schedule.alphas_cumprod().float()

    def v(x, timestep, captions):
        signal, deviation = (part[:, None, None, None] for part in (bars[timestep].sqrt(), (1 - bars[timestep]).sqrt()))
        return signal * (x - signal * picture) / deviation - deviation * picture

    return v


@check
def sampling_with_the_exact_denoiser_gives_the_data():
    picture = torch.rand(1, 1, 28, 56) * 2 - 1
    ids = captions_of(3)
    for guidance in (1, 2.5):
        found = sampling.sample(knowing(picture), ids, guidance, 10, seed=0)
        assert (found - picture).abs().max() < 1e-4
    assert torch.equal(sampling.sample(knowing(picture), ids, 1, 4, seed=5), sampling.sample(knowing(picture), ids, 1, 4, seed=5))


@check
def guidance_mixes_with_and_without_the_caption():
    told = lambda x, timestep, ids: (ids != empty_captions(1)).any(dim=1).float()[:, None, None, None].expand_as(x) + 1  # noqa: E731
    x, ids = torch.zeros(2, 1, 28, 56), captions_of(2)
    values = [sampling.guided(told, x, 5, ids, guidance)[0, 0, 0, 0].item() for guidance in (1, 0.0, 3)]
    assert values == [2.0, 1.0, 4.0], values


@check
def the_bound_of_the_exact_denoiser_is_what_the_last_step_leaves():
    picture = (torch.randint(26, 230, (2, 1, 28, 56)) / 127.5 - 1).float()
    captions = captions_of(2)
    # x-hat is exact, so the sum is nothing, and a sharp last step costs nothing.
    scale = bound.fit_last_step(knowing(picture), picture, captions, seed=0)
    assert scale == bound.SCALES[0].item()
    exact = bound.bits_per_pixel(knowing(picture), picture, captions, scale, 400, seed=0)
    assert (exact < 0.02).all() and (exact > 0).all(), exact
    # At scale s the level's bin has the mass tanh(1 / 1020 / s), and the bound pays its logarithm.
    wide = bound.bits_per_pixel(knowing(picture), picture, captions, -6.0, 400, seed=0)
    assert np.allclose(wide - exact, -math.log2(math.tanh(math.exp(6.0) / 1020)), rtol=0.05), wide
    # A denoiser that is off by 0.1 everywhere, but not at the last step, pays (SNR(0) - SNR(999)) / 2 x 0.01 a pixel.
    bars = schedule.alphas_cumprod()

    def off(x, timestep, ids):
        wrong = 0.1 * (timestep > 0) / (1 - bars[timestep]).sqrt()
        return knowing(picture)(x, timestep, ids) - wrong.float()[:, None, None, None]

    found = bound.bits_per_pixel(off, picture, captions, scale, 1500, seed=0)
    snr = bars / (1 - bars)
    assert np.allclose(found - exact, (snr[0] - snr[-1]).item() / 2 * 0.01 / math.log(2), rtol=0.15), found


@check
def attention_maps_are_reached_by_their_names():
    folder = exported("diffusion")
    model = onnx.load(folder / "model.onnx")
    softmaxes = [node for node in model.graph.node if node.op_type == "Softmax"]
    names = [node.output[0] for node in softmaxes]
    assert len(names) == 6 and [node.name for node in softmaxes] == [name.replace(".weights", ".softmax") for name in names], names
    assert sum("self_attention" in name for name in names) == 2 and sum("cross_attention" in name for name in names) == 4
    network = Unet()
    network.load_state_dict(load(trained("diffusion"))[0]["unet"])
    network.eval()
    taken = {name: module for name, module in network.named_modules() if name.endswith("attention")}
    for module in taken.values():
        module.keep = []
    inputs = (torch.randn(3, 1, 28, 56), torch.tensor([10, 500, 990]), captions_of(3))
    with torch.no_grad():
        expected = network(*inputs).numpy()
    found = Part(folder / "model.float32.onnx", taps=tuple(names))(*(value.numpy() for value in inputs))
    assert np.abs(found[0] - expected).max() < 1e-4
    for name, weights in zip(names, found[1:]):
        assert np.abs(weights - taken[name.removesuffix(".weights")].keep[0].numpy()).max() < 1e-5 and np.allclose(weights.sum(axis=3), 1, atol=1e-5)
        assert weights.shape[:2] == (3, 4) and (weights.shape[3] == LENGTH) == ("cross" in name)


@check
def a_diffusion_model_goes_from_training_to_its_card():
    folder = exported("diffusion")
    with_fewer = {"GUIDANCE": (1, 2), "DDIM_STEPS": 2, "BOUND_DRAWS": 2, "ATTENTION_TIMES": (500,)}
    usual = {name: getattr(measure, name) for name in with_fewer}
    vars(measure).update(with_fewer)
    try:
        measured = measure.measure(folder, work(), exported("classifier"), size=0.02)
    finally:
        vars(measure).update(usual)
    layers = measured["attention"]["layers"]
    assert len(layers) == 4 and all(0 <= score <= 1 for layer in layers.values() for score in layer["heads"])
    assert all(abs(sum(np.mean(share) for share in layer["words"].values()) - 1) < 1e-4 for layer in layers.values())
    to = scratch() / "diffusion-glyphs"
    card.install(folder, trained("diffusion"), measured, work(), to)
    manifest = json.loads((to / "manifest.json").read_text())
    assert set(manifest["files"]) == {"model.onnx", "scheduler_config.json", "MODEL_CARD.md"} and len(manifest["words"]) == 68
    assert [value["name"] for value in manifest["inputs"]] == ["sample", "timestep", "caption"]
