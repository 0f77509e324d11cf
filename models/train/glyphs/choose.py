"""Which faces are taken, what counts as one family, and which families are held out."""

from __future__ import annotations

import hashlib
from collections import Counter

import numpy as np

from .faces import CHARACTERS, Face

NEAR = 0.03  # root mean square difference of two faces, 14x14 pixels a glyph, below which the later one is dropped
LINKED = 0.06  # below it two families stay on one side of the split
ODD = 0.04  # share of faces, the farthest from the median glyphs, that is dropped
ONE_CASE = 0.05  # capitals and small letters differ by less: a face of capitals
SPLITS = ("train", "select", "held out")
SHARES = {"held out": 0.2, "select": 0.05}  # of the faces


def halved(images: np.ndarray) -> np.ndarray:
    """[faces, pixels] in 0..1, each glyph at half its resolution."""
    pixels = images.astype(np.float32) / 255
    return pixels.reshape(len(images), len(CHARACTERS), 14, 2, 14, 2).mean(axis=(3, 5)).reshape(len(images), -1)


def distances(flat: np.ndarray) -> np.ndarray:
    """Root mean square differences [faces, faces]."""
    squares = (flat**2).sum(axis=1)
    return np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * flat @ flat.T, 0) / flat.shape[1])


def choose(faces: list[Face]) -> tuple[list[Face], dict[str, int]]:
    """The faces that are kept, and how many were dropped why."""
    faces = sorted(faces, key=lambda face: (face.package, face.family, face.name, face.path))
    images = np.stack([face.images for face in faces])
    upper, lower = images[:, [0, 1, 3, 4, 6, 13, 17, 19]] / 255, images[:, [26, 27, 29, 30, 32, 39, 43, 45]] / 255
    one_case = np.sqrt(((upper - lower) ** 2).mean(axis=(1, 2, 3))) < ONE_CASE
    flat = halved(images)
    near, kept = distances(flat) < NEAR, []
    for place in range(len(faces)):
        if not one_case[place] and not near[place, kept].any():
            kept.append(place)
    away = np.sqrt(((flat[kept] - np.median(flat[kept], axis=0)) ** 2).mean(axis=1))
    usual = [place for place, distance in zip(kept, away) if distance <= np.quantile(away, 1 - ODD)]
    counts = {"read": len(faces), "one case": int(one_case.sum()), "near another": int(len(faces) - one_case.sum() - len(kept)),
              "odd": len(kept) - len(usual)}
    return [faces[place] for place in usual], counts


def groups_of(faces: list[Face]) -> list[str]:
    """A name for each face's group: families of one package, of one name, or with faces close to each other stay together."""
    parent = {face.package: face.package for face in faces}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    first: dict[str, str] = {}
    pairs = [(first.setdefault(face.family, face.package), face.package) for face in faces]
    close = np.argwhere(np.triu(distances(halved(np.stack([face.images for face in faces]))) < LINKED, 1))
    for one, other in pairs + [(faces[a].package, faces[b].package) for a, b in close]:
        one, other = sorted((root(one), root(other)))
        parent[other] = one
    return [root(face.package) for face in faces]


def split(groups: list[str], seed: int) -> np.ndarray:
    """Each face's place in SPLITS: whole groups, in an order drawn from the seed, until a split has its share."""
    sizes = Counter(groups)
    order = sorted(sizes, key=lambda group: hashlib.sha256(f"{seed} {group}".encode()).hexdigest())
    placed: dict[str, int] = {}
    for name, share in SHARES.items():
        room = share * len(groups)
        for group in order:
            if group not in placed and sizes[group] <= max(room, 1):
                placed[group] = SPLITS.index(name)
                room -= sizes[group]
            if room < 1:
                break
    return np.array([placed.get(group, 0) for group in groups], dtype=np.int64)
