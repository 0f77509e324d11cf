"""What checks are written with."""

from __future__ import annotations

import atexit
import sys
import tempfile
import time
import traceback
from functools import cache
from pathlib import Path

import torch

CHECKS = []


def check(function):
    """Registers a check: run in the order in which they are defined, it fails by an exception."""
    CHECKS.append(function)
    return function


@cache
def scratch() -> Path:
    """A folder for the checks, removed when they have ended."""
    folder = tempfile.TemporaryDirectory(prefix="genlens-models-")
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


def run_checks(words: list[str] = []) -> None:
    """Runs what is registered (with words: the checks whose name holds one), prints `N passed, N failed, N skipped` and ends with 1 if a check failed."""
    torch.set_num_threads(1)
    failed = 0
    chosen = [function for function in CHECKS if not words or any(word in function.__name__ for word in words)]
    for function in chosen:
        began = time.monotonic()
        try:
            function()
            verdict = "passed"
        except Exception:
            verdict = "FAILED"
            failed += 1
            traceback.print_exc()
        print(f"{verdict} {function.__name__.replace('_', ' ')} ({time.monotonic() - began:.1f} s)", flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)
