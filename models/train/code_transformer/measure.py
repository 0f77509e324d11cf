"""Measures an exported code transformer, from its ONNX file alone.

    python -m code_transformer.measure --model FOLDER [--work DIR] [--float32 FILE] [--out FILE]

FOLDER holds model.onnx and tokenizer.json. The held-out text and the n-gram baseline's training text are DIR/valid.jsonl and
DIR/train.jsonl; where they are missing they are built first, as for training. Prints every number, writes them as JSON, and
ends with 1 if a gate fails:
  induction   some head's score on repeated random tokens >= 0.5
  previous    some head's weight on the token before, on held-out code >= 0.5
  bracket     some head's weight from a closing bracket to its own opening bracket >= 10 x uniform
  loops       share of runs of 8 tokens that samples repeat <= that of held-out code + 0.1
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from common.folders import WORK
from common.onnx_file import describe as describe_file

from . import corpus, heads
from .brackets import bracket_pairs, opening_positions
from .likelihood import (
    Window, by_range, cut_windows, model_bits, spread, token_bytes, usable_context, window_sizes, xz_bits_per_byte,
)
from .ngram import NgramModel
from .sampling import GRAM, TEMPERATURE, TOP_P, generate, repeated_share
from .session import AttentionSession, Session
from .tokenizer import END_OF_TEXT, encode, read_texts

INDUCTION_GATE = 0.5
PREVIOUS_GATE = 0.5
BRACKET_GATE = 10.0  # times uniform
LOOP_MARGIN = 0.1

PERIOD, RANDOM_ROWS = 64, 8
CODE_ROWS, CODE_LENGTH = 40, 256
LOOP_SAMPLES, LOOP_PROMPT, LOOP_LENGTH = 32, 64, 200
# The gate is on TEMPERATURE, at which the card's samples are drawn; the others are for comparison.
LOOP_TEMPERATURES = tuple(sorted({0.7, 0.8, 0.9, TEMPERATURE}))
SAMPLE_LENGTH = 120
# A line's end belongs to the indentation behind it, so a prompt stops before it.
PROMPTS = (
    "import argparse\n\n\ndef main():\n    parser = argparse.ArgumentParser(",
    'class Stack:\n    """A last-in, first-out list."""\n\n    def __init__(self):',
    "def read_lines(path):",
    "import numpy as np\n\n\ndef softmax(x, axis=-1):",
    "    async def fetch(self, url, timeout=None):",
    "# Remove the temporary files.\nfor name in os.listdir(",
)


def describe(path: Path) -> dict:
    """What the file is: sizes, and how its weights are stored."""
    session = Session(path)
    return describe_file(path) | {"layers": session.layers, "heads": session.heads, "headDim": session.head_dim, "vocabulary": session.vocabulary}


def measure_likelihood(session: Session, windows: list[Window], available: int, pieces: list[bytes]) -> tuple[dict, np.ndarray]:
    bits, sizes = model_bits(session, windows), window_sizes(windows, pieces)
    ranges = list(by_range(bits, sizes))
    packages = {}
    for package in sorted({window.package for window in windows}):
        rows = [row for row, window in enumerate(windows) if window.package == package]
        packages[package] = {"windows": len(rows), "bytes": int(sizes[rows].sum()), "bitsPerByte": bits[rows].sum() / sizes[rows].sum()}
    return {
        "windows": len(windows),
        "availableWindows": available,
        "windowTokens": bits.shape[1],
        "files": len({(window.package, window.path) for window in windows}),
        "bytes": int(sizes.sum()),
        "bitsPerByte": bits.sum() / sizes.sum(),
        "natsPerToken": bits.mean() * np.log(2),
        "ranges": [{"start": start, "end": end, "bitsPerByte": value} for (start, end), value in ranges],
        "context": usable_context(ranges),
        "packages": packages,
    }, bits


def measure_baselines(train: np.ndarray, windows: list[Window], pieces: list[bytes]) -> dict:
    """The n-gram model and xz on the bytes that the model was measured on."""
    model = NgramModel(train, len(pieces))
    sizes = window_sizes(windows, pieces)
    bits = np.stack([model.bits(window.ids) for window in windows])
    return {
        "ngram": {"order": model.order, "trainingTokens": len(train), "bitsPerByte": bits.sum() / sizes.sum(),
                  "ranges": [{"start": start, "end": end, "bitsPerByte": value} for (start, end), value in by_range(bits, sizes)]},
        "xz": {"bitsPerByte": xz_bits_per_byte(windows, pieces)},
    }


def best(scores: torch.Tensor) -> dict:
    """The highest of scores [layers, heads] and whose it is."""
    layer, head = divmod(int(scores.argmax()), scores.shape[1])
    return {"layer": layer, "head": head, "score": float(scores[layer, head])}


def code_rows(files: list[dict], tokenizer: Tokenizer, rows: int, length: int):
    """ids [rows, length] from the middle of files spread over all packages; of each row its (closing, opening) bracket pairs, and
    the positions of all opening brackets."""
    ids, pairs, openings = [], [], []
    files = sorted(files, key=lambda file: (file["package"], file["path"]))
    long_enough = [(file, encoding) for file in files if len((encoding := tokenizer.encode(file["text"])).ids) >= length]
    for file, encoding in spread(long_enough, rows):
        start = (len(encoding.ids) - length) // 2
        ids.append(encoding.ids[start : start + length])
        pairs.append(bracket_pairs(file["text"], encoding.offsets, start, length))
        openings.append(opening_positions(file["text"], encoding.offsets, start, length))
    return torch.tensor(ids), pairs, openings


def measure_heads(session: AttentionSession, files: list[dict], tokenizer: Tokenizer, pieces: list[bytes]) -> dict:
    def weights_of(ids: torch.Tensor) -> torch.Tensor:
        return torch.cat([torch.from_numpy(session.weights(row[None].numpy())) for row in ids], dim=1)

    random_weights = weights_of(heads.repeated_random_rows(session.vocabulary, RANDOM_ROWS, PERIOD, seed=0))
    ids, pairs, openings = code_rows(files, tokenizer, CODE_ROWS, CODE_LENGTH)
    weights = weights_of(ids)
    uniform, random_uniform = heads.uniform_weights(ids.shape[1]), heads.uniform_weights(2 * PERIOD)
    everywhere = uniform.expand(1, len(ids), 1, -1, -1)
    newline = torch.tensor([piece.startswith((b"\n", b"\r")) for piece in pieces])[ids]
    bracket = heads.pair_score(weights, pairs)
    found = best(bracket)
    others = [[(query, key) for query, own in row for key in opened if key != own and key < query]
              for row, opened in zip(pairs, openings)]
    found["otherOpening"] = float(heads.pair_score(weights, others)[found["layer"], found["head"]])
    found["pairs"] = sum(map(len, pairs))
    first = heads.first_token_mass(weights)

    def chance(scores: torch.Tensor) -> dict:
        return {"chance": float(scores)}

    return {
        "rows": len(ids),
        "rowTokens": ids.shape[1],
        "induction": best(heads.induction_score(random_weights, PERIOD)) | chance(heads.induction_score(random_uniform, PERIOD)),
        "previousToken": best(heads.previous_token_score(weights)) | chance(heads.previous_token_score(uniform)),
        "previousTokenOnRandom": best(heads.previous_token_score(random_weights)) | chance(heads.previous_token_score(random_uniform)),
        "bracket": found | chance(heads.pair_score(everywhere, pairs)),
        "newline": best(heads.key_mass(weights, newline)) | chance(heads.key_mass(everywhere, newline)),
        "self": best(heads.self_score(weights)) | chance(heads.self_score(uniform)),
        "firstToken": best(first) | {"mean": float(first.mean())} | chance(heads.first_token_mass(uniform)),
    }


def measure_samples(session: Session, tokenizer: Tokenizer) -> list[dict]:
    """One completion of each prompt; nothing is chosen among several."""
    samples = []
    for seed, prompt in enumerate(PROMPTS):
        ids = np.array([[tokenizer.token_to_id(END_OF_TEXT), *tokenizer.encode(prompt).ids]])
        drawn = generate(session, ids, SAMPLE_LENGTH, seed)[0].tolist()
        end = tokenizer.token_to_id(END_OF_TEXT)
        samples.append({"prompt": prompt, "seed": seed, "text": tokenizer.decode(drawn[: drawn.index(end)] if end in drawn else drawn)})
    return samples


def measure_loops(session: Session, windows: list[Window]) -> dict:
    """How much of their own text samples repeat, beside the code that really follows the same prompts."""
    rows = np.stack([window.ids for window in spread(windows, LOOP_SAMPLES)])
    real = [repeated_share(row) for row in rows[:, LOOP_PROMPT : LOOP_PROMPT + LOOP_LENGTH]]
    sampled = []
    for temperature in LOOP_TEMPERATURES:
        shares = [repeated_share(row) for row in generate(session, rows[:, :LOOP_PROMPT], LOOP_LENGTH, seed=0, temperature=temperature)]
        sampled.append({"temperature": temperature, "share": float(np.mean(shares)), "worst": max(shares)})
    return {
        "samples": len(rows), "promptTokens": LOOP_PROMPT, "tokens": LOOP_LENGTH, "gram": GRAM, "topP": TOP_P,
        "realShare": float(np.mean(real)), "realWorst": max(real), "sampled": sampled,
        "share": next(found["share"] for found in sampled if found["temperature"] == TEMPERATURE),
    }


def gates(measured: dict) -> list[dict]:
    scores, loops = measured["heads"], measured["loops"]
    table = [
        ("induction", scores["induction"]["score"], ">=", INDUCTION_GATE),
        ("previous", scores["previousToken"]["score"], ">=", PREVIOUS_GATE),
        ("bracket", scores["bracket"]["score"], ">=", BRACKET_GATE * scores["bracket"]["chance"]),
        ("loops", loops["share"], "<=", loops["realShare"] + LOOP_MARGIN),
    ]
    return [{"gate": gate, "value": value, "relation": relation, "bound": bound,
             "passed": bool(value >= bound if relation == ">=" else value <= bound)} for gate, value, relation, bound in table]


def training_ids(work: Path, model: Path, tokenizer: Tokenizer) -> np.ndarray:
    """The training text in this tokenizer's ids: those of the training, where it had the same tokenizer."""
    own = work / "tokenizer.json"
    if own.exists() and (work / "train.npy").exists() and own.read_bytes() == (model / "tokenizer.json").read_bytes():
        return np.load(work / "train.npy", mmap_mode="r")
    return encode(tokenizer, read_texts(work / "train.jsonl"))


def measure(model: Path, work: Path, windows: int, float32: Path | None, float32_windows: int) -> dict:
    """All numbers about FOLDER/model.onnx. `windows` of 1,024 tokens, spread evenly over the held-out packages; on
    `float32_windows` of them the float32 file is compared, where it is given."""
    path = model / "model.onnx"
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    pieces = token_bytes(tokenizer)
    with (work / "valid.jsonl").open() as lines:
        files = [json.loads(line) for line in lines]
    everything = cut_windows(files, tokenizer)
    chosen = spread(everything, windows)
    session = Session(path)

    def step(what: str) -> None:
        print(f"measuring {what}", file=sys.stderr, flush=True)

    step("likelihood")
    likelihood, bits = measure_likelihood(session, chosen, len(everything), pieces)
    measured = {"model": describe(path), "likelihood": likelihood}
    if float32 is not None:
        step("the cost of float16 storage")
        rows = spread(list(range(len(chosen))), float32_windows)
        some = [chosen[row] for row in rows]
        size = window_sizes(some, pieces).sum()
        stored, exact = bits[rows].sum() / size, model_bits(Session(float32), some).sum() / size
        measured["storage"] = {"windows": len(some), "bytes": int(size), "float16": stored, "float32": exact, "cost": stored - exact}
    step("baselines")
    measured["baselines"] = measure_baselines(training_ids(work, model, tokenizer), chosen, pieces)
    step("heads")
    measured["heads"] = measure_heads(AttentionSession(path), files, tokenizer, pieces)
    step("samples")
    measured["samples"] = measure_samples(session, tokenizer)
    measured["sampling"] = {"temperature": TEMPERATURE, "topP": TOP_P, "tokens": SAMPLE_LENGTH}
    measured["loops"] = measure_loops(session, everything)
    measured["gates"] = gates(measured)
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder of model.onnx and tokenizer.json")
    parser.add_argument("--work", type=Path, default=WORK, help="folder of the corpus (default: %(default)s)")
    parser.add_argument("--windows", type=int, default=256, help="windows of 1,024 tokens to predict (default: %(default)s)")
    parser.add_argument("--float32", type=Path, help="the float32 export, to state what float16 storage costs")
    parser.add_argument("--float32-windows", type=int, default=64)
    parser.add_argument("--out", type=Path, help="write the numbers here as JSON")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name in ("model.onnx", "tokenizer.json"):
        if not (arguments.model / name).is_file():
            parser.error(f"{arguments.model / name} does not exist")
    corpus.ensure(arguments.work)
    measured = measure(arguments.model, arguments.work, arguments.windows, arguments.float32, arguments.float32_windows)
    text = json.dumps(measured, indent=1, default=float)
    if arguments.out:
        arguments.out.write_text(text + "\n")
    print(text)
    for gate in measured["gates"]:
        print(f"{'passed' if gate['passed'] else 'FAILED'}: {gate['gate']} {gate['value']:.3f}, wanted {gate['relation']} {gate['bound']:.3f}")
    sys.exit(0 if all(gate["passed"] for gate in measured["gates"]) else 1)


if __name__ == "__main__":
    main()
