"""Trains the code transformer.

    python -m code_transformer.train --work DIR [--processes 2]

Three phases, each with its own row length, batch and share of rows that repeat themselves:
  induction  short rows, half of them a repeated segment, until an induction head has formed (Olsson et al. 2022,
             arXiv:2209.11895: heads that attend to what followed the same token before) or the phase's steps are over;
  main       rows of 256;
  long       rows of 1,024, the length the model is used at, the learning rate falling to 0.
Hidden matrices are trained by Muon, embedding and norms by AdamW. The processes share each step's rows and average their
gradients, one thread each: on a small machine that is faster than one process with two threads, and as reproducible.
Weights, gradients and sums are float32; with the precision bfloat16, matrix products are in that (autocast): three times
faster on a processor that has instructions for it, slower on one that has not.
Everything random comes from --seed. DIR/checkpoint.pt is written every 100 steps; the same command goes on from it.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing
import torch.nn.functional as F

from .heads import induction_score, previous_token_score, repeated_random_rows
from .model import CodeTransformer, Shape
from .muon import Muon

MUON_RATE = 0.02
ADAM_RATE = 2e-3


@dataclass(frozen=True)
class Phase:
    name: str
    steps: int
    length: int
    rows: int  # of one step, over all processes
    repeated: float  # share of rows that repeat a segment
    rates: tuple[tuple[float, float], ...] = ((0, 1.0),)  # learning-rate factor at these steps, linear between them


def settings() -> dict:
    return json.loads((Path(__file__).parent / "training.json").read_text())


def default_phases() -> list[Phase]:
    return [Phase(**phase) for phase in settings()["phases"]]


def default_precision() -> str:
    return settings()["precision"]


def rate_factor(phase: Phase, step: int) -> float:
    """What the learning rates are multiplied by at a step of the phase."""
    steps, factors = zip(*phase.rates)
    return float(np.interp(step, steps, factors))


def make_rows(ids: np.ndarray, phase: Phase, count: int, vocabulary: int, rng: np.random.Generator):
    """count rows of [length + 1] ids and the mask [count, length] of the targets that count.

    A repeated row holds one segment (random tokens or code, 16 to length/2 long) over and over; the first pass over random
    tokens cannot be predicted and is left out of the loss."""
    size = phase.length + 1
    rows = np.empty((count, size), dtype=np.int64)
    wanted = np.ones((count, phase.length), dtype=bool)
    for row in range(count):
        start = int(rng.integers(0, len(ids) - size))
        rows[row] = ids[start : start + size]
        if rng.random() < phase.repeated:
            period = int(rng.integers(16, phase.length // 2 + 1))
            is_random = rng.random() < 0.5
            segment = rng.integers(1, vocabulary, period) if is_random else rows[row, :period].copy()
            rows[row] = np.resize(segment, size)
            if is_random:
                wanted[row, : period - 1] = False
    return torch.from_numpy(rows), torch.from_numpy(wanted)


def optimisers(model: CodeTransformer, precision: torch.dtype):
    hidden = [p for name, p in model.named_parameters() if p.ndim == 2 and not name.startswith("embedding")]
    chosen = {id(p) for p in hidden}
    rest = [p for p in model.parameters() if id(p) not in chosen]
    muon = Muon(hidden, lr=MUON_RATE, precision=precision)
    adam = torch.optim.AdamW(rest, lr=ADAM_RATE, betas=(0.9, 0.95), weight_decay=0.0)
    return [(muon, MUON_RATE), (adam, ADAM_RATE)]


@torch.no_grad()
def evaluate(model: CodeTransformer, valid: np.ndarray, length: int, rows: int) -> dict:
    """Validation loss in nats a token on fixed rows, and the best head scores on repeated random tokens."""
    size = length + 1
    starts = np.linspace(0, len(valid) - size - 1, rows).astype(int)
    batch = torch.from_numpy(np.stack([valid[s : s + size] for s in starts]).astype(np.int64))
    loss = 0.0
    for part in batch.split(max(1, 4096 // length)):
        logits, _ = model(part[:, :-1], explicit=length < 512)
        loss += F.cross_entropy(logits.flatten(0, 1), part[:, 1:].flatten(), reduction="sum").item()
    ids = repeated_random_rows(model.shape.vocabulary, 4, 64, seed=0)
    _, weights = model.attention_weights(ids)
    return {
        "valid": loss / (rows * length),
        "induction": induction_score(weights, 64).max().item(),
        "previous": previous_token_score(weights).max().item(),
    }


def worker(rank: int, world: int, arguments: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    if world > 1:
        dist.init_process_group("gloo", init_method=f"file://{arguments.work.resolve()}/rendezvous", rank=rank, world_size=world)
    shape = Shape(**arguments.shape)
    torch.manual_seed(arguments.seed)
    model = CodeTransformer(shape)
    precision = getattr(torch, arguments.precision)
    rules = optimisers(model, precision)
    phases = arguments.phases
    train = np.load(arguments.work / "train.npy", mmap_mode="r")
    valid = np.load(arguments.work / "valid.npy")
    state = {"phase": 0, "step": 0, "total": 0, "tokens": 0, "seconds": 0.0, "reached": {}}
    checkpoint = arguments.work / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(saved["model"])
        for (optimiser, _), content in zip(rules, saved["optimisers"]):
            optimiser.load_state_dict(content)
        state = saved["state"]

    def log(entry: dict) -> None:
        if rank == 0:
            with (arguments.work / "log.jsonl").open("a") as out:
                out.write(json.dumps(entry) + "\n")
            print(json.dumps(entry), flush=True)

    parameters = list(model.parameters())
    average = 0.0
    while state["phase"] < len(phases):
        phase = phases[state["phase"]]
        if state["step"] >= phase.steps:
            state["reached"][phase.name] = state["step"]
            state["phase"] += 1
            state["step"] = 0
            continue
        began = time.monotonic()
        factor = rate_factor(phase, state["step"])
        rng = np.random.default_rng([arguments.seed, state["total"], rank])
        rows, wanted = make_rows(train, phase, phase.rows // world, shape.vocabulary, rng)
        loss_sum = 0.0
        per_pass = max(1, 2048 // phase.length)
        for part, mask in zip(rows.split(per_pass), wanted.split(per_pass)):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == torch.bfloat16):
                logits, _ = model(part[:, :-1], explicit=phase.length < 512)
            losses = F.cross_entropy(logits.float().flatten(0, 1), part[:, 1:].flatten(), reduction="none")
            loss = (losses * mask.flatten()).sum() / wanted.sum()
            loss.backward()
            loss_sum += loss.item()
        if world > 1:
            flat = torch.cat([p.grad.flatten() for p in parameters])
            dist.all_reduce(flat)
            flat /= world
            offset = 0
            for p in parameters:
                p.grad.copy_(flat[offset : offset + p.numel()].view_as(p))
                offset += p.numel()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        for optimiser, rate in rules:
            for group in optimiser.param_groups:
                group["lr"] = rate * factor
            optimiser.step()
            optimiser.zero_grad(set_to_none=False)
        if not math.isfinite(loss_sum):
            raise RuntimeError(f"the loss is {loss_sum} at step {state['total']}")
        average = loss_sum if average == 0 else 0.95 * average + 0.05 * loss_sum
        state["step"] += 1
        state["total"] += 1
        state["tokens"] += phase.rows * phase.length
        state["seconds"] += time.monotonic() - began
        if state["total"] % arguments.every == 0 or state["step"] == phase.steps:
            model.eval()
            scores = evaluate(model, valid, phase.length, max(4, 16384 // phase.length))
            model.train()
            log({"phase": phase.name, **{k: state[k] for k in ("step", "total", "tokens")}, "seconds": round(state["seconds"], 1),
                 "train": round(average, 4), **{k: round(v, 4) for k, v in scores.items()}, "rate": round(factor, 3)})
            if phase.name == "induction" and scores["induction"] > 0.5:
                state["reached"][phase.name] = state["step"]
                state["phase"] += 1
                state["step"] = 0
            if rank == 0:
                temporary = checkpoint.with_suffix(".tmp")
                torch.save({"model": model.state_dict(), "optimisers": [o.state_dict() for o, _ in rules], "state": state,
                            "shape": shape.as_dict(), "seed": arguments.seed, "precision": arguments.precision}, temporary)
                temporary.replace(checkpoint)
    if world > 1:
        dist.destroy_process_group()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default=default_precision(), help="of matrix products (default: %(default)s)")
    parser.add_argument("--every", type=int, default=100, help="steps between evaluations and checkpoints")
    parser.add_argument("--shape", type=json.loads, default={}, help='JSON, e.g. {"layers": 2, "width": 64}')
    parser.add_argument("--phases", type=lambda text: [Phase(**p) for p in json.loads(text)], default=None, help="JSON list of phases")
    arguments = parser.parse_args()
    arguments.phases = arguments.phases or default_phases()
    (arguments.work / "rendezvous").unlink(missing_ok=True)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if arguments.processes == 1:
        worker(0, 1, arguments)
    else:
        multiprocessing.spawn(worker, args=(arguments.processes, arguments), nprocs=arguments.processes)


if __name__ == "__main__":
    main()
