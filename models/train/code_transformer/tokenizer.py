"""Byte-level BPE for Python source, and the corpus as token ids.

    python -m code_transformer.tokenizer --work DIR

Reads DIR/train.jsonl and DIR/valid.jsonl, writes DIR/tokenizer.json (Hugging Face format), DIR/train.npy and DIR/valid.npy
(uint16 ids, files joined by the end-of-text token).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

END_OF_TEXT = "<|endoftext|>"
# A newline keeps the indentation behind it, a word the blank before it; numbers are cut to three digits.
PIECES = r"\r?\n[ \t]*| ?\p{L}+| ?\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|[^\S\r\n]+|\r"


def train_tokenizer(texts, vocabulary: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(PIECES), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[AddedToken(END_OF_TEXT, special=True, normalized=False)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def read_texts(path: Path) -> list[str]:
    with path.open() as lines:
        return [json.loads(line)["text"] for line in lines]


def encode(tokenizer: Tokenizer, texts: list[str]) -> np.ndarray:
    end = tokenizer.token_to_id(END_OF_TEXT)
    ids: list[int] = []
    for start in range(0, len(texts), 64):
        for encoding in tokenizer.encode_batch(texts[start : start + 64]):
            ids.append(end)
            ids.extend(encoding.ids)
    return np.array(ids, dtype=np.uint16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--vocabulary", type=int, default=4096)
    arguments = parser.parse_args()
    work = arguments.work
    train = read_texts(work / "train.jsonl")
    tokenizer = train_tokenizer(train[:: max(1, len(train) // 3000)], arguments.vocabulary)
    tokenizer.save(str(work / "tokenizer.json"))
    for split, texts in (("train", train), ("valid", read_texts(work / "valid.jsonl"))):
        ids = encode(tokenizer, texts)
        np.save(work / f"{split}.npy", ids)
        size = sum(len(text.encode("utf8")) for text in texts)
        print(f"{split}: {len(texts)} files, {size} bytes, {len(ids)} tokens, {size / len(ids):.3f} bytes a token", flush=True)


if __name__ == "__main__":
    main()
