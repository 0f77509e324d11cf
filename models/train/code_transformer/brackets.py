"""Matching brackets of Python source, as pairs of token positions."""

from __future__ import annotations

import io
import tokenize
from bisect import bisect_right

OPENING = {")": "(", "]": "[", "}": "{"}
# A pair nearer than this would also be found by a head that looks a fixed step back.
NEAREST = 4


def bracket_offsets(text: str) -> list[tuple[int, int]]:
    """(closing, opening) character offsets of every pair outside strings and comments; none where the text is not Python."""
    line_starts = [0]
    for line in io.StringIO(text, newline=""):
        line_starts.append(line_starts[-1] + len(line))
    open_brackets, pairs = [], []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            offset = line_starts[token.start[0] - 1] + token.start[1]
            if token.string in OPENING.values() and token.type == tokenize.OP:
                open_brackets.append((token.string, offset))
            elif token.string in OPENING and token.type == tokenize.OP:
                bracket, opened = open_brackets.pop()
                if bracket != OPENING[token.string]:
                    return []
                pairs.append((offset, opened))
    except (tokenize.TokenError, IndentationError, SyntaxError, IndexError):
        return []
    return pairs


def bracket_pairs(text: str, offsets: list[tuple[int, int]], start: int, length: int) -> list[tuple[int, int]]:
    """(query, key) positions in the window [start, start + length) of the tokens whose character `offsets` are given: the token
    of a closing bracket and that of its own opening bracket, at least NEAREST tokens before it."""
    pairs = {tuple(token_at(offsets, place) - start for place in pair) for pair in bracket_offsets(text)}
    return sorted((query, key) for query, key in pairs if 0 <= key <= query - NEAREST and query < length)


def opening_positions(text: str, offsets: list[tuple[int, int]], start: int, length: int) -> list[int]:
    """The window's positions that hold an opening bracket."""
    positions = {token_at(offsets, opening) - start for _, opening in bracket_offsets(text)}
    return sorted(position for position in positions if 0 <= position < length)


def token_at(offsets: list[tuple[int, int]], place: int) -> int:
    """Index of the token that covers a character."""
    return bisect_right(offsets, place, key=lambda span: span[1])
