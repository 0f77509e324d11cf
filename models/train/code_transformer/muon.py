"""Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/), its work shared between processes.

torch.optim.Muon does its Newton-Schulz iterations in bfloat16, which a processor without bfloat16 instructions runs some twenty
times slower than float32: here the precision is chosen.
"""

from __future__ import annotations

import torch
import torch.distributed as dist

# The quintic's coefficients, from the source above: they maximise the slope at zero.
A, B, C = 3.4445, -4.7750, 2.0315


def orthogonalise(matrix: torch.Tensor, iterations: int = 5) -> torch.Tensor:
    """The nearest semi-orthogonal matrix to `matrix`, roughly: singular values end in about 0.7 to 1.2."""
    x = matrix / (matrix.norm() + 1e-7)
    wide = x.shape[0] <= x.shape[1]
    x = x if wide else x.T
    for _ in range(iterations):
        gram = x @ x.T
        x = A * x + (B * gram + C * gram @ gram) @ x
    return x if wide else x.T


class Muon(torch.optim.Optimizer):
    """Momentum, Nesterov, then an orthogonalised step of scale sqrt(max(1, rows / columns)). Every process must call step()."""

    def __init__(self, parameters, lr: float, momentum: float = 0.95, weight_decay: float = 0.01, precision: torch.dtype = torch.float32):
        """`precision`: of the Newton-Schulz iterations."""
        self.precision = precision
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        shared = dist.is_initialized()
        world, rank = (dist.get_world_size(), dist.get_rank()) if shared else (1, 0)
        for group in self.param_groups:
            parameters = group["params"]
            updates = torch.zeros(sum(p.numel() for p in parameters))
            offset, load = 0, [0] * world
            for p in parameters:
                momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
                momentum.lerp_(p.grad, 1 - group["momentum"])
                owner = load.index(min(load))
                load[owner] += min(p.shape) * p.numel()
                if owner == rank:
                    update = orthogonalise(p.grad.lerp(momentum, group["momentum"]).to(self.precision)).float()
                    update *= max(1, p.shape[0] / p.shape[1]) ** 0.5
                    updates[offset : offset + p.numel()] = update.flatten()
                offset += p.numel()
            if shared:
                dist.all_reduce(updates)
            offset = 0
            for p in parameters:
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(updates[offset : offset + p.numel()].view_as(p), alpha=group["lr"])
                offset += p.numel()
