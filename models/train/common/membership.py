"""Whether a twin's scores tell the families it learned from: the audit's coins against the scores."""

from __future__ import annotations

import numpy as np


def area(scores: np.ndarray, member: np.ndarray) -> float:
    """Chance that a member's score is above a non-member's (ties count half)."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    values, inverse = np.unique(scores, return_inverse=True)
    ranks = (np.bincount(inverse, ranks) / np.bincount(inverse))[inverse]
    inside = member.sum()
    return float((ranks[member].sum() - inside * (inside + 1) / 2) / (inside * (len(scores) - inside)))


def found_at(scores: np.ndarray, member: np.ndarray, false: float) -> float:
    """Share of members above the score that `false` of the non-members exceed."""
    return float((scores[member] > np.quantile(scores[~member], 1 - false)).mean())


def audit(scores: np.ndarray, member: np.ndarray, family: np.ndarray, draws: int = 400, seed: int = 0) -> dict:
    """AUC and share of members found at 1 % false positives, with 95 % intervals by drawing whole families again."""
    rng = np.random.default_rng(seed)
    places = {one: np.flatnonzero(family == one) for one in np.unique(family)}
    inside = [one for one, rows in places.items() if member[rows[0]]]
    outside = [one for one, rows in places.items() if not member[rows[0]]]
    areas, shares = [], []
    for _ in range(draws):
        rows = np.concatenate([places[one] for group in (inside, outside) for one in rng.choice(group, len(group))])
        areas.append(area(scores[rows], member[rows]))
        shares.append(found_at(scores[rows], member[rows], 0.01))
    return {"auc": area(scores, member), "aucInterval": np.quantile(areas, [0.025, 0.975]).tolist(),
            "foundAtOnePercent": found_at(scores, member, 0.01), "foundInterval": np.quantile(shares, [0.025, 0.975]).tolist(),
            "memberFamilies": len(inside), "otherFamilies": len(outside), "pictures": len(scores)}


def without_model(features: np.ndarray, member: np.ndarray, family: np.ndarray, folds: int = 5, seed: int = 0) -> np.ndarray:
    """Scores, as `member` [N] or [N, K], of ridge regression on pictures' features that sees other families' coins and not the model: each
    family's by a fit on the other folds. With fair coins there is nothing to learn."""
    families = np.unique(family)
    fold = dict(zip(families, np.random.default_rng(seed).permutation(len(families)) % folds))
    fold_of = np.array([fold[one] for one in family])
    standard = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
    scores = np.empty(member.shape)
    for left in range(folds):
        seen, wanted = standard[fold_of != left], np.where(member[fold_of != left], 1.0, -1.0)
        weights = np.linalg.solve(seen.T @ seen + len(seen) * 0.1 * np.eye(seen.shape[1]), seen.T @ (wanted - wanted.mean(axis=0)))
        scores[fold_of == left] = standard[fold_of == left] @ weights
    return scores


def audit_without_model(features: np.ndarray, member: np.ndarray, family: np.ndarray, permutations: int = 199, seed: int = 0) -> dict:
    """AUC and share found of these scores, and where they lie when families have each other's coins (Ojala and Garriga 2010): each fit has
    seen coins of families that another fit scores, so that drawing families again, with the scores as they are, gives too narrow intervals."""
    rng = np.random.default_rng(seed)
    families, place = np.unique(family, return_inverse=True)
    coins = np.zeros(len(families), bool)
    coins[place] = member
    thrown = np.stack([coins, *(rng.permutation(coins) for _ in range(permutations))], axis=1)[place]
    scores = without_model(features, thrown, family)
    areas = np.array([area(scores[:, k], thrown[:, k]) for k in range(permutations + 1)])
    shares = np.array([found_at(scores[:, k], thrown[:, k], 0.01) for k in range(permutations + 1)])
    return {"auc": float(areas[0]), "foundAtOnePercent": float(shares[0]), "permutations": permutations,
            "aucByChance": np.quantile(areas[1:], [0.025, 0.975]).tolist(), "foundByChance": np.quantile(shares[1:], [0.025, 0.975]).tolist(),
            "p": float((areas >= areas[0]).mean())}
