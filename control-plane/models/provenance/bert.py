"""The transformer encoder both models share, as an ONNX graph made for speed on a CPU.

The graph is written node by node instead of being exported and optimised: it
is short, every name in it says what it is, and its bytes depend on nothing but
the weights and the pinned packages.

Two choices were measured. Attention and GELU are fused operators, because many
small nodes cost time at prompt length. Residual and LayerNormalization stay
separate operators, because on a CPU the fused one (SkipLayerNormalization) is
several times slower than its parts.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

HIDDEN = 384
HEADS = 12
LAYERS = 6
EPSILON = 1e-12
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
MICROSOFT = "com.microsoft"

# Returns the float32 tensor of that name. Names are those of a BERT checkpoint
# ("encoder.layer.0.output.dense.weight"); matrices are [in, out].
Weights = Callable[[str], np.ndarray]


class Graph:
    """Collects nodes and constants; an operator is named after its output."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, name: str, operator: str, inputs: list[str], domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def dense(self, name: str, x: str, weight: np.ndarray) -> str:
        """x · weight; a bias is left to the caller, who may have a fused operator for it."""
        return self.node(name, "MatMul", [x, self.constant(f"{name}.weight", weight)])

    def biased(self, name: str, x: str, bias: np.ndarray) -> str:
        return self.node(name, "Add", [x, self.constant(f"{name}.bias", bias)])

    def normalised(self, name: str, x: str, gamma: np.ndarray, beta: np.ndarray) -> str:
        constants = [self.constant(f"{name}.gamma", gamma), self.constant(f"{name}.beta", beta)]
        return self.node(name, "LayerNormalization", [x, *constants], axis=-1, epsilon=EPSILON)

    def first_rows(self, name: str, table: str) -> str:
        """The rows of `table` for positions 0, 1, … up to the length of the input."""
        length = self.node(f"{name}.length", "Shape", ["input_ids"], start=1, end=2)
        zero = self.constant(f"{name}.zero", np.array([0], np.int64))
        return self.node(name, "Slice", [table, zero, length, zero])


def encoder(graph: Graph, weights: Weights, x: str) -> str:
    """All layers on top of the normalised embeddings `x`."""
    mask = graph.node("mask", "Cast", ["attention_mask"], to=TensorProto.INT32)
    for index in range(LAYERS):
        x = _layer(graph, weights, index, x, mask)
    return x


def _layer(graph: Graph, weights: Weights, index: int, x: str, mask: str) -> str:
    name, stored = f"layer.{index}", f"encoder.layer.{index}"
    parts = [f"{stored}.attention.self.{part}" for part in ("query", "key", "value")]
    attention = graph.node(
        f"{name}.attention",
        "Attention",
        [
            x,
            graph.constant(f"{name}.attention.weight", np.concatenate([weights(f"{part}.weight") for part in parts], axis=1)),
            graph.constant(f"{name}.attention.bias", np.concatenate([weights(f"{part}.bias") for part in parts])),
            mask,
        ],
        MICROSOFT,
        num_heads=HEADS,
    )
    x = _project_and_normalise(graph, weights, f"{name}.attended", f"{stored}.attention.output", attention, x)

    wide = graph.dense(f"{name}.wide", x, weights(f"{stored}.intermediate.dense.weight"))
    bias = graph.constant(f"{name}.gelu.bias", weights(f"{stored}.intermediate.dense.bias"))
    active = graph.node(f"{name}.gelu", "BiasGelu", [wide, bias], MICROSOFT)
    return _project_and_normalise(graph, weights, name, f"{stored}.output", active, x)


def _project_and_normalise(graph: Graph, weights: Weights, name: str, stored: str, x: str, residual: str) -> str:
    """LayerNorm(x · weight + bias + residual)."""
    dense = graph.dense(f"{name}.dense", x, weights(f"{stored}.dense.weight"))
    biased = graph.biased(f"{name}.biased", dense, weights(f"{stored}.dense.bias"))
    # Sum, not Add: onnxruntime would recognise Add and normalisation when the
    # model is loaded and put the slow fused operator in their place.
    total = graph.node(f"{name}.sum", "Sum", [biased, residual])
    return graph.normalised(name, total, weights(f"{stored}.LayerNorm.weight"), weights(f"{stored}.LayerNorm.bias"))


def model(graph: Graph, name: str, output: str, width: int) -> ModelProto:
    """The graph as a model whose `output` has one vector of `width` numbers per token."""
    shape = ["batch", "sequence"]
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            name,
            [helper.make_tensor_value_info(each, TensorProto.INT64, shape) for each in INPUTS],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, [*shape, width])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)],
        ir_version=8,
    )


def quantised(given: ModelProto) -> bytes:
    """The file to ship: matrices as int8 per output channel, activations rounded to 8 bits while running."""
    # The quantiser warns that it cannot tell types through fused operators; the
    # default type below is the answer to exactly that.
    logging.getLogger().setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        quantize_dynamic(
            given,
            path,
            op_types_to_quantize=["MatMul", "Attention"],
            weight_type=QuantType.QInt8,
            per_channel=True,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
        return onnx.load(path).SerializeToString(deterministic=True)
