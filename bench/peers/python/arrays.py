"""The batches and initial weights that the runner wrote (../data.ts), as NumPy arrays."""

import json
from pathlib import Path

import numpy as np


def index(folder):
    """Name -> (shape, file) of every array in the folder."""
    rows = json.loads((Path(folder) / "index.json").read_text())
    return {row["name"]: (row["shape"], Path(folder) / row["file"]) for row in rows}


def read(shape, file):
    return np.fromfile(file, dtype="<f4").reshape(shape)


def batches(folder, name):
    """The ring of batches [32, batch, ...]: `images` or `points`."""
    return read(*index(folder)[name])


def weights(folder, workload):
    """Parameter name -> array, for instance `enc.w` of shape [784, 400]."""
    prefix = workload + "."
    return {name[len(prefix) :]: read(*where) for name, where in index(folder).items() if name.startswith(prefix)}
