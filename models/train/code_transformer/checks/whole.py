"""The whole pipeline, run in the tiny setting."""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from tokenizers import Tokenizer

from common import onnx_file
from common.registry import check, raises, scratch

from .. import card, export, likelihood, measure, sampling, tokenizer
from ..session import AttentionSession, Session
from .tiny import PHASES, SHAPE, exported, measured, tokenized, trained, work


@check
def the_tokenizer_is_lossless():
    loaded = Tokenizer.from_file(str(tokenized() / "tokenizer.json"))
    pieces = likelihood.token_bytes(loaded)
    assert len(pieces) == SHAPE["vocabulary"] and pieces[loaded.token_to_id(tokenizer.END_OF_TEXT)] == b""
    for text in ("def f(x):\r\n\treturn x\n", "naïve 😀 שלום 漢字\x00", "    a  =  12345\n\n\n", ""):
        encoding = loaded.encode(text)
        assert b"".join(pieces[index] for index in encoding.ids) == text.encode("utf8")
        assert loaded.decode(encoding.ids) == text


@check
def twenty_steps_train_and_go_on_from_the_checkpoint():
    log = [json.loads(line) for line in (trained() / "log.jsonl").read_text().splitlines()]
    assert [(entry["phase"], entry["total"]) for entry in log] == [
        ("induction", 4), ("induction", 8), ("main", 12), ("main", 16), ("long", 20)], log
    assert log[-1]["valid"] < log[0]["valid"] < math.log(SHAPE["vocabulary"]) + 0.5, log
    state = torch.load(work() / "checkpoint.pt", weights_only=True)["state"]
    assert state["tokens"] == sum(phase["steps"] * phase["rows"] * phase["length"] for phase in PHASES) and state["total"] == 20


@check
def the_export_matches_pytorch_and_repeats_byte_for_byte():
    folder = exported()
    original = export.load_model(folder / "checkpoint.pt")
    text = np.load(folder / "valid.npy")[:512]
    again = export.export_float32(original)
    assert again.SerializeToString(deterministic=True) == (folder / "model.float32.onnx").read_bytes()
    stored = onnx.load(folder / "model.onnx")
    for name, weight in export.model_of_file(stored).state_dict().items():
        expected = original.state_dict()[name]
        assert torch.equal(weight, expected.half().float() if expected.ndim == 2 else expected), name
    ids = text[None, :100].astype(np.int64)
    with torch.no_grad():
        logits, weights = export.model_of_file(stored).attention_weights(torch.from_numpy(ids))
    assert np.abs(Session(folder / "model.onnx").logits(ids) - logits.numpy()).max() <= 1e-4
    assert np.abs(AttentionSession(folder / "model.onnx").weights(ids) - weights.numpy()).max() <= 1e-5


@check
def the_graph_says_what_it_is():
    model = onnx.load(exported() / "model.onnx")
    operations = [node.op_type for node in model.graph.node]
    assert model.opset_import[0].version == 18 and operations.count("Softmax") == SHAPE["layers"] and "Attention" not in operations
    assert [value.name for value in model.graph.output] == ["logits", "present"]
    assert b"code_transformer/" not in model.SerializeToString() and b"/home" not in model.SerializeToString()
    half = [tensor for tensor in model.graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT16]
    assert len(half) == 1 + 4 * SHAPE["layers"] and operations.count("Cast") >= len(half)
    big = onnx.load(exported() / "model.float32.onnx")
    matrix = next(tensor for tensor in big.graph.initializer if export.is_stored_as_float16(tensor))
    matrix.CopyFrom(onnx.numpy_helper.from_array(np.full(list(matrix.dims), 1e6, dtype=np.float32), matrix.name))
    raises(ValueError, lambda: onnx_file.store_as_float16(big, export.is_stored_as_float16), matrix.name, "1000000")


@check
def a_wrong_export_is_found():
    folder = exported()
    model = onnx.load(folder / "model.onnx")
    softmax = next(node for node in model.graph.node if node.op_type == "Softmax")
    softmax.attribute[0].i = -2
    damaged = scratch() / "damaged.onnx"
    damaged.write_bytes(model.SerializeToString())
    raises(ValueError, lambda: export.verify(damaged, np.load(folder / "valid.npy")), "differ", "damaged.onnx")


@check
def the_cache_generates_what_the_whole_text_would():
    session = Session(exported() / "model.onnx")
    prompts = np.arange(2 * 9).reshape(2, 9)
    drawn = sampling.generate(session, prompts, 12, seed=3, temperature=1e-4)
    text = prompts
    for _ in range(12):
        text = np.concatenate([text, session.logits(text)[:, -1:].argmax(axis=-1)], axis=1)
    assert np.array_equal(drawn, text[:, 9:])
    assert np.array_equal(sampling.generate(session, prompts, 5, seed=3), sampling.generate(session, prompts, 5, seed=3))


@check
def the_measurement_agrees_with_pytorch():
    found = measured()["likelihood"]
    model = export.model_of_file(onnx.load(work() / "model.onnx"))
    loaded = Tokenizer.from_file(str(work() / "tokenizer.json"))
    files = [json.loads(line) for line in (work() / "valid.jsonl").read_text().splitlines()]
    chosen = likelihood.spread(likelihood.cut_windows(files, loaded), 6)
    nats = size = 0.0
    with torch.no_grad():
        for window in chosen:
            ids = torch.from_numpy(window.ids)[None]
            nats += torch.nn.functional.cross_entropy(model(ids[:, :-1])[0][0], ids[0, 1:], reduction="sum").item()
            size += len(loaded.decode(window.ids[1:].tolist(), skip_special_tokens=False).encode("utf8"))
    # Decoding cuts a character at a window's edge differently: not one in a thousand bytes.
    assert abs(found["bytes"] - size) <= 0.001 * size and found["windows"] == len(chosen) == 6
    assert math.isclose(found["bitsPerByte"] * found["bytes"], nats / math.log(2), rel_tol=1e-4)
    assert abs(measured()["storage"]["cost"]) < 0.01
    assert 0 < measured()["baselines"]["xz"]["bitsPerByte"] < 8 and 0 < measured()["baselines"]["ngram"]["bitsPerByte"] < 8
    assert len(measured()["samples"]) == len(measure.PROMPTS) and measured()["heads"]["bracket"]["pairs"] > 0


@check
def measuring_ends_with_1_when_a_gate_fails():
    folder = exported()
    result = subprocess.run([sys.executable, "-m", "code_transformer.measure", "--model", folder, "--work", folder, "--windows", "2"],
                            cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert result.returncode == 1 and "FAILED: induction" in result.stdout, result.stderr[-2000:]


@check
def the_card_and_the_manifest_hold_the_measured_numbers():
    found, folder = measured(), scratch() / "code-transformer"
    card.install(work(), folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "model.onnx", "tokenizer.json", "MODEL_CARD.md"}
    assert set(manifest["files"]) == {"model.onnx", "tokenizer.json", "MODEL_CARD.md"}
    for path, digest in manifest["files"].items():
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest
    assert manifest["inputs"] == [
        {"name": "ids", "type": "int64", "shape": ["batch", "sequence"]},
        {"name": "past", "type": "float32", "shape": [2, 2, "batch", 2, "past", 16]},
    ]
    assert [output["name"] for output in manifest["outputs"]] == ["logits", "present"]
    assert manifest["context"] in (256, 512, 1024)
    assert math.isclose(manifest["metrics"]["bitsPerByte"], found["likelihood"]["bitsPerByte"], rel_tol=1e-3)
    text = (folder / "MODEL_CARD.md").read_text()
    for expected in (f"**{found['likelihood']['bitsPerByte']:.3f}**", f"{found['baselines']['xz']['bitsPerByte']:.3f}", "| python |", "PSF-2.0"):
        assert expected in text, expected
    with (work() / "model.onnx").open("ab") as file:
        file.write(b"\0")
    raises(ValueError, lambda: card.install(work(), folder), "measure again")
