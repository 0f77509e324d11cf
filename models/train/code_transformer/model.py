"""The code transformer: a decoder-only Transformer with rotary positions, written so that its export shows its attention.

Attention is spelled out (MatMul, Mul, Add, Softmax, MatMul) instead of a fused call: the exported graph then holds the score
product and the softmax as nodes of their own, which is where Genlens reads them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass(frozen=True)
class Shape:
    """Sizes of the model. `width` = `heads` * headDim."""

    vocabulary: int = 4096
    width: int = 256
    layers: int = 6
    heads: int = 4
    rotary_base: float = 10_000.0

    @property
    def head_dim(self) -> int:
        return self.width // self.heads

    def as_dict(self) -> dict:
        return asdict(self)


def rotary_tables(positions: torch.Tensor, head_dim: int, base: float) -> tuple[torch.Tensor, torch.Tensor]:
    """cos and sin [T, headDim] of the rotary angles (Su et al. 2021, arXiv:2104.09864, eq. 34), halves layout."""
    frequency = base ** (-torch.arange(0, head_dim, 2, dtype=torch.float32) / head_dim)
    angles = positions.to(torch.float32)[:, None] * frequency[None, :]
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos(), angles.sin()


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """x [..., T, headDim] turned by its positions' angles."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin


class Attention(nn.Module):
    """Causal multi-head self-attention (Vaswani et al. 2017, arXiv:1706.03762, eq. 1)."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.query_key_value = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.output = nn.Linear(shape.width, shape.width, bias=False)
        self.keep: list[torch.Tensor] | None = None

    def forward(self, x, cos, sin, mask, past):
        batch, length, width = x.shape
        heads, head_dim = self.shape.heads, self.shape.head_dim
        queries, keys, values = self.query_key_value(x).view(batch, length, 3, heads, head_dim).permute(2, 0, 3, 1, 4)
        queries, keys = rotate(queries, cos, sin), rotate(keys, cos, sin)
        if past is not None:
            keys = torch.cat([past[0], keys], dim=2)
            values = torch.cat([past[1], values], dim=2)
        if mask is None:
            mixed = F.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        else:
            scores = queries @ keys.transpose(-1, -2) * head_dim**-0.5
            weights = (scores + mask).softmax(dim=-1)
            if self.keep is not None:
                self.keep.append(weights.detach())
            mixed = weights @ values
        mixed = mixed.transpose(1, 2).reshape(batch, length, width)
        return self.output(mixed), keys, values


class Block(nn.Module):
    """Pre-norm block: x + attention(norm(x)), then x + mlp(norm(x)), MLP of four times the width with GELU."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.attention_norm = nn.LayerNorm(shape.width)
        self.attention = Attention(shape)
        self.mlp_norm = nn.LayerNorm(shape.width)
        self.expand = nn.Linear(shape.width, 4 * shape.width)
        self.contract = nn.Linear(4 * shape.width, shape.width)

    def forward(self, x, cos, sin, mask, past):
        mixed, keys, values = self.attention(self.attention_norm(x), cos, sin, mask, past)
        x = x + mixed
        return x + self.contract(F.gelu(self.expand(self.mlp_norm(x)))), keys, values


class CodeTransformer(nn.Module):
    """Token ids in, next-token logits out; the embedding is shared with the output layer."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(shape.width)
        self.apply(self._initialise)
        for block in self.blocks:
            scale = (2 * shape.layers) ** -0.5
            block.attention.output.weight.data.mul_(scale)
            block.contract.weight.data.mul_(scale)

    @staticmethod
    def _initialise(module: nn.Module) -> None:
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def forward(self, ids: torch.Tensor, past: torch.Tensor | None = None, explicit: bool = True):
        """ids [B, T] int64, past [L, 2, B, H, P, headDim] or None -> logits [B, T, V], present [L, 2, B, H, P + T, headDim].

        `explicit=False` (training only, no past) takes PyTorch's fused attention: the same numbers, faster on long rows.
        """
        shape = self.shape
        length = ids.shape[1]
        before = 0 if past is None else past.shape[4]
        cos, sin = rotary_tables(torch.arange(before, before + length), shape.head_dim, shape.rotary_base)
        mask = None
        if explicit:
            allowed = torch.arange(before + length)[None, :] <= torch.arange(before, before + length)[:, None]
            mask = torch.where(allowed, 0.0, torch.finfo(torch.float32).min)
        x = self.embedding(ids)
        present = []
        for index, block in enumerate(self.blocks):
            x, keys, values = block(x, cos, sin, mask, None if past is None else past[index])
            if past is not None:
                present.append(torch.stack([keys, values]))
        logits = self.norm(x) @ self.embedding.weight.T
        return logits, (torch.stack(present) if past is not None else None)

    def attention_weights(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """logits [B, T, V] and the weights of every head [L, B, H, T, T]."""
        for block in self.blocks:
            block.attention.keep = []
        try:
            logits, _ = self(ids)
            return logits, torch.stack([block.attention.keep[0] for block in self.blocks])
        finally:
            for block in self.blocks:
                block.attention.keep = None
