"""Checks the whole pipeline in a tiny setting, so that it cannot rot: python -m code_transformer.check

A small corpus from the standard library, 512 tokens, width 32, 2 layers, 20 steps in two processes, export, measurement, card; and
each part against what it must do. Needs no network; takes one to three minutes. Prints `N passed, N failed, N skipped`, ends with 1 if
a check failed.
"""

from __future__ import annotations

import sys
import time
import traceback

import torch

# Importing the checks registers them.
from .checks import parts, whole
from .checks.registry import CHECKS


def main() -> None:
    torch.set_num_threads(1)
    failed = 0
    for function in CHECKS:
        began = time.monotonic()
        try:
            function()
            verdict = "passed"
        except Exception:
            verdict = "FAILED"
            failed += 1
            traceback.print_exc()
        print(f"{verdict} {function.__name__.replace('_', ' ')} ({time.monotonic() - began:.1f} s)", flush=True)
    print(f"{len(CHECKS) - failed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
