"""One face of a font: its pictures of the 62 letters and digits, its names and its style."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import numpy as np
from fontTools.ttLib import TTFont, TTLibError
from PIL import Image, ImageDraw, ImageFont

CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
SIDE = 28
INK = 24  # height of a face, from its highest point to its lowest; its widest glyph may have 26
WIDEST = 26
SCALE = 4  # drawn this much larger, then averaged
STYLES = ("bold", "italic", "serif", "mono")
SKIPPED = re.compile(r"\b(SC|Small ?Caps?|Caps|Petite|Initials?|Symbols?|Math|Barcode|Swash|Dots?|Outline|Shadow|Lines?)\b|SmallCaps|Emoji", re.I)


@dataclass(frozen=True)
class Face:
    package: str
    path: str
    name: str
    family: str
    styles: tuple[bool, ...]  # in the order of STYLES
    images: np.ndarray  # [62, 28, 28] uint8, ink is 255


def names_of(font: TTFont) -> tuple[str, str]:
    """(family, whole name): the typographic family where the font has one."""
    table = font["name"]
    family = table.getDebugName(16) or table.getDebugName(1) or ""
    style = table.getDebugName(17) or table.getDebugName(2) or ""
    return family.strip(), f"{family} {style}".strip()


def styles_of(font: TTFont, name: str) -> tuple[bool, ...]:
    """Bold, italic, serif, mono: by the words of the name, or by what the font's tables say of themselves (OS/2 weight and PANOSE,
    post)."""
    os2, post = font.get("OS/2"), font["post"]
    weight = getattr(os2, "usWeightClass", 400)
    panose = getattr(os2, "panose", None)
    family, serif, proportion = (getattr(panose, field, 0) for field in ("bFamilyType", "bSerifStyle", "bProportion"))
    says = lambda words: re.search(words, name, re.I) is not None  # noqa: E731
    sans = says(r"\bsans\b|grotesk|gothic") or (family == 2 and serif in range(11, 16))
    return (
        says(r"bold|black|heavy") and not says(r"semi|demi") or weight >= 700,
        says(r"italic|oblique|slanted") or post.italicAngle != 0,
        not sans and (says(r"\bserif\b|slab|roman\b|antiqua|mincho") or (family == 2 and serif in range(2, 11))),
        says(r"mono\b|code\b|typewriter|courier") or bool(post.isFixedPitch) or (family == 2 and proportion == 9),
    )


def draw(content: bytes, index: int) -> np.ndarray | None:
    """[62, 28, 28] pictures at one scale for the whole face, each centred by its ink, all on one baseline. None where a character
    draws nothing, or the sizes make no sense."""
    probe = ImageFont.truetype(io.BytesIO(content), 200, index=index, layout_engine=ImageFont.Layout.BASIC)
    boxes = [probe.getbbox(character, anchor="ls") for character in CHARACTERS]
    if any(right <= left or bottom <= top for left, top, right, bottom in boxes):
        return None
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    widest = max(right - left for left, _, right, _ in boxes)
    size = 200 * SCALE * min(INK / (bottom - top), WIDEST / widest)
    if not 20 <= size <= 400:
        return None
    font = ImageFont.truetype(io.BytesIO(content), size, index=index, layout_engine=ImageFont.Layout.BASIC)
    boxes = [font.getbbox(character, anchor="ls") for character in CHARACTERS]
    middle = (min(box[1] for box in boxes) + max(box[3] for box in boxes)) / 2
    images = []
    for character, (left, _, right, _) in zip(CHARACTERS, boxes):
        picture = Image.new("L", (SIDE * SCALE, SIDE * SCALE))
        place = (round(SIDE * SCALE / 2 - (left + right) / 2), round(SIDE * SCALE / 2 - middle))
        ImageDraw.Draw(picture).text(place, character, fill=255, font=font, anchor="ls")
        images.append(np.asarray(picture.reduce(SCALE)))
    images = np.stack(images)
    return images if (images.max(axis=(1, 2)) > 100).all() else None


def read(package: str, path: str, content: bytes) -> list[Face]:
    """The faces of a font file that have all 62 characters. Variable fonts give their default face."""
    found = []
    for index in range(64 if content[:4] == b"ttcf" else 1):
        try:
            font = TTFont(io.BytesIO(content), fontNumber=index, lazy=True)
            family, name = names_of(font)
            if not family or SKIPPED.search(name) or any(ord(character) not in (font.getBestCmap() or {}) for character in CHARACTERS):
                continue
            images = draw(content, index)
            if images is not None:
                found.append(Face(package, path, name, family, styles_of(font, name), images))
        except (TTLibError, OSError, KeyError, AssertionError, ValueError):
            break  # No such face in the collection, or a file that FreeType or fontTools does not read.
    return found
