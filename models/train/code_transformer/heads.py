"""Scores of attention heads on a run. Weights are [layers, batch, heads, queries, keys]; a score is [layers, heads]."""

from __future__ import annotations

import torch


def repeated_random_rows(vocabulary: int, rows: int, period: int, seed: int) -> torch.Tensor:
    """ids [rows, 2 * period]: random tokens, then the same again (Olsson et al. 2022, arXiv:2209.11895). Id 0 (end of text) is
    left out."""
    generator = torch.Generator().manual_seed(seed)
    segment = torch.randint(1, vocabulary, (rows, period), generator=generator)
    return torch.cat([segment, segment], dim=1)


def induction_score(weights: torch.Tensor, period: int) -> torch.Tensor:
    """Mean weight, over the second pass, from position t to t - period + 1: what followed the same token before."""
    length = weights.shape[-1]
    queries = torch.arange(period, length)
    return weights[..., queries, queries - period + 1].mean(dim=(1, 3))


def previous_token_score(weights: torch.Tensor) -> torch.Tensor:
    """Mean weight from position t to t - 1, t >= 1."""
    queries = torch.arange(1, weights.shape[-1])
    return weights[..., queries, queries - 1].mean(dim=(1, 3))


def pair_score(weights: torch.Tensor, pairs: list[list[tuple[int, int]]]) -> torch.Tensor:
    """Mean weight over given (query, key) pairs, a list of pairs for each row of the batch."""
    total = torch.zeros(weights.shape[0], weights.shape[2])
    count = 0
    for row, row_pairs in enumerate(pairs):
        if row_pairs:
            queries, keys = (torch.tensor(side) for side in zip(*row_pairs))
            total += weights[:, row][..., queries, keys].sum(dim=-1)
            count += len(row_pairs)
    return total / max(1, count)


def self_score(weights: torch.Tensor) -> torch.Tensor:
    """Mean weight from position t to t, t >= 1 (the first has nothing else to attend to)."""
    queries = torch.arange(1, weights.shape[-1])
    return weights[..., queries, queries].mean(dim=(1, 3))


def first_token_mass(weights: torch.Tensor) -> torch.Tensor:
    """Mean weight from position t >= 1 to position 0."""
    return weights[..., 1:, 0].mean(dim=(1, 3))


def key_mass(weights: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Mean over all queries of the weight on the chosen keys [batch, keys]."""
    return (weights * chosen[None, :, None, None, :]).sum(dim=-1).mean(dim=(1, 3))


def uniform_weights(length: int) -> torch.Tensor:
    """What a head without preferences does, [1, 1, 1, T, T]: the chance level of each score."""
    allowed = torch.ones(length, length).tril()
    return (allowed / allowed.sum(dim=-1, keepdim=True))[None, None, None]
