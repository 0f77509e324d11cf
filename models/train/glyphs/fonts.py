"""Fonts of Debian packages: fonts.json names each package with its version, licence and checksum; all are OFL, Apache or Bitstream Vera.

A package is downloaded once, from the mirror that GENLENS_DEBIAN_MIRROR names or Debian's own, and unpacked without Debian's tools."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
MIRRORS = (os.environ.get("GENLENS_DEBIAN_MIRROR", "https://deb.debian.org/debian"), "https://snapshot.debian.org/archive/debian/20250520T000000Z")
SUFFIXES = (".ttf", ".otf", ".ttc")


@dataclass(frozen=True)
class Package:
    package: str
    version: str
    licence: str
    path: str  # below the mirror's root
    sha256: str


def packages() -> list[Package]:
    return [Package(**entry) for entry in json.loads((HERE / "fonts.json").read_text())]


def download(package: Package, folder: Path) -> bytes:
    """The package's file, from `folder` where it is there already. Raises ValueError for content other than the listed."""
    kept = folder / Path(package.path).name
    if kept.exists():
        content = kept.read_bytes()
    else:
        for mirror in MIRRORS:
            try:
                with urllib.request.urlopen(f"{mirror}/{package.path}", timeout=120) as response:
                    content = response.read()
                break
            except OSError as error:
                problem = error
        else:
            raise OSError(f"{package.path} cannot be downloaded from {' or '.join(MIRRORS)}: {problem}")
    if (digest := hashlib.sha256(content).hexdigest()) != package.sha256:
        raise ValueError(f"{kept.name} has the sha256 {digest}, fonts.json has {package.sha256}: remove the file and try again")
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        temporary = kept.with_suffix(".tmp")
        temporary.write_bytes(content)
        temporary.replace(kept)
    return content


def members(archive: bytes) -> dict[str, bytes]:
    """The members of an `ar` archive, which a Debian package is."""
    if archive[:8] != b"!<arch>\n":
        raise ValueError("not a Debian package: it does not begin with !<arch>")
    found, place = {}, 8
    while place + 60 <= len(archive):
        header = archive[place : place + 60]
        size = int(header[48:58])
        found[header[:16].decode().strip().rstrip("/")] = archive[place + 60 : place + 60 + size]
        place += 60 + size + size % 2
    return found


def font_files(package: bytes) -> list[tuple[str, bytes]]:
    """(path, content) of the fonts in a Debian package, by path; links are left out."""
    name, data = next((name, data) for name, data in members(package).items() if name.startswith("data.tar"))
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
        files = [member for member in archive.getmembers() if member.isfile() and member.name.lower().endswith(SUFFIXES)]
        return sorted((member.name.removeprefix("./"), archive.extractfile(member).read()) for member in files)
