"""Learns the net: ``python -m bench.finder.learn SCENES OUT MINUTES [WEIGHTS]``, which goes on from WEIGHTS where they are given.

One core. The rate of learning falls along a cosine to nothing; what is kept is a running mean of the weights. A checkpoint is
written every :data:`EVERY` minutes, and can be used as it is. Views are never the same twice, nor is what is learned.
"""

from __future__ import annotations

import os

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import sys
import time
from pathlib import Path

import cv2
import jax
import jax.numpy as jnp
import numpy as np

from bench.finder import net
from bench.finder.scenes import Scene, kept
from bench.finder.views import view

BATCH = 8
KERNELS, OTHERS = 0.04, 5e-3
"""Rates of learning, of kernels as a share of their own size."""
AGAIN = 0.6
"""Share of those rates with which learning goes on from weights that know something."""

EVERY = 4.0
MEAN = 0.999
"""Of the running mean, the share that stays at each step."""


@jax.jit
def step(weights, slopes, squares, running, count, rate, seen, right):
    """Weights, both moments, running mean and loss after one step: for kernels Muon's (K. Jordan and others, *Muon: an optimizer
    for hidden layers*, 2024), for the rest Adam's (D. Kingma, J. Ba, 2014). ``rate``: 0 to 1."""
    lost, slope = jax.value_and_grad(net.loss)(weights, seen, right)
    length = jnp.sqrt(sum((g**2).sum() for g in jax.tree.leaves(slope)))
    slope = jax.tree.map(lambda g: g * jnp.minimum(1.0, 1.0 / (length + 1e-9)), slope)
    slopes = jax.tree.map(lambda m, g: 0.95 * m + g, slopes, slope)
    squares = jax.tree.map(lambda v, g: 0.99 * v + 0.01 * g * g, squares, slope)

    def moved(path, weight, slope, mean, square):
        if path[-1].key == "kernel":
            towards = _orthogonal((0.95 * mean + slope).reshape(-1, weight.shape[3])).reshape(weight.shape)
            return weight - rate * KERNELS * towards
        usual = mean * 0.05 / (1 - 0.95**count)
        return weight - rate * OTHERS * usual / (jnp.sqrt(square / (1 - 0.99**count)) + 1e-8)

    weights = jax.tree_util.tree_map_with_path(moved, weights, slope, slopes, squares)
    mean = jnp.minimum(MEAN, (1 + count) / (10 + count))
    running = jax.tree.map(lambda r, w: mean * r + (1 - mean) * w, running, weights)
    return weights, slopes, squares, running, lost


def _orthogonal(slope):
    """The nearest matrix whose singular values are alike, of elements about 1, by five Newton-Schulz steps."""
    wide = slope.T if slope.shape[0] > slope.shape[1] else slope
    wide = wide / (jnp.linalg.norm(wide) + 1e-7)
    for _ in range(5):
        square = wide @ wide.T
        wide = 3.4445 * wide + (-4.7750 * square + 2.0315 * square @ square) @ wide
    return (wide.T if slope.shape[0] > slope.shape[1] else wide) * jnp.sqrt(max(slope.shape))


def learn(folder: Path, out: Path, minutes: float, weights: net.Weights | None = None) -> net.Weights:
    """``folder``: of scenes; files that come while it learns are taken up. ``out``: of checkpoints."""
    cv2.setNumThreads(1)
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng()
    high = 1.0 if weights is None else AGAIN
    weights = net.fresh(0) if weights is None else weights
    nothing = jax.tree.map(jnp.zeros_like, weights)
    slopes, squares, running = nothing, nothing, weights
    scenes: list[Scene] = []
    taken: set[Path] = set()
    began, saved, count, losses = time.monotonic(), -EVERY, 0, [0.0]
    while (share := (time.monotonic() - began) / 60 / minutes) < 1:
        if share * minutes - saved >= EVERY:
            saved = share * minutes
            for path in sorted(set(folder.glob("[0-9]*0.npz")) - taken):
                scenes += kept(path)
                taken.add(path)
            write(running, out / "last.npz")
            print(f"{share:.3f} {count * BATCH} views of {len(scenes)} scenes, loss {np.mean(losses):.4f}", flush=True)
            losses = []
        seen, right = (np.stack(planes) for planes in zip(*(view(rng, scenes) for _ in range(BATCH)), strict=True))
        count += 1
        rate = high * min(1.0, count / 100) * (0.5 + 0.5 * np.cos(np.pi * share))
        weights, slopes, squares, running, lost = step(
            weights, slopes, squares, running, np.float32(count), np.float32(rate), seen, right
        )
        losses.append(float(lost))
    write(running, out / "last.npz")
    return running


def write(weights: net.Weights, path: Path) -> None:
    partial = path.with_suffix(".part.npz")
    np.savez(partial, **{f"{name}.{part}": np.asarray(array) for name, layer in weights.items() for part, array in layer.items()})
    partial.replace(path)


def read(path: Path) -> net.Weights:
    with np.load(path) as file:
        return {name: {part: jnp.asarray(file[f"{name}.{part}"]) for part in ("kernel", "gain", "bias")} for name in net.LAYERS}


if __name__ == "__main__":
    learn(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), read(Path(sys.argv[4])) if len(sys.argv) > 4 else None)
