"""How well a model predicts held-out code, in bits per byte, on windows that other compressors are given too."""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from typing import Iterator

import numpy as np
from tokenizers import Tokenizer

from .session import Session

WINDOW = 1024
# Tokens at a file's start that no window predicts: licences and imports would all fall into the first range of positions, and
# make it the easier one.
HEAD = 256
# Positions of a window, as the tokens before the predicted one; the context a model may claim ends with one of them.
RANGES = ((0, 256), (256, 512), (512, 1024))


@dataclass(frozen=True)
class Window:
    """`ids` [WINDOW + 1] of one file: each id but the first is predicted from those before it."""

    package: str
    path: str
    ids: np.ndarray


def token_bytes(tokenizer: Tokenizer) -> list[bytes]:
    """The bytes each token id stands for; none for special tokens. Byte-level BPE spells a byte as one printable character: the
    printable ones of Latin-1 as themselves, the rest from U+0100 on (Radford et al. 2019, encoder.py)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [byte for byte in range(256) if byte not in printable]
    byte_of = {chr(byte): byte for byte in printable} | {chr(256 + place): byte for place, byte in enumerate(rest)}
    special = set(tokenizer.get_added_tokens_decoder())
    names = {index: name for name, index in tokenizer.get_vocab().items()}
    return [b"" if index in special else bytes(byte_of[c] for c in names[index]) for index in range(len(names))]


def cut_windows(files: list[dict], tokenizer: Tokenizer, length: int = WINDOW) -> list[Window]:
    """All whole windows of `files` ({package, path, text}), side by side in each file behind its HEAD, by package and path. What
    is left at a file's end, and files too short, are left out: every window has all positions.

    Raises ValueError if the tokenizer loses text."""
    pieces = token_bytes(tokenizer)
    files = sorted(files, key=lambda file: (file["package"], file["path"]))
    windows = []
    for file, encoding in zip(files, tokenizer.encode_batch([file["text"] for file in files])):
        if b"".join(pieces[index] for index in encoding.ids) != file["text"].encode("utf8"):
            raise ValueError(f"the tokenizer does not give back {file['package']}: {file['path']}")
        ids = np.array(encoding.ids, dtype=np.int64)
        for start in range(HEAD, len(ids) - length, length):
            windows.append(Window(file["package"], file["path"], ids[start : start + length + 1]))
    return windows


def spread(items: list, count: int) -> list:
    """`count` items (all where there are fewer), evenly spaced."""
    if count >= len(items):
        return items
    return [items[(2 * place + 1) * len(items) // (2 * count)] for place in range(count)]


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Over the last axis, in float64."""
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def model_bits(session: Session, windows: list[Window]) -> np.ndarray:
    """-log2 p of every predicted token, [windows, length]."""
    bits = np.empty((len(windows), len(windows[0].ids) - 1))
    for row, window in enumerate(windows):
        logits = session.logits(window.ids[None, :-1])[0]
        logits -= logits.max(axis=-1, keepdims=True)
        chosen = logits[np.arange(len(logits)), window.ids[1:]]
        bits[row] = (np.log(np.exp(logits).sum(axis=-1, dtype=np.float64)) - chosen) / np.log(2)
    return bits


def window_sizes(windows: list[Window], pieces: list[bytes]) -> np.ndarray:
    """Bytes of every predicted token, [windows, length]."""
    lengths = np.array([len(piece) for piece in pieces])
    return np.stack([lengths[window.ids[1:]] for window in windows])


def by_range(bits: np.ndarray, sizes: np.ndarray) -> Iterator[tuple[tuple[int, int], float]]:
    """Bits per byte of each range of positions."""
    for start, end in RANGES:
        if start < bits.shape[1]:
            yield (start, end), float(bits[:, start:end].sum() / sizes[:, start:end].sum())


def usable_context(ranges: list[tuple[tuple[int, int], float]]) -> int:
    """The end of the longest run of ranges, from the first, none of which is worse than the first."""
    first = ranges[0][1]
    context = 0
    for (_, end), value in ranges:
        if value > first:
            break
        context = end
    return context


def xz_bits_per_byte(windows: list[Window], pieces: list[bytes]) -> float:
    """`xz -9e` on the predicted bytes of all windows as one stream: a compressor that learns from nothing but these bytes."""
    text = b"".join(pieces[index] for window in windows for index in window.ids[1:])
    return 8 * len(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME)) / len(text)
