"""Checks all pipelines in tiny settings, so that they cannot rot: python -m checks [WORD ...]

Models of a few steps on drawn shapes and on the standard library's text; needs no network and no fonts. With words, only the checks whose
names hold one. Prints `N passed, N failed, N skipped`, ends with 1 if a check failed.
"""

import sys

from code_transformer.checks import parts, whole

# Importing the checks registers them.
from common.registry import run_checks

from . import classifiers, diffusion, gan, glyphs, mixtures, vae

if __name__ == "__main__":
    run_checks(sys.argv[1:])
