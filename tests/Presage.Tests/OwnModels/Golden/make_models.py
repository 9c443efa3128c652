#!/usr/bin/env python3
"""Writes the ONNX files of this folder: small models whose answers can be computed by hand, and broken ones.

Needs the package onnx (Debian: python3-onnx): /usr/bin/python3 make_models.py
"""
import pathlib

from onnx import TensorProto, helper

FOLDER = pathlib.Path(__file__).parent
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
WINDOW = 8


def write(name, nodes, inputs, outputs, initializers=(), opset=13, version=8, domain=None):
    graph = helper.make_graph(
        nodes, name,
        [helper.make_tensor_value_info(*one) for one in inputs],
        [helper.make_tensor_value_info(*one) for one in outputs],
        list(initializers))
    opsets = [helper.make_opsetid("", opset)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    model = helper.make_model(graph, opset_imports=opsets, producer_name="presage-tests")
    model.ir_version = version
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs, outputs, **attributes)


def constant(name, values, kind=FLOAT, shape=None):
    return helper.make_tensor(name, kind, [len(values)] if shape is None else shape, values)


WINDOWS = ("window", FLOAT, ["N", WINDOW])
mean = node("ReduceMean", ["window"], ["mean"], axes=[1], keepdims=1)

# The mean of the window is expected next.
write("mean", [mean], [WINDOWS], [("mean", FLOAT, ["N", 1])])

# The same one window at a time.
write("mean-one", [mean], [("window", FLOAT, [1, WINDOW])], [("mean", FLOAT, [1, 1])])

# The same for convolutions: windows of one channel; with it, how far values stray: twice the mean distance.
write("mean-band", [
    node("ReduceMean", ["window"], ["mean"], axes=[2], keepdims=1),
    node("Sub", ["window", "mean"], ["off"]),
    node("Abs", ["off"], ["distance"]),
    node("ReduceMean", ["distance"], ["spread"], axes=[2], keepdims=1),
    node("Mul", ["spread", "two"], ["stray"]),
    node("Concat", ["mean", "stray"], ["both"], axis=1),
    node("Squeeze", ["both", "axis"], ["answer"]),
], [("window", FLOAT, ["N", 1, WINDOW])], [("answer", FLOAT, ["N", 2])],
    [constant("two", [2.0]), constant("axis", [2], INT64)])

# How far apart the least and the greatest value lie, as a score; and a second output, as estimators have them.
write("range", [
    node("ReduceMax", ["window"], ["most"], axes=[1], keepdims=1),
    node("ReduceMin", ["window"], ["least"], axes=[1], keepdims=1),
    node("Sub", ["most", "least"], ["score"]),
    node("Cast", ["score"], ["label"], to=INT64),
], [WINDOWS], [("label", INT64, ["N", 1]), ("score", FLOAT, ["N", 1])])

# Draws each window as its mean.
write("flat", [
    mean,
    node("Mul", ["window", "none"], ["zero"]),
    node("Add", ["zero", "mean"], ["drawn"]),
], [WINDOWS], [("drawn", FLOAT, ["N", WINDOW])], [constant("none", [0.0])])

# Answers NaN always.
write("nan", [
    mean,
    node("Sub", ["mean", "mean"], ["zero"]),
    node("Div", ["zero", "zero"], ["answer"]),
], [WINDOWS], [("answer", FLOAT, ["N", 1])])

# Counts for hours when the first value of the first window is above 1,000, else once.
body = helper.make_graph(
    [node("Identity", ["go_in"], ["go_out"]), node("Mul", ["sum_in", "half"], ["halved"]),
     node("Add", ["halved", "step"], ["sum_out"])], "body",
    [helper.make_tensor_value_info("i", INT64, []), helper.make_tensor_value_info("go_in", TensorProto.BOOL, []),
     helper.make_tensor_value_info("sum_in", FLOAT, ["N", 1])],
    [helper.make_tensor_value_info("go_out", TensorProto.BOOL, []),
     helper.make_tensor_value_info("sum_out", FLOAT, ["N", 1])])
write("slow", [
    mean,
    node("ReduceMax", ["window"], ["most"], keepdims=0),
    node("Greater", ["most", "limit"], ["is_large"]),
    node("Where", ["is_large", "many", "once"], ["turns"]),
    node("Loop", ["turns", "go", "mean"], ["answer"], body=body),
], [WINDOWS], [("answer", FLOAT, ["N", 1])],
    [constant("limit", [1000.0], shape=[]), constant("many", [2**40], INT64, []), constant("once", [1], INT64, []),
     constant("go", [True], TensorProto.BOOL, []), constant("half", [0.5]), constant("step", [0.0])])

# What cannot be used, each for another reason.
write("bad-type", [node("Identity", ["window"], ["answer"])],
      [("window", INT64, ["N", 1])], [("answer", INT64, ["N", 1])])
write("bad-window", [mean], [("window", FLOAT, ["N", 7])], [("mean", FLOAT, ["N", 1])])
write("bad-output", [node("Identity", ["window"], ["answer"])], [WINDOWS], [("answer", FLOAT, ["N", WINDOW])])
write("bad-opset", [mean], [WINDOWS], [("mean", FLOAT, ["N", 1])], opset=99)
write("bad-shape", [node("Reshape", ["window", "to"], ["answer"])],
      [WINDOWS], [("answer", FLOAT, ["N", 1])], [constant("to", [3, 3], INT64)])
(FOLDER / "bad-bytes.onnx").write_bytes((FOLDER / "mean.onnx").read_bytes()[:60] + b"\xff" * 40)
ANSWER = ("answer", FLOAT, ["N", 1])
write("bad-version", [mean], [WINDOWS], [("mean", FLOAT, ["N", 1])], version=99)
write("bad-operator", [node("Tokenizer", ["window"], ["answer"], domain="com.acme")], [WINDOWS], [ANSWER],
      domain="com.acme")
write("bad-number", [
    mean,
    node("Cast", ["mean"], ["half"], to=TensorProto.BFLOAT16),
    node("Erf", ["half"], ["error"]),
    node("Cast", ["error"], ["answer"], to=FLOAT),
], [WINDOWS], [ANSWER])
write("bad-node", [node("MatMul", ["window", "w"], ["answer"], name="dense")], [WINDOWS], [ANSWER],
      [constant("w", [1.0] * 6, shape=[6, 1])])
write("bad-mix", [node("Add", ["window", "w"], ["answer"], name="plus")], [WINDOWS],
      [("answer", FLOAT, ["N", WINDOW])], [constant("w", [1] * WINDOW, INT64)])
write("bad-link", [node("Add", ["window", "nowhere"], ["answer"])], [WINDOWS], [("answer", FLOAT, ["N", WINDOW])])
write("bad-one", [node("Reshape", ["window", "to"], ["row"], name="flatten"),
                  node("ReduceMean", ["row"], ["answer"], axes=[1], keepdims=1)],
      [WINDOWS], [ANSWER], [constant("to", [1, WINDOW], INT64)])
elsewhere = constant("w", [1.0] * WINDOW, shape=[WINDOW, 1])
elsewhere.ClearField("float_data")
elsewhere.data_location = TensorProto.EXTERNAL
place = elsewhere.external_data.add()
place.key, place.value = "location", "weights.bin"
write("bad-weights", [node("MatMul", ["window", "w"], ["answer"])], [WINDOWS], [ANSWER], [elsewhere])
