"""What trainings share: the command line, the clock that ends a run, rates, averaged weights, checkpoints, the log."""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn

from .folders import WORK
from .replay import Replay

WARM_UP = 100  # steps
PROCESS_BEGAN = time.monotonic()


def parser_of(doc: str, steps: int, batch: int) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=WORK, help="folder of glyphs.npz (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint to write, .npz")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=steps, help="at most (default: %(default)s)")
    parser.add_argument("--seconds", type=float, help="end after this many seconds, with what was learned until then")
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--start", type=Path, help="a checkpoint whose weights to begin with")
    parser.add_argument("--every", type=int, default=500, help="steps between entries of the log (default: %(default)s)")
    parser.add_argument("--compile", action="store_true", help="fuse the networks' operations (needs a C compiler, a minute to begin with)")
    parser.add_argument("--replay", action="store_true", help="record a step as a CUDA graph and replay it")
    return parser


class Training:
    """One run: `progress` goes from 0 to 1 by steps or by the clock, whichever is ahead, and rates follow it."""

    def __init__(self, arguments: argparse.Namespace):
        self.arguments = arguments
        self.device = torch.device(arguments.device)
        self.step, self.log, self.before, self.running, self.earlier, self.kept = 0, [], [], True, 0.0, {}
        self.clocks: list[dict] = []
        self.rates: list[tuple[torch.optim.Optimizer, float]] = []
        self.clock = torch.zeros((), device=self.device)  # progress, where a recorded step can read it
        torch.manual_seed(arguments.seed)
        self.generator = torch.Generator(self.device).manual_seed(arguments.seed)
        if self.device.type == "cuda":
            torch.backends.cudnn.benchmark = True
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        else:
            torch.set_num_threads(1)

    @property
    def seconds(self) -> float:
        """Of this run, also before it was interrupted."""
        return self.earlier + time.monotonic() - PROCESS_BEGAN

    @property
    def progress(self) -> float:
        allowed = self.arguments.seconds
        return min(1.0, max(self.step / self.arguments.steps, self.seconds / allowed if allowed else 0.0))

    def going(self) -> bool:
        """Whether there is another step to take; call before each, it sets the step's rates."""
        self.clock.fill_(self.progress)
        for optimiser, highest in self.rates:
            for group in optimiser.param_groups:
                if isinstance(group["lr"], torch.Tensor):
                    group["lr"].fill_(highest * self.rate())
                else:
                    group["lr"] = highest * self.rate()
        return self.running

    def rate(self) -> float:
        """Learning-rate factor: linear warm-up, then half a cosine down to 0."""
        return min(1.0, (self.step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * self.progress))

    def adam(self, parameters, rate: float, betas: tuple[float, float] = (0.9, 0.99), decay: float = 0.0) -> torch.optim.AdamW:
        """An optimiser whose learning rate goes up to `rate` and follows the run."""
        on_gpu = self.device.type == "cuda"
        first = torch.tensor(rate, device=self.device) if on_gpu else rate
        optimiser = torch.optim.AdamW(parameters, lr=first, betas=betas, weight_decay=decay, fused=on_gpu, capturable=on_gpu)
        self.rates.append((optimiser, rate))
        return optimiser

    def compiled(self, function):
        """A network, or a function of it, its operations fused if the command line asks for it."""
        return torch.compile(function, dynamic=False) if self.arguments.compile else function

    def steps_of(self, step):
        """A function that takes one step, recorded and replayed if the command line asks for it."""
        return Replay(step, self.generator) if self.arguments.replay else step

    def autocast(self):
        """Matrix products in bfloat16, all else in float32."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def due(self) -> bool:
        """Whether an entry of the log is due; call once a step, after it. The last step always has one."""
        self.step += 1
        self.running = self.progress < 1.0
        return self.step % self.arguments.every == 0 or not self.running

    def note(self, **values) -> None:
        entry = {"step": self.step, "seconds": round(self.seconds, 1)} | {name: round(float(torch.as_tensor(value).detach()), 5) for name, value in values.items()}
        if not all(math.isfinite(value) for value in entry.values()):
            raise RuntimeError(f"{type(self).__name__}: {entry} at step {self.step} is not finite")
        self.log.append(entry)
        print(self.arguments.out.stem, json.dumps(entry), flush=True)
        if self.kept:
            temporary = self.state_file.with_suffix(".tmp")
            temporary.parent.mkdir(parents=True, exist_ok=True)
            torch.save({"parts": {name: part.state_dict() for name, part in self.kept.items()}, "generator": self.generator.get_state(),
                        "step": self.step, "log": self.log, "before": self.before, "seconds": self.seconds, "clocks": self.clocks,
                        "allowed": self.arguments.seconds}, temporary)
            temporary.replace(self.state_file)

    def begin(self, **models: nn.Module) -> None:
        """Takes the weights of the checkpoint that the run starts from, if it has one."""
        if self.arguments.start:
            states, facts = load(self.arguments.start)
            for part, model in models.items():
                model.load_state_dict(states[part])
            kept = ("steps", "batch", "seconds", "seed", "device", "torch", "penalty", "diversity")
            self.before = [*facts.get("before", []), {name: facts[name] for name in kept if name in facts}]

    @property
    def state_file(self) -> Path:
        return self.arguments.out.with_suffix(".state")

    def resume(self, **kept) -> None:
        """Names what a run must keep to be taken up again (models, optimisers, averages). With a state file of an interrupted run beside
        the checkpoint that is taken up; the file is written with each entry of the log."""
        self.kept = kept
        if self.state_file.exists():
            saved = torch.load(self.state_file, map_location=self.device, weights_only=False)
            for name, part in kept.items():
                part.load_state_dict(saved["parts"][name])
            self.generator.set_state(saved["generator"].cpu())
            self.step, self.log, self.before, self.earlier = saved["step"], saved["log"], saved["before"], saved["seconds"]
            self.clocks = saved["clocks"]
            if saved["allowed"] != self.arguments.seconds:
                self.clocks.append({"until": self.step, "seconds": saved["allowed"]})

    def finish(self) -> None:
        """Call when the checkpoint is written: nothing is left to take up."""
        self.state_file.unlink(missing_ok=True)

    def facts(self, **more) -> dict:
        """What the checkpoint says of the run; `before` lists the runs that it went on from, `clocks` the seconds that it was first given
        where it was taken up with others."""
        device = torch.cuda.get_device_name() if self.device.type == "cuda" else "cpu"
        return {"steps": self.step, "batch": self.arguments.batch, "seconds": round(self.seconds, 1), "seed": self.arguments.seed,
                "device": device, "torch": torch.__version__, "log": self.log, "before": self.before, "clocks": self.clocks} | more


class Average:
    """Exponential moving average of a model's weights, itself a model (`.model`)."""

    def __init__(self, model: nn.Module, build, decay: float = 0.999):
        self.model = build().to(next(model.parameters()).device).eval().requires_grad_(False)
        self.model.load_state_dict(model.state_dict())
        self.source, self.decay = model, decay
        self.count = torch.zeros((), device=next(model.parameters()).device)

    def state_dict(self) -> dict:
        return {"weights": self.model.state_dict(), "count": self.count}

    def load_state_dict(self, state: dict) -> None:
        self.model.load_state_dict(state["weights"])
        self.count.copy_(state["count"])

    @torch.no_grad()
    def update(self) -> None:
        self.count += 1
        share = 1 - ((1 + self.count) / (10 + self.count)).clamp(max=self.decay)
        own = list(self.model.parameters())
        towards = torch._foreach_sub(list(self.source.parameters()), own)
        torch._foreach_mul_(towards, share)
        torch._foreach_add_(own, towards)
        for own, other in zip(self.model.buffers(), self.source.buffers()):
            own.copy_(other)


def save(path: Path, models: dict[str, nn.Module], facts: dict) -> None:
    """Weights as `part/parameter` and the facts as JSON, in one .npz, whole or not at all."""
    content = {f"{part}/{name}": value.detach().float().cpu().numpy() for part, model in models.items() for name, value in model.state_dict().items()}
    temporary = path.with_suffix(".tmp.npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(temporary, facts=np.array(json.dumps(facts)), **content)
    temporary.replace(path)


def load(path: Path) -> tuple[dict[str, dict[str, torch.Tensor]], dict]:
    """The state dictionaries by part, and the facts."""
    states: dict[str, dict[str, torch.Tensor]] = {}
    with np.load(path) as file:
        facts = json.loads(str(file["facts"]))
        for key in file.files:
            if key != "facts":
                part, name = key.split("/", 1)
                states.setdefault(part, {})[name] = torch.from_numpy(file[key])
    return states, facts


class Best:
    """The weights with the highest score so far."""

    def __init__(self):
        self.score, self.step, self.state = -math.inf, 0, None

    def offer(self, score: float, step: int, model: nn.Module) -> bool:
        """Keeps a copy of the weights if they are the best; whether they are."""
        if score <= self.score:
            return False
        self.score, self.step = score, step
        self.state = {name: value.clone() for name, value in model.state_dict().items()}
        return True

    def state_dict(self) -> dict:
        return dict(vars(self))

    def load_state_dict(self, state: dict) -> None:
        vars(self).update(state)

    def facts(self) -> dict:
        return {"step": self.step, "score": self.score}
