"""The net: a U of plain 3 × 3 convolutions, some 350,000 weights, most of whose work is done at an eighth of the canvas and below.

No layer needs statistics of a batch: weights are standardised (S. Qiao and others, *Weight standardization*, 2019; A. Brock and
others, *High-performance large-scale image recognition without normalization*, 2021), which is folded away when exported.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

Weights = dict[str, dict[str, jax.Array]]

GAMMA = 1.7139
"""By which a rectified normal variable is multiplied to have variance 1 again."""

WIDE = (32, 56, 72)
ANSWERS = 5
PATCH = 4
"""Pixels of the canvas to a side of what is looked at as one: the first layer takes all their colours as they are."""

LAYERS: dict[str, tuple[int, int, int, float]] = {
    "stem": (3, 3 * PATCH**2, WIDE[0], 1.0),
    "down3": (2, WIDE[0], WIDE[1], 1.0),
    "a3": (3, WIDE[1], WIDE[1], 1.0),
    "b3": (3, WIDE[1], WIDE[1], 0.3),
    "down4": (2, WIDE[1], WIDE[2], 1.0),
    "a4": (3, WIDE[2], WIDE[2], 1.0),
    "b4": (3, WIDE[2], WIDE[2], 0.3),
    "c4": (3, WIDE[2], WIDE[2], 1.0),
    "d4": (3, WIDE[2], WIDE[2], 0.3),
    "up3": (1, WIDE[2], WIDE[1], 1.0),
    "e3": (3, WIDE[1], WIDE[1], 1.0),
    "f3": (3, WIDE[1], WIDE[1], 0.3),
    "up2": (1, WIDE[1], WIDE[0], 1.0),
    "e2": (3, WIDE[0], WIDE[0], 0.5),
    "head": (1, WIDE[0], ANSWERS * 4, 0.3),
}
"""Kernel's side, channels in and out, and the gain it begins with."""


def fresh(seed: int) -> Weights:
    rng = np.random.default_rng(seed)
    made: Weights = {}
    for name, (side, into, out, gain) in LAYERS.items():
        kernel = rng.standard_normal((side, side, into, out)).astype(np.float32)
        bias = np.zeros(out, np.float32)
        if name == "head":
            bias[:] = np.tile(np.float32((-1.5, -4.0, -3.0, -3.0, -1.5)), 4)
        made[name] = {"kernel": jnp.asarray(kernel), "gain": jnp.full(out, gain, jnp.float32), "bias": jnp.asarray(bias)}
    return made


def kernel(name: str, layer: dict[str, jax.Array]) -> jax.Array:
    """The kernel as it is used, what comes before it being rectified but not multiplied by :data:`GAMMA`."""
    raw = layer["kernel"]
    fan = raw.shape[0] * raw.shape[1] * raw.shape[2]
    mean = raw.mean((0, 1, 2))
    spread = jnp.sqrt(((raw - mean) ** 2).mean((0, 1, 2)) * fan + 1e-6)
    return (raw - mean) / spread * layer["gain"] * (1.0 if name == "stem" else GAMMA)


def patches(x: jax.Array, side: int) -> jax.Array:
    """n × h × w × c → n × h/side × w/side × (row, column, c) of each patch."""
    n, h, w, c = x.shape
    cut = x.reshape(n, h // side, side, w // side, side, c).transpose(0, 1, 3, 2, 4, 5)
    return cut.reshape(n, h // side, w // side, side * side * c)


def answers(weights: Weights, seen: jax.Array) -> jax.Array:
    """n × high × wide × 3 → logits, n × half as high and wide × :data:`ANSWERS`."""

    def conv(name: str, x: jax.Array) -> jax.Array:
        used = kernel(name, weights[name])
        match used.shape[0]:
            case 3:
                found = lax.conv_general_dilated(x, used, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
            case _:
                found = x @ used.reshape(-1, used.shape[3])
        return found + weights[name]["bias"]

    def block(first: str, second: str, x: jax.Array) -> jax.Array:
        return x + conv(second, jax.nn.relu(conv(first, jax.nn.relu(x))))

    def twice(x: jax.Array) -> jax.Array:
        n, h, w, c = x.shape
        return jnp.broadcast_to(x[:, :, None, :, None], (n, h, 2, w, 2, c)).reshape(n, 2 * h, 2 * w, c)

    x2 = conv("stem", patches(seen, PATCH))
    x3 = block("a3", "b3", conv("down3", patches(jax.nn.relu(x2), 2)))
    x4 = block("c4", "d4", block("a4", "b4", conv("down4", patches(jax.nn.relu(x3), 2))))
    y3 = block("e3", "f3", x3 + twice(conv("up3", jax.nn.relu(x4))))
    y2 = x2 + twice(conv("up2", jax.nn.relu(y3)))
    y2 = y2 + conv("e2", jax.nn.relu(y2))
    said = conv("head", jax.nn.relu(y2))
    n, h, w, _ = said.shape
    return said.reshape(n, h, w, 2, 2, ANSWERS).transpose(0, 1, 3, 2, 4, 5).reshape(n, 2 * h, 2 * w, ANSWERS)


def loss(weights: Weights, seen: jax.Array, right: jax.Array) -> jax.Array:
    said = answers(weights, seen)
    wrong = jnp.maximum(said, 0) - said * right + jnp.log1p(jnp.exp(-jnp.abs(said)))
    corner = right[..., 1]
    page = jax.nn.sigmoid(said[..., 0])
    overlap = (page * right[..., 0]).sum((1, 2))
    dice = 1 - (2 * overlap + 20) / (page.sum((1, 2)) + right[..., 0].sum((1, 2)) + 20)
    return (
        4 * wrong[..., 0].mean()
        + dice.mean()
        + 8 * (wrong[..., 1] * (1 + 8 * corner)).mean()
        + 4 * wrong[..., 2].mean()
        + 6 * (wrong[..., 3] * (1 + 3 * right[..., 3])).mean()
        + 2 * wrong[..., 4].mean()
    )
