"""Plain JAX: each step one jitted function of (state, batch) with donated buffers, Adam from optax."""

import itertools

import serve

serve.limit_cores()

import jax
import jax.numpy as jnp
import optax
from jax import nn, random

import arrays
import jax_nets as nets

PARTICLES = 16
ADAM = optax.adam(1e-3, b1=0.9, b2=0.999, eps=1e-8)


def bernoulli(logits, x):
    """log p(x) summed over the last axis."""
    return jnp.sum(x * logits - nn.softplus(logits), axis=-1)


def normal(x, loc, scale):
    return jnp.sum(-0.5 * ((x - loc) / scale) ** 2 - jnp.log(scale) - 0.5 * jnp.log(2 * jnp.pi), axis=-1)


def elbo(encode, decode):
    def objective(p, key, x):
        loc, scale = encode(p, x)
        z = loc + scale * random.normal(key, loc.shape)
        kl = 0.5 * jnp.sum(scale**2 + loc**2 - 1 - 2 * jnp.log(scale), axis=-1)
        return jnp.mean(bernoulli(decode(p, z), x) - kl)

    return objective


def importance_weighted(p, key, x):
    loc, scale = nets.encode(p, x)
    z = loc + scale * random.normal(key, (PARTICLES, *loc.shape))
    log_weight = bernoulli(nets.decode(p, z), x) + normal(z, 0.0, jnp.ones(())) - normal(z, loc, scale)
    return jnp.mean(nn.logsumexp(log_weight, axis=0) - jnp.log(PARTICLES))


def ascent(objective):
    """One Adam step up the objective: (params, optimizer state, key), batch -> the same, value."""

    def step(state, x):
        params, opt, key = state
        key, now = random.split(key)
        loss, grads = jax.value_and_grad(lambda p: -objective(p, now, x))(params)
        updates, opt = ADAM.update(grads, opt, params)
        return (optax.apply_updates(params, updates), opt, key), -loss

    return jax.jit(step, donate_argnums=0)


def runner(step, state, batches):
    ring = itertools.cycle(nets.ring(batches))

    def run(steps):
        nonlocal state
        values = []
        for _ in range(steps):
            state, value = step(state, next(ring))
            values.append(value)
        jax.block_until_ready(state)
        return float(sum(float(v) for v in values) / steps)

    return run


def builder(name, objective):
    def build(folder, threads):
        params = nets.to_device(arrays.weights(folder, name))
        state = (params, ADAM.init(params), random.key(0))
        return runner(ascent(objective), state, arrays.batches(folder, "images"))

    return build


def player_values(g, d, key, x):
    """The discriminator's objective on a batch and fresh samples."""
    fake = nets.generator(g, random.normal(key, (x.shape[0], 2)))
    return jnp.mean(nn.log_sigmoid(nets.discriminator(d, x)) + nn.log_sigmoid(-nets.discriminator(d, fake)))


def generator_value(g, d, key, size):
    fake = nets.generator(g, random.normal(key, (size, 2)))
    return jnp.mean(nn.log_sigmoid(nets.discriminator(d, fake)))


def two_players(state, x):
    g, d, g_opt, d_opt, key = state
    key, d_key, g_key = random.split(key, 3)
    loss, grads = jax.value_and_grad(lambda d: -player_values(g, d, d_key, x))(d)
    updates, d_opt = ADAM.update(grads, d_opt, d)
    d = optax.apply_updates(d, updates)
    grads = jax.grad(lambda g: -generator_value(g, d, g_key, x.shape[0]))(g)
    updates, g_opt = ADAM.update(grads, g_opt, g)
    return (optax.apply_updates(g, updates), d, g_opt, d_opt, key), -loss


def build_gan(folder, threads):
    params = nets.to_device(arrays.weights(folder, "gan"))
    g = {name: value for name, value in params.items() if name.startswith("g")}
    d = {name: value for name, value in params.items() if name.startswith("d")}
    state = (g, d, ADAM.init(g), ADAM.init(d), random.key(0))
    return runner(jax.jit(two_players, donate_argnums=0), state, arrays.batches(folder, "points"))


BUILDERS = {
    "vae": builder("vae", elbo(nets.encode, nets.decode)),
    "convvae": builder("convvae", elbo(nets.conv_encode, nets.conv_decode)),
    "iwae": builder("iwae", importance_weighted),
    "gan": build_gan,
}

if __name__ == "__main__":
    serve.serve(BUILDERS)
