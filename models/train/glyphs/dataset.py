"""The glyphs as tensors: single ones, scenes of two, and captions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from .faces import CHARACTERS, SIDE, STYLES

CLASSES = len(CHARACTERS)
TRAIN, SELECT, HELD_OUT = 0, 1, 2  # places in choose.SPLITS


def checksum(content: dict[str, np.ndarray]) -> str:
    """Of the arrays themselves, not of how the file packs them."""
    digest = hashlib.sha256()
    for name in sorted(content):
        array = content[name]
        digest.update(f"{name} {array.dtype} {array.shape} ".encode())
        digest.update("\n".join(array.tolist()).encode() if array.dtype.kind == "U" else np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


@dataclass
class Glyphs:
    """`images` [faces, 62, 28, 28] uint8 (255 is ink) on a device, and what is known of each face."""

    images: torch.Tensor
    styles: torch.Tensor  # [faces, 4] bool
    weight: torch.Tensor  # [faces], sums to 1
    family: torch.Tensor  # [faces], a number a family
    faces: list[str]
    families: list[str]
    checksum: str

    def __len__(self) -> int:
        return len(self.images)

    def sample(self, count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """`count` faces by weight and characters evenly: indices of both."""
        uniform = torch.rand(count, generator=generator, device=self.images.device)
        faces = torch.searchsorted(self.weight.cumsum(0), uniform).clamp(max=len(self) - 1)
        characters = torch.randint(CLASSES, (count,), generator=generator, device=self.images.device)
        return faces, characters

    def pixels(self, faces: torch.Tensor, characters: torch.Tensor) -> torch.Tensor:
        """[count, 1, 28, 28] in 0..1."""
        return self.images[faces, characters][:, None].float() / 255

    def families_held(self) -> list[str]:
        """The names of the families that these faces are of, in order."""
        return sorted({self.families[family] for family in self.family.tolist()})

    def every(self) -> tuple[torch.Tensor, torch.Tensor]:
        """All glyphs in order: images [count, 28, 28] uint8, classes [count]."""
        return self.images.flatten(0, 1), torch.arange(CLASSES, device=self.images.device).repeat(len(self))


def load(path: Path, splits: tuple[int, ...], device: str = "cpu", keep: np.ndarray | None = None) -> Glyphs:
    """The faces of the given splits; `keep` [families of the file] bool narrows them to some families."""
    with np.load(path) as file:
        content = {name: file[name] for name in file.files}
    wanted = np.isin(content["split"], splits)
    if keep is not None:
        wanted &= keep[content["family"]]
    weight = torch.from_numpy(content["weight"][wanted]).float()
    return Glyphs(
        torch.from_numpy(content["images"][wanted]).to(device),
        torch.from_numpy(content["styles"][wanted]).to(device),
        (weight / weight.sum()).to(device),
        torch.from_numpy(content["family"][wanted]).to(device),
        content["names"][wanted].tolist(), content["families"].tolist(), checksum(content))


def throw_coins(path: Path, seed: int) -> np.ndarray:
    """A fair coin for each family of the data file, [families] bool: whether it is a member, of an audit."""
    with np.load(path) as file:
        return np.random.default_rng(seed).random(len(file["families"])) < 0.5


# Captions: what is at each place of a caption. A word that is not said is `PAD`.
PAD, START = 0, 1
FIRST_CHARACTER, FIRST_STYLE = 2, 2 + CLASSES
VOCABULARY = FIRST_STYLE + len(STYLES)
WORDS = ("<pad>", "<start>", *CHARACTERS, *STYLES)
LENGTH = 1 + 2 + len(STYLES)  # start, left character, right character, a place for each style


def captions(left: torch.Tensor, right: torch.Tensor, styles: torch.Tensor) -> torch.Tensor:
    """ids [count, LENGTH] for characters [count] and styles [count, 4]."""
    ids = torch.full((len(left), LENGTH), PAD, device=left.device)
    ids[:, 0] = START
    ids[:, 1], ids[:, 2] = FIRST_CHARACTER + left, FIRST_CHARACTER + right
    words = torch.arange(FIRST_STYLE, VOCABULARY, device=left.device).expand(len(left), -1)
    ids[:, 3:] = torch.where(styles, words, PAD)
    return ids


def empty_captions(count: int, device: str | torch.device = "cpu") -> torch.Tensor:
    """The caption that says nothing, for guidance."""
    ids = torch.full((count, LENGTH), PAD, device=device)
    ids[:, 0] = START
    return ids


def scenes(glyphs: Glyphs, count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Two characters of one face side by side: pixels [count, 1, 28, 56] in 0..1, characters [count, 2], styles [count, 4]."""
    faces, left = glyphs.sample(count, generator)
    right = torch.randint(CLASSES, (count,), generator=generator, device=glyphs.images.device)
    pair = torch.cat([glyphs.pixels(faces, left), glyphs.pixels(faces, right)], dim=3)
    return pair, torch.stack([left, right], dim=1), glyphs.styles[faces]


assert SIDE == 28 and len(WORDS) == VOCABULARY
