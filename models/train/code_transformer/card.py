"""Writes manifest.json and MODEL_CARD.md of a measured model, and puts all its files in place.

    python -m code_transformer.card --work DIR --to FOLDER

Reads DIR/model.onnx, DIR/tokenizer.json, DIR/measured.json, DIR/sources.json, DIR/log.jsonl and DIR/checkpoint.pt. Every number
of the card comes from these.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import onnx
import torch

from common.onnx_file import tensors
from common.writing import duration, paragraph, percent, processor, put_in_place, rounded, table

from .brackets import NEAREST
from .corpus import RUN_LINES, SHARED
from .likelihood import HEAD
from .measure import LOOP_MARGIN
from .train import ADAM_RATE, MUON_RATE, Phase, default_phases

NAME = "code-transformer"
TITLE = "Code transformer"
LICENCE = "MIT"
PRECISIONS = {"float32": "Float32 throughout.", "bfloat16": "Matrix products in bfloat16, all else in float32."}
PROMPT_END = "\u25b7"


@dataclass(frozen=True)
class Facts:
    """All that the card is written from."""

    measured: dict
    sources: list[dict]  # each with its files' count and bytes
    log: list[dict]
    state: dict
    seed: int
    phases: list[Phase]
    precision: str

    @staticmethod
    def read(work: Path) -> Facts:
        saved = torch.load(work / "checkpoint.pt", weights_only=True, map_location="cpu")
        # A run that was taken up again may have logged a step twice; the later entry is the one that counts.
        entries = {entry["total"]: entry for entry in map(json.loads, (work / "log.jsonl").read_text().splitlines())}
        log = [entry for total, entry in sorted(entries.items()) if total <= saved["state"]["total"]]
        sources = json.loads((work / "sources.json").read_text())
        for split in ("train", "valid"):
            sizes: dict[str, list[int]] = {}
            with (work / f"{split}.jsonl").open() as lines:
                for file in map(json.loads, lines):
                    sizes.setdefault(file["package"], []).append(len(file["text"].encode("utf8")))
            for source in sources:
                if source["split"] == split:
                    found = sizes.get(source["package"], [])
                    source |= {"files": len(found), "bytes": sum(found)}
        return Facts(json.loads((work / "measured.json").read_text()), sources, log, saved["state"], saved["seed"], default_phases(), saved["precision"])


def metrics(measured: dict) -> dict:
    """The numbers of the manifest, rounded to what the measurement tells apart."""
    likelihood, scores, loops = measured["likelihood"], measured["heads"], measured["loops"]
    result = {
        "bitsPerByte": likelihood["bitsPerByte"],
        "bitsPerByteByPosition": {f"{part['start']}-{part['end']}": part["bitsPerByte"] for part in likelihood["ranges"]},
        "baselineBitsPerByte": {"ngram": measured["baselines"]["ngram"]["bitsPerByte"], "xz": measured["baselines"]["xz"]["bitsPerByte"]},
        "heads": {name: {"layer": found["layer"], "head": found["head"], "score": found["score"], "chance": found["chance"]}
                  for name, found in scores.items() if isinstance(found, dict)},
        "repeatedShare": {"samples": loops["share"], "code": loops["realShare"], "temperature": measured["sampling"]["temperature"]},
    }
    if "storage" in measured:
        result["float16CostBitsPerByte"] = measured["storage"]["cost"]
    return rounded(result)


def manifest(facts: Facts, model: onnx.ModelProto) -> dict:
    shape = facts.measured["model"]
    return {
        "schemaVersion": 1,
        "name": NAME,
        "family": "transformer",
        "title": TITLE,
        "description": f"Decoder-only Transformer of {shape['layers']} layers with {shape['heads']} heads, "
                       f"{shape['parameters'] / 1e6:.1f} million parameters, trained on Python source.",
        "model": "model.onnx",
        "tokenizer": "tokenizer.json",
        "context": facts.measured["likelihood"]["context"],
        "inputs": tensors(model.graph.input),
        "outputs": tensors(model.graph.output),
        "files": {},
        "licence": LICENCE,
        "metrics": metrics(facts.measured),
    }


def fenced(text: str) -> str:
    return f"~~~~~~python\n{text.rstrip()}\n~~~~~~"


def card(facts: Facts) -> str:
    """MODEL_CARD.md."""
    sections = [introduction(facts), prediction(facts), attention(facts), samples(facts), training(facts), data(facts), limits(facts)]
    return "\n\n".join(sections) + "\n"


def introduction(facts: Facts) -> str:
    model, likelihood = facts.measured["model"], facts.measured["likelihood"]
    return f"# {TITLE}\n\n" + paragraph(f"""
        A small decoder-only Transformer for Python source, made to be looked at: its attention has heads that can be named.
        {model['layers']} layers of {model['heads']} heads ({model['headDim']} wide), pre-norm, rotary positions, GELU, embedding
        shared with the output layer: {model['parameters']:,} parameters. Byte-level BPE of {model['vocabulary']:,} tokens. Context:
        {likelihood['context']:,} tokens. Licence of the weights: {LICENCE}.""") + "\n\n" + paragraph(f"""
        `model.onnx` ({model['bytes'] / 1e6:.1f} MB, opset {model['opset']}) computes in float32; {model['storedAs']['float16']:,} of
        its parameters (all matrices) are stored as float16, {model['storedAs']['float32']:,} (norms, biases) as float32.
        {storage(facts)} Attention is written out (MatMul, Mul, Add, Softmax, MatMul), without attention outputs. One graph serves a
        whole text (`past` of length 0) and generation step by step (`present` of the step before as `past`).""")


def storage(facts: Facts) -> str:
    if "storage" not in facts.measured:
        return ""
    found = facts.measured["storage"]
    return (f"That costs {found['cost']:+.6f} bits per byte ({found['float16']:.4f} against {found['float32']:.4f} with float32 "
            f"storage, both on {found['bytes']:,} held-out bytes).")


def prediction(facts: Facts) -> str:
    likelihood, baselines = facts.measured["likelihood"], facts.measured["baselines"]
    ngram = baselines["ngram"]
    ranges = [[f"{own['start']:,} to {own['end']:,}", f"{own['bitsPerByte']:.3f}", f"{other['bitsPerByte']:.3f}"]
              for own, other in zip(likelihood["ranges"], ngram["ranges"])]
    packages = [[name, f"{found['bytes']:,}", f"{found['bitsPerByte']:.3f}"] for name, found in likelihood["packages"].items()]
    return "\n\n".join([
        "## Prediction of held-out code",
        paragraph(f"""
            Whole packages are held out. Measured on {likelihood['windows']} windows of {likelihood['windowTokens']:,} tokens out of
            {likelihood['availableWindows']}, spread evenly over {likelihood['files']} files of these packages, {likelihood['bytes']:,}
            bytes; every window lies in one file, behind its first {HEAD} tokens (licence and imports)."""),
        table(["bits per byte, the same bytes", ""], [
            ["this model", f"**{likelihood['bitsPerByte']:.3f}**"],
            [f"{ngram['order']}-gram, interpolated modified Kneser-Ney, the same tokens, {ngram['trainingTokens']:,} of training",
             f"{ngram['bitsPerByte']:.3f}"],
            ["`xz -9e` on these bytes as one stream", f"{baselines['xz']['bitsPerByte']:.3f}"]], {1}),
        paragraph("By the tokens of context before the predicted one; the n-gram column shows how hard each range's text is:"),
        table(["tokens before", "bits per byte", "n-gram"], ranges, {1, 2}),
        paragraph(f"""The context that the manifest states, {likelihood['context']:,}, ends the longest run of these ranges of which
            none is worse than the first."""),
        table(["package", "bytes", "bits per byte"], packages, {1, 2}),
    ])


def attention(facts: Facts) -> str:
    found = facts.measured["heads"]

    def row(name: str, what: str, key: str) -> list[str]:
        score = found[key]
        return [name, what, f"layer {score['layer']}, head {score['head']}", f"{score['score']:.3f}", f"{score['chance']:.3f}"]

    bracket = found["bracket"]
    return "\n\n".join([
        "## Attention",
        paragraph(f"""Best head of each kind, counted from 0; chance is a head that attends evenly to all it may see. On held-out code:
            {found['rows']} rows of {found['rowTokens']} tokens."""),
        table(["kind", "mean weight", "head", "score", "chance"], [
            row("induction", "to what followed the same token before, on random tokens given twice", "induction"),
            row("previous token", "to the token before, on held-out code", "previousToken"),
            row("previous token", "the same on random tokens given twice", "previousTokenOnRandom"),
            row("matching bracket", f"from a closing bracket to its own opening bracket, at least {NEAREST} tokens before ({bracket['pairs']} pairs)", "bracket"),
            row("newline", "to tokens that start a line", "newline"),
            row("self", "to the token itself", "self"),
            row("first token", "to the first token", "firstToken"),
        ], {3, 4}),
        paragraph(f"""From a closing bracket, the bracket head gives every other opening bracket before it {bracket['otherOpening']:.3f}
            on average. Over all heads, the first token gets {found['firstToken']['mean']:.3f}."""),
    ])


def samples(facts: Facts) -> str:
    sampling, loops = facts.measured["sampling"], facts.measured["loops"]
    parts = ["## Samples", paragraph(f"""One completion each, nothing chosen: temperature {sampling['temperature']}, top-p {sampling['topP']},
        at most {sampling['tokens']} tokens, seeds {', '.join(str(sample['seed']) for sample in facts.measured['samples'])}.
        `{PROMPT_END}` marks where the prompt ends.""")]
    parts += [fenced(sample["prompt"] + PROMPT_END + sample["text"]) for sample in facts.measured["samples"]]
    rows = [[f"sampled at temperature {found['temperature']:g}", percent(found["share"]), percent(found["worst"])] for found in loops["sampled"]]
    parts += [
        paragraph(f"""Loops: the share of runs of {loops['gram']} tokens that occurred before in the same text, in {loops['samples']} texts of
            {loops['tokens']} tokens that continue {loops['promptTokens']} tokens of held-out code. Samples at temperature
            {sampling['temperature']:g} may have {100 * LOOP_MARGIN:.0f} percentage points more than code."""),
        table(["text", "mean", "highest of a text"],
              [["the code that really follows", percent(loops["realShare"]), percent(loops["realWorst"])], *rows], {1, 2}),
    ]
    return "\n\n".join(parts)


def training(facts: Facts) -> str:
    rows = []
    before = 0.0
    for index, phase in enumerate(facts.phases):
        entries = [entry for entry in facts.log if entry["phase"] == phase.name]
        if not entries:
            continue
        steps = facts.state["reached"].get(phase.name, facts.state["step"] if index == facts.state["phase"] else entries[-1]["step"])
        last = entries[-1]
        rows.append([phase.name, f"{steps:,} of {phase.steps:,}", f"{phase.rows} x {phase.length:,}", f"{phase.repeated:g}",
                     f"{steps * phase.rows * phase.length:,}", duration(last["seconds"] - before), f"{last['valid']:.3f}"])
        before = last["seconds"]
    state = facts.state
    return "\n\n".join([
        "## Training",
        "~~~~~~sh\ncd models/train\npython -m code_transformer --work DIR\n~~~~~~",
        paragraph(f"""{state['total']:,} steps, {state['tokens']:,} tokens, {duration(state['seconds'])} of wall time on {processor()}, PyTorch
            {version('torch')}, seed {facts.seed}. Hidden matrices by Muon (rate {MUON_RATE:g}), embedding and norms by AdamW (rate {ADAM_RATE:g}).
            {PRECISIONS[facts.precision]}"""),
        table(["phase", "steps", "rows x tokens", "share of repeated rows", "tokens", "time", "validation, nats a token"], rows,
              {1, 2, 3, 4, 5, 6}),
        paragraph("""A repeated row holds one segment, random tokens or code, over and over: it is what makes induction heads form early. The
            validation column is the loss at the phase's own row length, on rows from all of the held-out text."""),
    ])


def data(facts: Facts) -> str:
    rows = [[source["package"], source["version"], source["licence"], source["split"], f"{source['files']:,}", f"{source['bytes']:,}"]
            for source in sorted(facts.sources, key=lambda source: (source["split"], source["package"]))]
    sizes = {split: sum(source["bytes"] for source in facts.sources if source["split"] == split) for split in ("train", "valid")}
    return "\n\n".join([
        "## Data",
        paragraph(f"""Python source of the packages below: {sizes['train']:,} bytes for training, {sizes['valid']:,} in packages held out
            whole. Without tests, vendored copies, generated files and tables; files that occur twice are taken once, and training
            files that share more than {percent(SHARED)} of their runs of {RUN_LINES} lines with held-out ones are left out. The licence is what the
            package's metadata states; the source itself is not part of this model's files."""),
        table(["package", "version", "licence", "split", "files", "bytes"], rows, {4, 5}),
    ])


def limits(facts: Facts) -> str:
    likelihood = facts.measured["likelihood"]
    if likelihood["context"] < likelihood["windowTokens"]:
        beyond = f"Beyond {likelihood['context']:,} tokens it predicts worse."
    else:
        beyond = f"Beyond {likelihood['windowTokens']:,} tokens it was not measured."
    return "\n\n".join([
        "## Limits",
        paragraph(f"""It has seen Python alone, and little of it: it writes code-shaped text, not code that works, and can give back
            passages of its training data. On other languages and on prose its attention still shows, but its predictions mean
            little. {beyond} What a head attends to is not by itself a reason for
            what the model predicts."""),
        paragraph("""It is not an assistant, not a completion engine, and no measure of what larger models do."""),
    ])


def install(work: Path, folder: Path) -> None:
    """Writes all files of the model into `folder`, each whole or not at all, the manifest last: until then it fails its check."""
    facts = Facts.read(work)
    files = {name: (work / name).read_bytes() for name in ("model.onnx", "tokenizer.json")}
    if hashlib.sha256(files["model.onnx"]).hexdigest() != facts.measured["model"]["sha256"]:
        raise ValueError(f"{work / 'measured.json'} is of another file than {work / 'model.onnx'}: measure again")
    files["MODEL_CARD.md"] = card(facts).encode("utf8")
    put_in_place(folder, files, manifest(facts, onnx.load_from_string(files["model.onnx"])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    install(arguments.work, arguments.to)


if __name__ == "__main__":
    main()
