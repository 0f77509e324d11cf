"""What model cards are written with."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import textwrap
from pathlib import Path


def table(header: list[str], rows: list[list[str]], numeric: set[int]) -> str:
    rule = ["---:" if place in numeric else "---" for place in range(len(header))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, rule, *rows])


def paragraph(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 110, break_long_words=False, break_on_hyphens=False)


def rounded(value):
    """Numbers to four digits, in whatever holds them."""
    if isinstance(value, dict):
        return {name: rounded(content) for name, content in value.items()}
    if isinstance(value, list):
        return [rounded(content) for content in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{os.cpu_count()} cores ({name})"


def put_in_place(folder: Path, files: dict[str, bytes], manifest: dict, name: str = "manifest.json") -> None:
    """Writes all files of a model into `folder`, each whole or not at all, the manifest last: until then it fails its check."""
    manifest = manifest | {"files": {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}}
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in {**files, name: (json.dumps(manifest, indent=2) + "\n").encode("utf8")}.items():
        temporary = folder / f".{path}.tmp"
        temporary.write_bytes(content)
        os.replace(temporary, folder / path)
