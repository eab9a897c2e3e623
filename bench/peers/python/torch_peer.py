"""PyTorch: nn.Module, loss.backward(), torch.optim.Adam.

Run: python torch_peer.py [eager | fused | compile]
  eager    Adam as it comes         fused   Adam(fused=True)
  compile  Adam(fused=True) and the loss under torch.compile (Inductor writes C++; needs a C++ compiler)
"""

import itertools
import math
import sys

import serve

serve.limit_cores()

import torch
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

import arrays
import torch_nets as nets

PARTICLES = 16
MODE = sys.argv[1] if len(sys.argv) > 1 else "eager"


def adam(*modules):
    parameters = [p for module in modules for p in module.parameters()]
    return torch.optim.Adam(parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, fused=MODE != "eager")


def compiled(f):
    return torch.compile(f) if MODE == "compile" else f


def bernoulli(logits, x):
    """log p(x) summed over the last axis."""
    return -F.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum(-1)


def elbo(encoder, decoder):
    def loss(x):
        loc, scale = encoder(x)
        q = Normal(loc, scale, validate_args=False)
        kl = kl_divergence(q, Normal(torch.zeros_like(loc), torch.ones_like(scale), validate_args=False)).sum(-1)
        return -(bernoulli(decoder(q.rsample()), x) - kl).mean()

    return loss


def importance_weighted(encoder, decoder):
    def loss(x):
        loc, scale = encoder(x)
        q = Normal(loc, scale, validate_args=False)
        z = q.rsample((PARTICLES,))
        prior = Normal(torch.zeros_like(loc), torch.ones_like(scale), validate_args=False)
        log_weight = bernoulli(decoder(z), x) + prior.log_prob(z).sum(-1) - q.log_prob(z).sum(-1)
        return -(torch.logsumexp(log_weight, 0) - math.log(PARTICLES)).mean()

    return loss


def runner(step, batches):
    ring = itertools.cycle(torch.from_numpy(batches).unbind(0))

    def run(steps):
        total = torch.zeros(())
        for _ in range(steps):
            total += step(next(ring))
        return total.item() / steps

    return run


def descend(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return -loss.detach()


def builder(name, make_encoder, make_decoder, objective):
    def build(folder, threads):
        torch.set_num_threads(threads)
        torch.manual_seed(0)
        weights = arrays.weights(folder, name)
        encoder, decoder = make_encoder(weights), make_decoder(weights)
        optimizer, loss = adam(encoder, decoder), compiled(objective(encoder, decoder))
        return runner(lambda x: descend(optimizer, loss(x)), arrays.batches(folder, "images"))

    return build


def discriminator_loss(g, d):
    def loss(x):
        with torch.no_grad():
            fake = g(torch.randn(x.shape[0], 2))
        real, made = d(x), d(fake)
        ones, zeros = torch.ones_like(real), torch.zeros_like(made)
        return F.binary_cross_entropy_with_logits(real, ones) + F.binary_cross_entropy_with_logits(made, zeros)

    return loss


def generator_loss(g, d):
    def loss(x):
        made = d(g(torch.randn(x.shape[0], 2)))
        return F.binary_cross_entropy_with_logits(made, torch.ones_like(made))

    return loss


def build_gan(folder, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    g, d = nets.players(arrays.weights(folder, "gan"))
    g_adam, d_adam = adam(g), adam(d)
    d_loss, g_loss = compiled(discriminator_loss(g, d)), compiled(generator_loss(g, d))

    def step(x):
        value = descend(d_adam, d_loss(x))
        d.requires_grad_(False)  # the generator's gradient passes through d, none is wanted for d itself
        descend(g_adam, g_loss(x))
        d.requires_grad_(True)
        return value

    return runner(step, arrays.batches(folder, "points"))


BUILDERS = {
    "vae": builder("vae", nets.Encoder, nets.Decoder, elbo),
    "convvae": builder("convvae", nets.ConvEncoder, nets.ConvDecoder, elbo),
    "iwae": builder("iwae", nets.Encoder, nets.Decoder, importance_weighted),
    "gan": build_gan,
}

if __name__ == "__main__":
    serve.serve(BUILDERS)
