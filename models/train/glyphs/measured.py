"""Glyphs as arrays, for measuring, and how near pictures are to those of fonts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .dataset import CLASSES


@dataclass(frozen=True)
class Pictures:
    """All glyphs of some faces: levels [N, 28, 28] uint8, which character, which family."""

    levels: np.ndarray
    character: np.ndarray
    family: np.ndarray

    def some(self, places: np.ndarray) -> Pictures:
        return Pictures(self.levels[places], self.character[places], self.family[places])


def pictures(path: Path, split: int) -> Pictures:
    with np.load(path) as file:
        chosen = file["split"] == split
        images, family = file["images"][chosen], file["family"][chosen]
    return Pictures(images.reshape(-1, 28, 28), np.tile(np.arange(CLASSES), len(images)), np.repeat(family, CLASSES))


def nearest(queries: np.ndarray, characters: np.ndarray, reference: Pictures) -> np.ndarray:
    """Root mean square distance, in 0..1 grey, of each query [N, 28, 28] in 0..1 to the nearest reference glyph of its character."""
    found = np.empty(len(queries))
    for character in np.unique(characters):
        own = queries[characters == character].reshape(-1, 784)
        others = reference.levels[reference.character == character].reshape(-1, 784).astype(np.float32) / 255
        squares = (own**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None] - 2 * own @ others.T
        found[characters == character] = np.sqrt(np.maximum(squares, 0).min(axis=1) / 784)
    return found
