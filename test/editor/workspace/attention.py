"""A small GPT in PyTorch: causal self-attention, written out so that every step can be read."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class CausalSelfAttention(nn.Module):
    """Each position looks back at the positions before it and mixes their values."""

    def __init__(self, width: int, heads: int, context: int) -> None:
        super().__init__()
        if width % heads != 0:
            raise ValueError(f"width {width} is not a multiple of {heads} heads")
        self.heads = heads
        self.head_dim = width // heads
        self.project_in = nn.Linear(width, 3 * width)
        self.project_out = nn.Linear(width, width)
        future = torch.triu(torch.ones(context, context, dtype=torch.bool), diagonal=1)
        self.register_buffer("future", future, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        q, k, v = self.project_in(x).split(width, dim=-1)
        q = q.view(batch, length, self.heads, self.head_dim).transpose(1, 2)
        k = k.view(batch, length, self.heads, self.head_dim).transpose(1, 2)
        v = v.view(batch, length, self.heads, self.head_dim).transpose(1, 2)

        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        scores = scores.masked_fill(self.future[:length, :length], float("-inf"))
        weights = F.softmax(scores, dim=-1)
        mixed = (weights @ v).transpose(1, 2).reshape(batch, length, width)
        return self.project_out(mixed)


class Block(nn.Module):
    """Attention, then a feed-forward layer, each added to the residual stream."""

    def __init__(self, width: int, heads: int, context: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = CausalSelfAttention(width, heads, context)
        self.norm2 = nn.LayerNorm(width)
        self.feed_forward = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(x))


class GPT(nn.Module):
    """A decoder-only language model with learned positions and tied embeddings."""

    def __init__(self, vocabulary: int, width: int = 128, heads: int = 4, layers: int = 4, context: int = 256) -> None:
        super().__init__()
        self.context = context
        self.tokens = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.tokens.weight, std=0.02)
        self.positions = nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads, context) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.unembed = nn.Linear(width, vocabulary, bias=False)
        self.unembed.weight = self.tokens.weight

    def forward(self, ids: Tensor) -> Tensor:
        positions = torch.arange(ids.shape[1], device=ids.device)
        x = self.tokens(ids) + self.positions(positions)
        for block in self.blocks:
            x = block(x)
        return self.unembed(self.norm(x))

    def loss(self, ids: Tensor) -> Tensor:
        """Cross entropy of each next token, in nats."""
        logits = self(ids[:, :-1])
        return F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())

    @torch.no_grad()
    def complete(self, ids: Tensor, count: int, temperature: float = 1.0) -> Tensor:
        """Append `count` sampled tokens to `ids`, a tensor [batch, length]."""
        for _ in range(count):
            logits = self(ids[:, -self.context :])[:, -1] / temperature
            choice = torch.multinomial(F.softmax(logits, dim=-1), num_samples=1)
            ids = torch.cat([ids, choice], dim=1)
        return ids


def main() -> None:
    torch.manual_seed(0)
    text = "".join(f"{a} + {b} = {a + b}\n" for a in range(30) for b in range(30))
    alphabet = sorted(set(text))
    number = {character: i for i, character in enumerate(alphabet)}
    data = torch.tensor([number[character] for character in text])

    model = GPT(len(alphabet), width=64, layers=2, context=64)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for step in range(301):
        starts = torch.randint(len(data) - 65, (32,))
        batch = torch.stack([data[start : start + 65] for start in starts])
        loss = model.loss(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step}: {loss.item():.3f} nats a character")

    prompt = torch.tensor([[number[character] for character in "12 + 7 ="]])
    print("".join(alphabet[i] for i in model.complete(prompt, 4, temperature=0.5)[0].tolist()))


if __name__ == "__main__":
    main()
