#!/usr/bin/env python3
"""Trains a forecast of a metric with scikit-learn and writes it as a model for Presage (docs/models.md).

    presage query 'node_load1' --range 7d --step 1m -o csv > load.csv
    python3 train_sklearn.py load.csv --name load --query node_load1 --step 1m --out DATA/models

Needs numpy, scikit-learn and onnx (Debian: python3-sklearn python3-onnx). A small network (one hidden layer) learns to
tell each value from the sixty before it, over all series of the file at once; each window is scaled by its own mean and
deviation, so that one model serves idle and busy hosts. The network is written as four ONNX operators by hand, which
keeps the script free of a converter; with skl2onnx, to_onnx(model, windows[:1].astype("float32")) writes any estimator.
"""
import argparse
import csv
import pathlib

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper
from sklearn.neural_network import MLPRegressor

SHARE = 0.005  # A window that hardly moves counts as moving by this share of its mean, as in Presage.


def read(path):
    """The series of a CSV as `presage query -o csv` writes it: labels, time, value."""
    series = {}
    with open(path, newline="") as file:
        rows = csv.reader(file)
        names = next(rows)
        at = names.index("value")
        for row in rows:
            labels = tuple(v for i, v in enumerate(row) if names[i] not in ("time", "value"))
            series.setdefault(labels, []).append(float(row[at]))
    return [np.array(values) for values in series.values()]


def windows(series, length):
    """Windows of `length` values and the value after each, scaled as Presage scales them (scaling: window)."""
    xs, ys = [], []
    for values in series:
        if len(values) > length:
            parts = np.lib.stride_tricks.sliding_window_view(values, length + 1)
            parts = parts[np.isfinite(parts).all(axis=1)]
            mean = parts[:, :-1].mean(axis=1, keepdims=True)
            deviation = np.maximum(parts[:, :-1].std(axis=1, keepdims=True), SHARE * np.abs(mean))
            parts = (parts - mean) / np.where(deviation > 1e-30, deviation, 1)
            xs.append(parts[:, :-1])
            ys.append(np.clip(parts[:, -1], -10, 10))
    if not xs:
        raise SystemExit(f"no series has more than {length} values: export more, or take a smaller --window")
    return np.concatenate(xs), np.concatenate(ys)


def to_onnx(model, length):
    """One hidden layer of ReLU: two products and a maximum."""
    def initial(name, array):
        return numpy_helper.from_array(np.asarray(array, dtype=np.float32), name)

    (first, last), (first_bias, last_bias) = model.coefs_, model.intercepts_
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["window", "w1", "b1"], ["hidden"]),
            helper.make_node("Relu", ["hidden"], ["active"]),
            helper.make_node("Gemm", ["active", "w2", "b2"], ["next"]),
        ],
        "forecast",
        [helper.make_tensor_value_info("window", TensorProto.FLOAT, ["N", length])],
        [helper.make_tensor_value_info("next", TensorProto.FLOAT, ["N", 1])],
        [initial("w1", first), initial("b1", first_bias), initial("w2", last), initial("b2", last_bias)])
    onnx = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="train_sklearn.py")
    onnx.ir_version = 8
    checker.check_model(onnx)
    return onnx


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("csv")
    parser.add_argument("--name", required=True, help="the model's name")
    parser.add_argument("--query", required=True, help="the PromQL that the file was exported with")
    parser.add_argument("--step", default="1m", help="the step that the file was exported with")
    parser.add_argument("--window", type=int, default=60)
    parser.add_argument("--hidden", type=int, default=16)
    parser.add_argument("--out", default=".", help="the folder of models")
    given = parser.parse_args()

    x, y = windows(read(given.csv), given.window)
    model = MLPRegressor((given.hidden,), random_state=1, max_iter=200, early_stopping=True)
    model.fit(x, y)
    off = np.sqrt(np.mean((model.predict(x) - y) ** 2))
    same = np.sqrt(np.mean((x[:, -1] - y) ** 2))
    print(f"{len(x)} windows: off by {off:.3f} deviations; by {same:.3f} when the last value is expected again")

    quoted = "'" + given.query.replace("'", "''") + "'"
    folder = pathlib.Path(given.out)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{given.name}.onnx").write_bytes(to_onnx(model, given.window).SerializeToString())
    (folder / f"{given.name}.yaml").write_text(
        f"query: {quoted}\nstep: {given.step}\nwindow: {given.window}\noutput: forecast\nscaling: window\n")
    print(f"wrote {folder / given.name}.onnx and .yaml; try: presage detect model check {folder / given.name}.yaml")


if __name__ == "__main__":
    main()
