"""The baseline: an n-gram model of the same tokens, with interpolated modified Kneser-Ney smoothing.

Chen & Goodman 1998 (TR-10-98), section 3: counts of n-grams at the highest order and, below it, of the distinct tokens they
follow; three discounts an order; each order interpolated with the next lower one, the unigrams with the uniform distribution.
"""

from __future__ import annotations

import numpy as np


class NgramModel:
    """`ids` are the training tokens. An n-gram is packed into 63 bits, which bounds the order: 5 for 4,096 tokens."""

    def __init__(self, ids: np.ndarray, vocabulary: int, order: int = 5):
        self.vocabulary = vocabulary
        self._bits = max(1, (vocabulary - 1).bit_length())
        self.order = max(1, min(order, 63 // self._bits, len(ids)))
        self._orders: list[_Order] = []
        keys, counts = np.unique(self._pack(ids, self.order), return_counts=True)
        for length in range(self.order, 0, -1):
            self._orders.insert(0, _Order(keys, counts, self._bits))
            # Behind each n-gram without its first token: the distinct tokens that it follows.
            keys, counts = np.unique(keys & ((1 << self._bits * (length - 1)) - 1), return_counts=True)

    def _pack(self, ids: np.ndarray, length: int) -> np.ndarray:
        """Every n-gram of `length` tokens as one integer, the last token in the lowest bits."""
        ids = np.asarray(ids)
        count = len(ids) - length + 1
        packed = np.zeros(count, dtype=np.int64)
        for place in range(length):
            packed <<= self._bits
            packed |= ids[place : place + count].astype(np.int64)
        return packed

    def bits(self, ids: np.ndarray) -> np.ndarray:
        """-log2 p of every id but the first, [len(ids) - 1], each from up to order - 1 ids before it."""
        ids = np.asarray(ids, dtype=np.int64)
        probability = np.full(len(ids) - 1, 1.0 / self.vocabulary)
        for length, level in enumerate(self._orders, start=1):
            known = np.arange(max(1, length - 1), len(ids))
            if len(known):
                grams = self._pack(ids, length)[known - (length - 1)]
                probability[known - 1] = level.interpolate(grams, probability[known - 1])
        return -np.log2(probability)


def discounts(counts: np.ndarray) -> np.ndarray:
    """What is taken off counts of 0, 1, 2 and 3 or more (Chen & Goodman, eq. 26), 0.5 where too little was counted to tell."""
    types = [int((counts == count).sum()) for count in (1, 2, 3, 4)]
    if 0 in types[:3]:
        return np.array([0.0, 0.5, 0.5, 0.5])
    y = types[0] / (types[0] + 2 * types[1])
    estimates = [count - (count + 1) * y * types[count] / types[count - 1] for count in (1, 2, 3)]
    return np.array([0.0, *(min(max(estimate, 0.0), count) for count, estimate in enumerate(estimates, start=1))])


class _Order:
    """The n-grams of one length, sorted, with what is needed of each context: sums over its stretch of the sorted list."""

    def __init__(self, keys: np.ndarray, counts: np.ndarray, bits: int):
        self._bits = bits
        self._keys, self._counts = keys, counts
        self._discounts = discounts(counts)
        self._total = np.concatenate([[0], np.cumsum(counts)])
        self._discounted = np.concatenate([[0.0], np.cumsum(self._discounts[np.minimum(counts, 3)])])

    def interpolate(self, grams: np.ndarray, lower: np.ndarray) -> np.ndarray:
        """Probabilities of the last tokens of `grams`, given those of the next lower order."""
        contexts = grams >> self._bits
        start = np.searchsorted(self._keys, contexts << self._bits)
        end = np.searchsorted(self._keys, (contexts + 1) << self._bits)
        total = self._total[end] - self._total[start]
        place = np.minimum(np.searchsorted(self._keys, grams), len(self._keys) - 1)
        count = np.where(self._keys[place] == grams, self._counts[place], 0)
        seen = np.maximum(total, 1)
        kept = np.maximum(count - self._discounts[np.minimum(count, 3)], 0.0) / seen
        share = (self._discounted[end] - self._discounted[start]) / seen
        return np.where(total > 0, kept + share * lower, lower)
