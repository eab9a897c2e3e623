"""Pyro on PyTorch: model and guide as programs, SVI.step; the two-player step is no variational objective."""

import itertools

import serve

serve.limit_cores()

import pyro
import pyro.distributions as dist
import torch
from pyro.infer import SVI, RenyiELBO, TraceMeanField_ELBO

import arrays
import torch_nets as nets


def pair(encoder, decoder):
    """(model, guide); the last axis of a batch is its own, particles are vectorized in front of it."""

    def model(x):
        pyro.module("decoder", decoder)
        with pyro.plate("batch", x.shape[0]):
            z = pyro.sample("z", dist.Normal(x.new_zeros(20), 1.0).to_event(1))
            pyro.sample("x", dist.Bernoulli(logits=decoder(z)).to_event(1), obs=x)

    def guide(x):
        pyro.module("encoder", encoder)
        with pyro.plate("batch", x.shape[0]):
            pyro.sample("z", dist.Normal(*encoder(x)).to_event(1))

    return model, guide


def builder(name, make_encoder, make_decoder, bound):
    def build(folder, threads):
        torch.set_num_threads(threads)
        pyro.set_rng_seed(0)
        pyro.clear_param_store()
        pyro.enable_validation(False)
        weights = arrays.weights(folder, name)
        model, guide = pair(make_encoder(weights), make_decoder(weights))
        adam = pyro.optim.Adam({"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8})
        svi = SVI(model, guide, adam, bound())
        batches = torch.from_numpy(arrays.batches(folder, "images")).unbind(0)
        ring, size = itertools.cycle(batches), batches[0].shape[0]
        return lambda steps: -sum(svi.step(next(ring)) for _ in range(steps)) / steps / size

    return build


def importance_weighted():
    return RenyiELBO(alpha=0, num_particles=16, vectorize_particles=True)


def no_gan(folder, threads):
    raise NotImplementedError("two players with one objective each are no variational inference: see plain PyTorch")


BUILDERS = {
    "vae": builder("vae", nets.Encoder, nets.Decoder, TraceMeanField_ELBO),
    "convvae": builder("convvae", nets.ConvEncoder, nets.ConvDecoder, TraceMeanField_ELBO),
    "iwae": builder("iwae", nets.Encoder, nets.Decoder, importance_weighted),
    "gan": no_gan,
}

if __name__ == "__main__":
    serve.serve(BUILDERS)
