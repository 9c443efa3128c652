#!/usr/bin/env python3
"""Trains an autoencoder of a metric's last hour with PyTorch and writes it as a model for Presage (docs/models.md).

    presage query 'rate(node_network_receive_bytes_total[2m])' --range 7d --step 1m -o csv > network.csv
    python3 train_pytorch.py network.csv --name network --query 'rate(node_network_receive_bytes_total[2m])' \
        --step 1m --out DATA/models

Needs PyTorch, and what train_sklearn.py beside it needs (Debian: python3-torch python3-sklearn python3-onnx). What a
window looks like is squeezed through four numbers and drawn again: shapes that are common come out as they went in,
others do not. Windows are scaled by the mean and deviation of the whole file.
"""
import argparse
import pathlib

import numpy as np
import torch
from torch import nn

from train_sklearn import read


def windows(series, length):
    parts = [np.lib.stride_tricks.sliding_window_view(values, length) for values in series if len(values) >= length]
    if not parts:
        raise SystemExit(f"no series has {length} values: export more, or take a smaller --window")
    joined = np.concatenate(parts)
    return joined[np.isfinite(joined).all(axis=1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("csv")
    parser.add_argument("--name", required=True, help="the model's name")
    parser.add_argument("--query", required=True, help="the PromQL that the file was exported with")
    parser.add_argument("--step", default="1m", help="the step that the file was exported with")
    parser.add_argument("--window", type=int, default=60)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--out", default=".", help="the folder of models")
    given = parser.parse_args()

    torch.manual_seed(1)
    torch.set_num_threads(1)
    raw = windows(read(given.csv), given.window)
    mean, deviation = float(raw.mean()), float(raw.std()) or 1.0
    data = torch.tensor((raw - mean) / deviation, dtype=torch.float32)
    model = nn.Sequential(
        nn.Linear(given.window, 16), nn.ReLU(), nn.Linear(16, 4), nn.ReLU(),
        nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, given.window))
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(given.epochs):
        for part in data[torch.randperm(len(data))].split(256):
            optimiser.zero_grad()
            nn.functional.mse_loss(model(part), part).backward()
            optimiser.step()
    with torch.no_grad():
        print(f"{len(data)} windows: off by {nn.functional.mse_loss(model(data), data).sqrt():.3f} deviations")

    quoted = "'" + given.query.replace("'", "''") + "'"
    folder = pathlib.Path(given.out)
    folder.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model.eval(), data[:1], str(folder / f"{given.name}.onnx"), input_names=["window"], output_names=["drawn"],
        dynamic_axes={"window": {0: "N"}, "drawn": {0: "N"}}, opset_version=13)
    (folder / f"{given.name}.yaml").write_text(
        f"query: {quoted}\nstep: {given.step}\nwindow: {given.window}\noutput: reconstruction\n"
        f"scaling: fixed\nmean: {mean!r}\ndeviation: {deviation!r}\n")
    print(f"wrote {folder / given.name}.onnx and .yaml; try: presage detect model check {folder / given.name}.yaml")


if __name__ == "__main__":
    main()
