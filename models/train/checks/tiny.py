"""Runs the stages of a glyph model as a user does, in one process: each is made once, by the first check that needs it."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
from functools import cache
from pathlib import Path
from unittest import mock

from common.registry import scratch

from .drawn import work


def command(module: str, *arguments: object) -> str:
    """`python -m module arguments`, its output."""
    output = io.StringIO()
    with mock.patch.object(sys, "argv", [module, *map(str, arguments)]), contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
        importlib.import_module(module).main()
    return output.getvalue()


@cache
def trained(family: str, *settings: object) -> Path:
    """A checkpoint of a few steps on the drawn faces."""
    out = scratch() / f"{family}{''.join(map(str, settings))}.npz"
    command(f"{family}_glyphs.train", "--work", work(), "--out", out, "--steps", 3, "--batch", 8, "--every", 2, *settings)
    return out


@cache
def exported(family: str, *settings: object) -> Path:
    """The folder of its ONNX files."""
    folder = scratch() / f"{family}{''.join(map(str, settings))}"
    command(f"{family}_glyphs.export", "--checkpoint", trained(family, *settings), "--to", folder)
    return folder
