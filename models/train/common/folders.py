"""Where things lie, unless a command is told otherwise."""

from pathlib import Path

MODELS = Path(__file__).parents[2]
WORK = MODELS.parent / ".genlens" / "train"
