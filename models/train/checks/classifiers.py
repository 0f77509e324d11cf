"""The classifier, and what the trainings share."""

from __future__ import annotations

import json

import numpy as np
import onnx
import torch

from classifier_glyphs import card, measure
from classifier_glyphs.model import Classifier
from common import parts, training
from common.augment import deform, view
from common.registry import check, raises, scratch

from .drawn import work
from .tiny import command, exported, trained


@check
def the_classifier_goes_from_training_to_its_card():
    states, facts = training.load(trained("classifier"))
    assert facts["steps"] == 3 and facts["device"] == "cpu" and [entry["step"] for entry in facts["log"]] == [2, 3]
    measured = measure.measure(exported("classifier"), work())
    assert not all(gate["passed"] for gate in measured["gates"]), "three steps must not pass the gates"
    model = Classifier()
    model.load_state_dict(states["classifier"])
    image = torch.rand(4, 1, 28, 28)
    logits, features = parts.Part(exported("classifier") / "model.float32.onnx", piece=3)(image.numpy())
    with torch.no_grad():
        expected = model.eval()(image)
    assert np.abs(logits - expected[0].numpy()).max() < 1e-4 and features.shape == (4, 128)
    folder = scratch() / "classifier-glyphs"
    card.install(exported("classifier"), trained("classifier"), measured, work(), folder)
    written = json.loads((folder / "classifier.json").read_text())
    assert written["inputs"] == [{"name": "image", "type": "float32", "shape": ["batch", 1, 28, 28]}] and not (folder / "manifest.json").exists()
    assert f"{100 * measured['accuracy']:.1f} %" in (folder / "MODEL_CARD.md").read_text()


@check
def an_interrupted_run_gives_the_same_weights():
    whole = dict(np.load(trained("gan", "--loss", "spectral")))
    out = scratch() / "interrupted.npz"
    real = training.Average.update

    def stop(average):
        if average.count == 2:
            raise KeyboardInterrupt
        real(average)

    training.Average.update = stop
    try:
        command("gan_glyphs.train", "--work", work(), "--out", out, "--steps", 3, "--batch", 8, "--every", 2, "--loss", "spectral")
    except KeyboardInterrupt:
        pass
    finally:
        training.Average.update = real
    assert out.with_suffix(".state").exists()
    command("gan_glyphs.train", "--work", work(), "--out", out, "--steps", 3, "--batch", 8, "--every", 2, "--loss", "spectral")
    taken_up = dict(np.load(out))
    assert all(np.array_equal(whole[name], taken_up[name]) for name in whole if name != "facts") and not out.with_suffix(".state").exists()


@check
def the_clock_ends_a_run_and_rates_fall_to_nothing():
    parser = training.parser_of("", steps=1000, batch=4)
    run = training.Training(parser.parse_args(["--out", "x.npz", "--seconds", "1e-9"]))
    assert run.going() and run.rate() < 1e-6
    assert run.due() and not run.going() and run.step == 1
    run = training.Training(parser.parse_args(["--out", "x.npz"]))
    assert abs(run.rate() - 1 / training.WARM_UP) < 1e-9
    run.step = 500
    assert abs(run.rate() - 0.5) < 1e-9
    raises(RuntimeError, lambda: run.note(loss=float("nan")), "not finite")


@check
def deformed_pictures_stay_pictures():
    generator = torch.Generator().manual_seed(0)
    images = torch.zeros(64, 1, 28, 28)
    images[:, :, 8:20, 12:16] = 1.0
    assert torch.equal(deform(images, 0.0, generator), images)
    changed = deform(images, 1.0, generator)
    assert 0 <= changed.min() and changed.max() <= 1 and (changed != images).any(dim=(1, 2, 3)).all()
    assert (changed.mean(dim=(1, 2, 3)) / images.mean(dim=(1, 2, 3)) - 1).abs().max() < 0.3
    moved = view(images, 2, 0.0, generator).round(decimals=3)
    assert torch.equal(moved.sum(dim=(1, 2, 3)), images.sum(dim=(1, 2, 3))) and len({tuple(row.nonzero()[0].tolist()) for row in moved[:, 0]}) > 5


@check
def a_file_that_differs_from_its_network_is_found():
    def wrong(model, *rest):
        with torch.no_grad():
            model.logits.bias += 0.1
        return original(model, *rest)

    original = parts.onnx_file.export
    model = Classifier().eval()
    values = {name: value.clone() for name, value in model.state_dict().items()}
    parts.onnx_file.export = lambda *arguments: (wrong(*arguments), model.load_state_dict(values))[0]
    try:
        raises(ValueError, lambda: parts.write(model, scratch() / "wrong.onnx", {"image": torch.rand(3, 1, 28, 28)}, ["logits", "features"]), "differs", "wrong")
    finally:
        parts.onnx_file.export = original
    stored = onnx.load(exported("classifier") / "model.onnx")
    half = [tensor for tensor in stored.graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT16]
    assert len(half) > 5 and all(np.prod(tensor.dims) > 256 for tensor in half) and b"/home" not in stored.SerializeToString()
