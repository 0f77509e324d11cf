"""Each part of the pipeline, against what it must do."""

from __future__ import annotations

import json
import math
import zipfile

import numpy as np
import torch

from common.registry import check, scratch

from .. import brackets, corpus, export, heads, likelihood, measure, muon, ngram, sampling
from ..model import CodeTransformer, Shape
from ..train import Phase, rate_factor
from .tiny import PHASES, SHAPE


@check
def corpus_holds_out_packages_and_copies_of_them():
    folder = scratch() / "corpus"
    own = "\n".join(f"def held_out_{place}(value):\n    return value * {place} + offset_of(value)" for place in range(40))
    other = "\n".join(f"class Trained{place}:\n    attribute = compute_something({place})" for place in range(40))
    tests = "\n".join(f"def test_{place}():\n    assert compute_something({place}) is not None" for place in range(40))
    wheels = {"alpha": {"alpha/core.py": own}, "beta": {"beta/main.py": other, "beta/copied.py": "# a changed first line\n" + own,
                                                        "beta/again.py": other, "beta/tests/test_main.py": tests}}
    for name, files in wheels.items():
        (folder / "wheels" / name).mkdir(parents=True)
        with zipfile.ZipFile(folder / "wheels" / name / f"{name}-1.0-py3-none-any.whl", "w") as archive:
            archive.writestr(f"{name}-1.0.dist-info/METADATA", f"Name: {name}\nVersion: 1.0\nLicense-Expression: MIT\n")
            for path, text in files.items():
                archive.writestr(path, text)
    corpus.build(folder, {"valid": {"alpha": "1.0"}, "train": {"beta": "1.0"}}, package_bytes=200_000, seed=1)
    taken = {split: [(file["package"], file["text"]) for file in map(json.loads, (folder / f"{split}.jsonl").read_text().splitlines())]
             for split in ("train", "valid")}
    assert taken["valid"] == [("alpha", own)]
    assert [text for package, text in taken["train"] if package == "beta"] == [other]
    assert any(package == "python" for package, _ in taken["train"])
    sources = {source["package"]: source for source in json.loads((folder / "sources.json").read_text())}
    assert sources["beta"] == {"package": "beta", "version": "1.0", "licence": "MIT", "split": "train", "files": 1, "bytes": len(other)}


@check
def heads_score_planted_patterns():
    period, length = 8, 16
    previous, induction, own = (torch.zeros(length, length) for _ in range(3))
    for query in range(length):
        own[query, query] = 1
        previous[query, max(0, query - 1)] = 1
        induction[query, query - period + 1 if query >= period else 0] = 1
    even = heads.uniform_weights(length)[0, 0, 0]
    assert torch.allclose(even.sum(dim=-1), torch.ones(length)) and torch.equal(even, even.tril())
    weights = torch.stack([torch.stack([previous, induction]), torch.stack([own, even])])[:, None]  # [2 layers, 1, 2 heads, T, T]
    for score, place in ((heads.previous_token_score(weights), (0, 0)), (heads.induction_score(weights, period), (0, 1)),
                         (heads.self_score(weights), (1, 0))):
        assert math.isclose(score[place], 1, rel_tol=1e-6) and (score > 0.999).sum() == 1, score
    expected = sum(1 / (query + 1) for query in range(period, length)) / (length - period)
    assert math.isclose(heads.induction_score(weights, period)[1, 1], expected, rel_tol=1e-5)
    pairs = heads.pair_score(weights, [[(9, 2), (10, 3), (5, 1)]])
    assert math.isclose(pairs[0, 1], 2 / 3, rel_tol=1e-6) and pairs[0, 0] == 0
    first = torch.zeros(1, length, dtype=torch.bool)
    first[0, 0] = True
    assert math.isclose(heads.key_mass(weights, first)[1, 0], 1 / length, rel_tol=1e-6)
    assert math.isclose(heads.first_token_mass(weights)[0, 0], 1 / (length - 1), rel_tol=1e-6)
    assert measure.best(heads.induction_score(weights, period)) | {"score": 1} == {"layer": 0, "head": 1, "score": 1}
    rows = heads.repeated_random_rows(50, 3, period, seed=0)
    assert rows.shape == (3, 16) and torch.equal(rows[:, :period], rows[:, period:]) and rows.min() > 0


@check
def muon_orthogonalises():
    generator = torch.Generator().manual_seed(0)
    for shape in ((24, 24), (16, 48), (48, 16)):
        matrix = torch.randn(shape, generator=generator)
        result = muon.orthogonalise(matrix)
        singular = torch.linalg.svdvals(result)
        assert 0.6 < singular.min() and singular.max() < 1.3, singular
        left, _, right = torch.linalg.svd(matrix, full_matrices=False)
        aligned = torch.diagonal(left.T @ result @ right.T)
        assert aligned.min() > 0.6, "the singular vectors moved"


@check
def muon_takes_half_the_digits():
    matrix = torch.randn((32, 32), generator=torch.Generator().manual_seed(0))
    steps = []
    for precision in (torch.float32, torch.bfloat16):
        parameter = torch.nn.Parameter(torch.zeros(32, 32))
        parameter.grad = matrix.clone()
        muon.Muon([parameter], lr=1.0, weight_decay=0.0, precision=precision).step()
        steps.append(parameter.detach())
    # bfloat16 has 8 bits: five iterations of a quintic leave a few per cent.
    assert steps[1].dtype == torch.float32 and 0 < (steps[0] - steps[1]).norm() < 0.05 * steps[0].norm()


@check
def muon_takes_the_direction_of_the_gradient():
    parameter = torch.nn.Parameter(torch.ones(4, 4))
    parameter.grad = torch.diag(torch.tensor([3.0, 3.0, 3.0, 3.0]))
    muon.Muon([parameter], lr=0.1, weight_decay=0.0).step()
    step = (1 - parameter.detach()) / 0.1
    assert torch.allclose(step, torch.diag(torch.diagonal(step)), atol=1e-5) and 0.6 < torch.diagonal(step).min() < 1.3


@check
def the_learning_rate_warms_up_and_falls():
    phases = [Phase(**phase) for phase in PHASES]
    assert rate_factor(phases[0], 0) < 0.03 and rate_factor(phases[1], 0) == 1
    assert abs(rate_factor(phases[1], 8) - rate_factor(phases[2], 0)) < 1e-9 and rate_factor(phases[2], 4) < 0.03


@check
def the_model_is_causal_and_its_three_paths_agree():
    torch.manual_seed(0)
    model = CodeTransformer(Shape(**SHAPE)).eval()
    ids = torch.randint(0, SHAPE["vocabulary"], (2, 24))
    with torch.no_grad():
        whole, _ = model(ids)
        fused, _ = model(ids, explicit=False)
        assert torch.allclose(whole, fused, atol=1e-5)
        past = export.empty_past(model.shape, 2)
        for position in range(24):
            logits, past = model(ids[:, position : position + 1], past)
            assert torch.allclose(logits[:, 0], whole[:, position], atol=1e-5)
        changed = ids.clone()
        changed[:, 12:] = 1
        assert torch.equal(model(changed)[0][:, :12], whole[:, :12])
        _, weights = model.attention_weights(ids)
    assert weights.shape == (2, 2, 2, 24, 24) and torch.allclose(weights.sum(dim=-1), torch.ones(2, 2, 2, 24), atol=1e-6)
    assert torch.equal(weights, weights.tril())


@check
def brackets_are_matched_outside_strings():
    text = 'value = call(first, [1, 2, 3, 4], "(not this]")  # nor (this\nother = {1: (2, 3)}\n'
    places = {(text[closing], text[opening], closing, opening) for closing, opening in brackets.bracket_offsets(text)}
    found = {(text.index("(first"), text.index(")  # nor")), (text.index("[1"), text.index("],")), (text.index("{1"), len(text) - 2),
             (text.index("(2"), text.index(")}"))}
    assert {(opening, closing) for _, _, closing, opening in places} == found
    assert brackets.bracket_offsets("def broken(:\n  ) ]") == []
    offsets = [(place, place + 1) for place in range(len(text))]
    start = 12
    window = brackets.bracket_pairs(text, offsets, start, 40)
    assert window == sorted((closing - start, opening - start) for opening, closing in found
                            if opening >= start and closing < start + 40 and closing - opening >= brackets.NEAREST) and window
    assert brackets.opening_positions("f(a)[0]", [(0, 2), (2, 5), (5, 7)], 0, 3) == [0, 1]


def slow_kneser_ney(train: list[int], vocabulary: int, order: int, context: tuple[int, ...], token: int) -> float:
    """The same model, from its definition, with dictionaries."""
    grams = {}
    for place in range(len(train) - order + 1):
        gram = tuple(train[place : place + order])
        grams[gram] = grams.get(gram, 0) + 1
    levels = [grams]
    for _ in range(order - 1):
        lower: dict = {}
        for gram in levels[0]:
            lower[gram[1:]] = lower.get(gram[1:], 0) + 1
        levels.insert(0, lower)

    def probability(length: int, before: tuple[int, ...]) -> float:
        if length == 0:
            return 1 / vocabulary
        before = before[len(before) - (length - 1) :]
        lower = probability(length - 1, before)
        level = levels[length - 1]
        following = {gram[-1]: count for gram, count in level.items() if gram[:-1] == before}
        total = sum(following.values())
        if total == 0:
            return lower
        discount = ngram.discounts(np.array(list(level.values())))
        taken = sum(discount[min(count, 3)] for count in following.values())
        count = following.get(token, 0)
        return (max(count - discount[min(count, 3)], 0) + taken * lower) / total

    return probability(order, context)


@check
def the_ngram_model_is_a_distribution_and_agrees_with_its_definition():
    rng = np.random.default_rng(0)
    train = (rng.integers(0, 12, 600) * rng.integers(0, 2, 600)).astype(np.uint16)
    model = ngram.NgramModel(train, 12, order=3)
    for context in ((0, 5), (3, 0), (7, 7), (11, 4)):
        probabilities = [2 ** -model.bits(np.array([*context, token]))[-1] for token in range(12)]
        assert math.isclose(sum(probabilities), 1, rel_tol=1e-9)
        expected = [slow_kneser_ney(train.tolist(), 12, 3, context, token) for token in range(12)]
        assert np.allclose(probabilities, expected, rtol=1e-9), (probabilities, expected)
    assert len(model.bits(np.array([1, 2]))) == 1 and ngram.NgramModel(np.arange(9), 4096, order=7).order == 5


@check
def samples_keep_to_the_likely_tokens():
    rng = np.random.default_rng(0)
    logits = np.log(np.array([0.5, 0.3, 0.15, 0.05]))
    drawn = [sampling.choose(logits, 1.0, 0.75, rng) for _ in range(400)]
    assert set(drawn) == {0, 1} and 0.5 < np.mean(np.array(drawn) == 0) < 0.75
    assert {sampling.choose(logits, 0.01, 1.0, rng) for _ in range(20)} == {0}


@check
def repeats_are_counted():
    assert sampling.repeated_share(np.arange(50)) == 0
    assert sampling.repeated_share(np.zeros(17, dtype=int)) == 9 / 10
    assert sampling.repeated_share(np.tile(np.arange(20), 2)) == 13 / 33


@check
def the_context_ends_before_the_first_worse_range():
    def ranges(*values):
        return list(zip(likelihood.RANGES, values))

    assert likelihood.usable_context(ranges(1.2, 1.1, 1.2)) == 1024
    assert likelihood.usable_context(ranges(1.2, 1.1, 1.3)) == 512
    assert likelihood.usable_context(ranges(1.2, 1.3, 1.1)) == 256
    assert likelihood.spread([*range(10)], 2) == [2, 7] and likelihood.spread([1, 2], 5) == [1, 2]


@check
def gates_fail_what_is_too_low():
    scores = {name: {"score": 0.6, "chance": 0.01} for name in ("induction", "previousToken", "bracket")}
    found = {"heads": scores, "loops": {"share": 0.1, "realShare": 0.05}}
    assert all(gate["passed"] for gate in measure.gates(found))
    for name, key, value in (("induction", "heads", 0.4), ("previousToken", "heads", 0.4), ("bracket", "heads", 0.09)):
        assert not all(gate["passed"] for gate in measure.gates({**found, key: {**scores, name: {"score": value, "chance": 0.01}}}))
    assert not all(gate["passed"] for gate in measure.gates({**found, "loops": {"share": 0.2, "realShare": 0.05}}))
