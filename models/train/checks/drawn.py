"""A tiny data set of drawn shapes, made without fonts, and a font of rectangles."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from common.registry import scratch
from glyphs.__main__ import arrays
from glyphs.faces import CHARACTERS, Face

FAMILIES, EACH = 12, 2


def shape(character: int, thick: int, slant: float, style: np.random.Generator) -> np.ndarray:
    """[28, 28] uint8: the strokes of a 3x3 grid that the character's bits and its neighbours' give, thick and slanted as the face is."""
    picture = np.zeros((28, 28), dtype=np.uint8)
    bits = ((character + 1) * 37) % 512
    jitter = style.integers(0, 2)
    for place in range(9):
        if bits >> place & 1:
            row, column = 5 + 6 * (place // 3) + jitter, 5 + 6 * (place % 3)
            shift = round(slant * (14 - row))
            picture[row : row + 3 + thick, column + shift : column + shift + 5 + thick] = 255
    return picture


def faces() -> list[Face]:
    found = []
    for family in range(FAMILIES):
        style = np.random.default_rng(family)
        for face in range(EACH):
            bold, italic = bool(face), bool(family % 2)
            images = np.stack([shape(character, int(bold), 0.3 * italic, style) for character in range(len(CHARACTERS))])
            found.append(Face(f"package-{family}", f"{family}-{face}", f"Family {family} {face}", f"Family {family}", (bold, italic, False, False), images))
    return found


@cache
def work() -> Path:
    """A folder with glyphs.npz of the drawn faces: families 0 to 8 train, 9 selects, the others are held out."""
    folder = scratch() / "glyphs"
    folder.mkdir()
    content = arrays(faces(), {f"package-{family}": "OFL-1.1" for family in range(FAMILIES)})
    numbers = np.array([int(name.split()[1]) for name in content["families"]])[content["family"]]
    content["split"] = np.where(numbers < 9, 0, np.where(numbers == 9, 1, 2))
    np.savez_compressed(folder / "glyphs.npz", **content)
    return folder


def font(style: str, missing: str = "", italic_angle: float = 0.0) -> bytes:
    """A TrueType font whose characters are rectangles: capitals 700 units high, small letters 500, `g` reaching 200 below the line."""
    characters = [character for character in CHARACTERS if character not in missing]
    names = [".notdef", *(f"char{ord(character)}" for character in characters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(character): f"char{ord(character)}" for character in characters})
    drawn = {}
    for name in names:
        pen = TTGlyphPen(None)
        character = chr(int(name[4:])) if name != ".notdef" else "A"
        top, bottom = (500, -200 if character == "g" else 0) if character.islower() else (700, 0)
        right = 100 + 5 * (ord(character) % 60)
        for point, x, y in (("moveTo", 50, bottom), ("lineTo", 50, top), ("lineTo", right, top), ("lineTo", right, bottom)):
            getattr(pen, point)((x, y))
        pen.closePath()
        drawn[name] = pen.glyph()
    builder.setupGlyf(drawn)
    builder.setupHorizontalMetrics({name: (600, 50) for name in names})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2(usWeightClass=700 if "Bold" in style else 400)
    builder.setupPost(italicAngle=italic_angle)
    builder.setupNameTable({"familyName": "Drawn Mono", "styleName": style})
    content = io.BytesIO()
    builder.save(content)
    return content.getvalue()
