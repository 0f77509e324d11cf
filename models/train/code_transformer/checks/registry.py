"""What checks are written with."""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from pathlib import Path

CHECKS = []


def check(function):
    """Registers a check: run in the order in which they are defined, it fails by an exception."""
    CHECKS.append(function)
    return function


@cache
def scratch() -> Path:
    """A folder for the checks, removed when they have ended."""
    folder = tempfile.TemporaryDirectory(prefix="code-transformer-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def raises(kind: type[Exception], action, *words: str) -> None:
    """`action` must fail with `kind`, and its message hold the words."""
    try:
        action()
    except kind as error:
        missing = [word for word in words if word not in str(error)]
        assert not missing, f"the message {error} lacks {missing}"
        return
    raise AssertionError(f"nothing was raised, expected {kind.__name__}")
