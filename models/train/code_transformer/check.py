"""Checks the whole pipeline in a tiny setting, so that it cannot rot: python -m code_transformer.check

A small corpus from the standard library, 512 tokens, width 32, 2 layers, 20 steps in two processes, export, measurement, card; and
each part against what it must do. Needs no network; takes one to three minutes. Prints `N passed, N failed, N skipped`, ends with 1 if
a check failed.
"""

from __future__ import annotations

# Importing the checks registers them.
from common.registry import run_checks

from .checks import parts, whole

if __name__ == "__main__":
    run_checks()
