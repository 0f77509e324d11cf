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
