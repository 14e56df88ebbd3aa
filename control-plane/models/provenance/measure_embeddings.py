#!/usr/bin/env python3
"""Measures the shipped MiniLM against its float32 original on texts of yours.

Prints how far single vectors and similarities of pairs move, and how far a
vector moves when its text is embedded in a batch of eight.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from artefacts import MODELS
from build_minilm import FOLDER, SOURCE, WHEEL, assembled

MAX_TOKENS = 256


def session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options)


def embed(model: onnxruntime.InferenceSession, encoded: list[list[int]], batch: int) -> np.ndarray:
    """Mean over the attention mask, length 1; short texts of a batch are padded on the right."""
    vectors = []
    for start in range(0, len(encoded), batch):
        part = encoded[start : start + batch]
        width = max(map(len, part))
        ids = np.array([row + [0] * (width - len(row)) for row in part], np.int64)
        mask = np.array([[1] * len(row) + [0] * (width - len(row)) for row in part], np.int64)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = model.run(None, feed)[0]
        mean = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        vectors.append(mean / np.linalg.norm(mean, axis=1, keepdims=True))
    return np.concatenate(vectors)


def speed(model: onnxruntime.InferenceSession, tokens: int) -> float:
    """Texts per second of processor time on one thread, one text at a time; the best of six rounds."""
    ids = np.random.RandomState(0).randint(1000, 20000, (1, tokens)).astype(np.int64)
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    repeats = max(5, 2000 // tokens)
    best = float("inf")
    for _ in range(6):
        started = time.thread_time()
        for _ in range(repeats):
            model.run(None, feed)
        best = min(best, (time.thread_time() - started) / repeats)
    return 1 / best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, help='JSON lines with a "text" each')
    parser.add_argument("--each", type=int, default=250, help="how many texts of each file")
    parser.add_argument("--wheel", type=Path)
    options = parser.parse_args()

    with WHEEL.open(options.wheel) as wheel:
        tokenizer = Tokenizer.from_str(wheel.read(f"{SOURCE}tokenizer.json").decode())
        original = session(assembled(wheel.read(f"{SOURCE}model.safetensors"), exact=True).SerializeToString())
    shipped = session((MODELS / FOLDER / "model.onnx").read_bytes())
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    lines = [line for file in options.files for line in file.read_text("utf-8").splitlines()[: options.each]]
    encoded = [tokenizer.encode(json.loads(line)["text"]).ids for line in lines]

    exact, alone, together = embed(original, encoded, 1), embed(shipped, encoded, 1), embed(shipped, encoded, 8)
    pairs = np.triu_indices(len(encoded), 1)
    moved = np.abs(alone @ alone.T - exact @ exact.T)[pairs]
    print(f"{len(encoded)} texts")
    for label, left, right in (("shipped to float32", alone, exact), ("batch of 8 to alone", together, alone)):
        cosines = (left * right).sum(axis=1)
        print(f"cosine, {label}: mean {cosines.mean():.4f}, 1st percentile {np.quantile(cosines, 0.01):.4f}, least {cosines.min():.4f}")
    print(f"similarity of a pair moves by: mean {moved.mean():.4f}, 99th percentile {np.quantile(moved, 0.99):.4f}, most {moved.max():.4f}")
    for tokens in (16, 64, 128, 256):
        print(f"{tokens} tokens: {speed(shipped, tokens):.0f} texts/s, float32 {speed(original, tokens):.0f}")


if __name__ == "__main__":
    main()
