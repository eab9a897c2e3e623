"""The networks in plain JAX: functions of a dictionary of arrays (names as in ../data.ts)."""

import jax
import jax.numpy as jnp
from jax import lax, nn

LAYOUT = ("NHWC", "HWIO", "NHWC")


def dense(p, name, x):
    return x @ p[name + ".w"] + p[name + ".b"]


def conv(p, name, x):
    return lax.conv_general_dilated(x, p[name + ".w"], (2, 2), "SAME", dimension_numbers=LAYOUT) + p[name + ".b"]


def conv_transpose(p, name, x):
    return lax.conv_transpose(x, p[name + ".w"], (2, 2), "SAME", dimension_numbers=LAYOUT) + p[name + ".b"]


def encode(p, x):
    h = nn.relu(dense(p, "enc", x))
    return dense(p, "loc", h), nn.softplus(dense(p, "scale", h))


def decode(p, z):
    return dense(p, "logits", nn.relu(dense(p, "dec", z)))


def conv_encode(p, x):
    h = nn.relu(conv(p, "conv1", x.reshape(-1, 28, 28, 1)))
    h = nn.relu(conv(p, "conv2", h)).reshape(-1, 7 * 7 * 64)
    return dense(p, "loc", h), nn.softplus(dense(p, "scale", h))


def conv_decode(p, z):
    h = nn.relu(dense(p, "dec", z)).reshape(-1, 7, 7, 64)
    return conv_transpose(p, "up2", nn.relu(conv_transpose(p, "up1", h))).reshape(-1, 784)


def generator(p, z):
    return dense(p, "g3", nn.relu(dense(p, "g2", nn.relu(dense(p, "g1", z)))))


def discriminator(p, x):
    return dense(p, "d3", nn.relu(dense(p, "d2", nn.relu(dense(p, "d1", x)))))


def to_device(arrays):
    return {name: jnp.asarray(value) for name, value in arrays.items()}


def ring(values):
    """The batches as arrays on the device, one each."""
    return [jax.device_put(batch) for batch in values]
