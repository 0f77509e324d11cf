"""Text from a model, and how much of it repeats itself."""

from __future__ import annotations

import numpy as np

from .session import Session

TEMPERATURE = 1.0
TOP_P = 0.95
GRAM = 8


def choose(logits: np.ndarray, temperature: float, top_p: float, rng: np.random.Generator) -> int:
    """One id of `logits` [V]: from the fewest most likely ids that hold `top_p` of the mass (Holtzman et al. 2020,
    arXiv:1904.09751)."""
    scaled = logits.astype(np.float64) / temperature
    probabilities = np.exp(scaled - scaled.max())
    probabilities /= probabilities.sum()
    order = np.argsort(-probabilities, kind="stable")
    cumulative = np.cumsum(probabilities[order])
    kept = order[: int(np.searchsorted(cumulative, top_p)) + 1]
    weights = probabilities[kept]
    return int(rng.choice(kept, p=weights / weights.sum()))


def generate(session: Session, prompts: np.ndarray, length: int, seed: int, temperature: float = TEMPERATURE, top_p: float = TOP_P) -> np.ndarray:
    """Continues prompts [B, T] by `length` ids each, [B, length], with the cache; row b draws from its own generator."""
    generators = [np.random.default_rng([seed, row]) for row in range(len(prompts))]
    drawn = np.empty((len(prompts), length), dtype=np.int64)
    logits, past = session.run(prompts)
    for step in range(length):
        drawn[:, step] = [choose(row, temperature, top_p, rng) for row, rng in zip(logits[:, -1], generators)]
        if step + 1 < length:
            logits, past = session.run(drawn[:, step : step + 1], past)
    return drawn


def repeated_share(ids: np.ndarray, size: int = GRAM) -> float:
    """Share of the runs of `size` ids that occurred before in `ids`."""
    seen: set[bytes] = set()
    repeated = 0
    count = len(ids) - size + 1
    for start in range(count):
        gram = np.ascontiguousarray(ids[start : start + size]).tobytes()
        repeated += gram in seen
        seen.add(gram)
    return repeated / max(1, count)
