"""NumPyro: model and guide as programs, SVI.update jitted; the two-player step is no variational objective."""

import itertools

import serve

serve.limit_cores()

import jax
import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from jax import random
from numpyro.infer import SVI, RenyiELBO, TraceMeanField_ELBO
from numpyro.optim import Adam

import arrays
import jax_nets as nets


def pair(weights, encode, decode):
    """(model, guide) whose decoder and encoder parameters start at the given weights."""
    encoder = {k: v for k, v in weights.items() if k.split(".")[0] in ("enc", "conv1", "conv2", "loc", "scale")}
    decoder = {k: v for k, v in weights.items() if k not in encoder}

    def parameters(values):
        return {name: numpyro.param(name, value) for name, value in values.items()}

    def model(x):
        p = parameters(decoder)
        with numpyro.plate("batch", x.shape[0]):
            z = numpyro.sample("z", dist.Normal(jnp.zeros(20), 1.0).to_event(1))
            numpyro.sample("x", dist.Bernoulli(logits=decode(p, z)).to_event(1), obs=x)

    def guide(x):
        p = parameters(encoder)
        with numpyro.plate("batch", x.shape[0]):
            loc, scale = encode(p, x)
            numpyro.sample("z", dist.Normal(loc, scale).to_event(1))

    return model, guide


def builder(name, encode, decode, bound):
    def build(folder, threads):
        model, guide = pair(nets.to_device(arrays.weights(folder, name)), encode, decode)
        svi = SVI(model, guide, Adam(1e-3, b1=0.9, b2=0.999, eps=1e-8), bound())
        batches = nets.ring(arrays.batches(folder, "images"))
        size = batches[0].shape[0]
        ring = itertools.cycle(batches)
        state = svi.init(random.PRNGKey(0), batches[0])
        update = jax.jit(svi.update, donate_argnums=0)

        def run(steps):
            nonlocal state
            losses = []
            for _ in range(steps):
                state, loss = update(state, next(ring))
                losses.append(loss)
            jax.block_until_ready(state)
            return -sum(float(v) for v in losses) / steps / size

        return run

    return build


def no_gan(folder, threads):
    raise NotImplementedError("two players with one objective each are no variational inference: see plain JAX")


BUILDERS = {
    "vae": builder("vae", nets.encode, nets.decode, TraceMeanField_ELBO),
    "convvae": builder("convvae", nets.conv_encode, nets.conv_decode, TraceMeanField_ELBO),
    "iwae": builder("iwae", nets.encode, nets.decode, lambda: RenyiELBO(alpha=0, num_particles=16)),
    "gan": no_gan,
}

if __name__ == "__main__":
    serve.serve(BUILDERS)
