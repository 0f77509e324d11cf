"""Fonts, faces, the choice of faces, the data set."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections import Counter
from dataclasses import replace

import numpy as np
import torch

from common.registry import check, raises, scratch
from glyphs import bundle, choose, dataset, fonts, quality
from glyphs import faces as drawing
from glyphs.measured import nearest, pictures

from .drawn import EACH, FAMILIES, faces, font, work


def debian_package(files: dict[str, bytes]) -> bytes:
    tape = io.BytesIO()
    with tarfile.open(fileobj=tape, mode="w:xz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    parts = {"debian-binary": b"2.0\n", "control.tar.xz": b"x" * 7, "data.tar.xz": tape.getvalue()}
    return b"!<arch>\n" + b"".join(f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode() + content + b"\n" * (len(content) % 2)
                                   for name, content in parts.items())


@check
def a_package_gives_its_fonts_and_no_other_content_is_taken():
    package = debian_package({"usr/share/fonts/b.otf": b"second", "usr/share/fonts/a.TTF": b"first", "usr/share/doc/copyright": b"text"})
    assert fonts.font_files(package) == [("usr/share/fonts/a.TTF", b"first"), ("usr/share/fonts/b.otf", b"second")]
    (scratch() / "x_1_all.deb").write_bytes(package)
    listed = fonts.Package("x", "1", "OFL-1.1", "pool/x_1_all.deb", hashlib.sha256(package).hexdigest())
    assert fonts.download(listed, scratch()) == package
    raises(ValueError, lambda: fonts.download(replace(listed, sha256="0" * 64), scratch()), "x_1_all.deb", "0" * 64)


@check
def the_listed_packages_have_allowed_licences():
    listed = fonts.packages()
    assert len({package.package for package in listed}) == len(listed) > 100
    assert {package.licence for package in listed} == {"OFL-1.1", "Apache-2.0", "Bitstream-Vera"}


@check
def a_face_is_drawn_at_one_scale_on_one_line():
    face, = drawing.read("package", "path", font("Bold"))
    assert face.family == "Drawn Mono" and face.styles == (True, False, False, True), face.styles
    ink = {character: np.flatnonzero(image.max(axis=1) > 128) for character, image in zip(drawing.CHARACTERS, face.images)}
    heights = {character: len(rows) for character, rows in ink.items()}
    assert abs(heights["A"] - 24 * 700 / 900) <= 1 and abs(heights["a"] - 24 * 500 / 900) <= 1 and heights["A"] == heights["Z"]
    assert ink["A"][-1] == ink["a"][-1] < ink["g"][-1]
    italic, = drawing.read("package", "path", font("Italic", italic_angle=-10.0))
    assert italic.styles == (False, True, False, True)
    assert drawing.read("package", "path", font("Regular", missing="q")) == []


@check
def near_faces_are_dropped_and_groups_are_kept_whole():
    own = faces()
    copy = replace(own[0], package="package-7", name="Family 0 copy", family="Copy")
    capitals = replace(own[3], name="Capitals", family="Capitals", images=np.concatenate([own[3].images[:26], own[3].images[:26], own[3].images[52:]]))
    kept, counts = choose.choose([*own, copy, capitals])
    assert counts["near another"] >= 1 and counts["one case"] == 1, counts
    assert not {"Capitals", "Copy"} & {face.family for face in kept}
    groups = choose.groups_of([*own, copy])
    named = dict(zip([face.family for face in (*own, copy)], groups))
    assert named["Copy"] == named["Family 0"] == named["Family 7"], named
    groups = [str(face % 40) for face in range(400)]
    found = choose.split(groups, seed=1)
    assert all(len(set(found[np.array(groups) == group])) == 1 for group in set(groups))
    shares = Counter(found.tolist())
    assert abs(shares[2] - 80) <= 10 and abs(shares[1] - 20) <= 10, shares
    assert not np.array_equal(found, choose.split(groups, seed=2))


@check
def the_data_set_gives_what_its_faces_are():
    path = work() / "glyphs.npz"
    train = dataset.load(path, (dataset.TRAIN,))
    assert len(train) == 9 * EACH and len(dataset.load(path, (0, 1, 2))) == FAMILIES * EACH and abs(train.weight.sum() - 1) < 1e-6
    scenes, characters, styles = dataset.scenes(train, 50, torch.Generator().manual_seed(0))
    for scene, (left, right), style in zip(scenes[:, 0], characters, styles):
        assert any(torch.equal((scene * 255).round().to(torch.uint8), torch.cat([images[left], images[right]], dim=1)) and torch.equal(style, own)
                   for images, own in zip(train.images, train.styles))
    ids = dataset.captions(characters[:1, 0], characters[:1, 1], torch.tensor([[True, False, False, True]]))
    words = [dataset.WORDS[place] for place in ids[0]]
    assert words == ["<start>", dataset.CHARACTERS[characters[0, 0]], dataset.CHARACTERS[characters[0, 1]], "bold", "<pad>", "<pad>", "mono"]
    content = {"a": np.arange(3), "b": np.array(["x"])}
    assert dataset.checksum(content) != dataset.checksum(content | {"a": np.array([0, 1, 3])}) != dataset.checksum(content | {"b": np.array(["y"])})


@check
def what_the_repository_holds_is_the_plainest_face_of_each_training_family_and_all_that_is_held_out():
    to = scratch() / "bundled"
    bundle.bundle(work(), to, 1, None)
    facts = json.loads((to / "dataset.json").read_text())
    assert {name: hashlib.sha256((to / name).read_bytes()).hexdigest() for name in ("glyphs.npz", "DATA_CARD.md")} == facts["files"]
    with np.load(to / "glyphs.npz", allow_pickle=False) as file:
        columns, character, face = file["columns"], file["character"], file["face"]
    with np.load(work() / "glyphs.npz") as file:
        images = dict(zip(file["names"].tolist(), file["images"]))
    assert len(columns) == facts["count"] == 62 * len(facts["faces"]) == 62 * (9 + 2 * EACH)
    for column, place, number in zip(columns, character, face):
        assert np.array_equal(column.T, images[facts["faces"][number]["name"]][place])
    named = [(facts["families"][one["family"]], one["name"], one["split"]) for one in facts["faces"]]
    assert all(name.startswith(family) for family, name, _ in named), named
    assert all(name.endswith(" 0") for _, name, split in named if split == "train"), named  # The faces that end in 1 are bold.
    assert Counter(split for _, _, split in named) == {"train": 9, "held out": 2 * EACH}
    before = (to / "glyphs.npz").read_bytes()
    bundle.bundle(work(), to, 1, None)
    assert (to / "glyphs.npz").read_bytes() == before
    raises(ValueError, lambda: bundle.bundle(work(), to, None, None, largest=1_000), "1,000", "fewer faces")


@check
def distances_in_features_are_what_they_should_be():
    rng = np.random.default_rng(0)
    first = rng.standard_normal((20_000, 3)) * [1, 2, 3]
    second = rng.standard_normal((20_000, 3)) * [2, 2, 1] + [1, 0, 0]
    # |mu|^2 + sum (s1 - s2)^2 for diagonal covariances.
    assert abs(quality.frechet(first, second) - (1 + 1 + 0 + 4)) < 0.25 and abs(quality.frechet(first, first)) < 1e-6
    some = first[:500]
    assert quality.precision_recall(some, some) == (1.0, 1.0)
    precision, recall = quality.precision_recall(some, np.repeat(some[:3], 50, axis=0) + 1e-3 * rng.standard_normal((150, 3)))
    assert precision > 0.9 and recall < 0.1, (precision, recall)
    train = pictures(work() / "glyphs.npz", dataset.TRAIN)
    queries = train.levels[:100].astype(np.float32) / 255
    assert nearest(queries, train.character[:100], train).max() < 1e-3
    assert nearest(1 - queries, train.character[:100], train).min() > 0.2
