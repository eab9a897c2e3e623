"""The networks in PyTorch, started at the given weights (../data.ts stores dense [in, out], convolutions [h, w, in, out])."""

import torch
from torch import nn
from torch.nn import functional as F


def load(layer, weights, name, order):
    """Copies kernel and bias into the layer; `order` permutes the stored kernel into torch's."""
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weights[name + ".w"]).permute(*order))
        layer.bias.copy_(torch.from_numpy(weights[name + ".b"]))
    return layer


def dense(weights, name):
    size_in, size_out = weights[name + ".w"].shape
    return load(nn.Linear(size_in, size_out), weights, name, (1, 0))


def conv(weights, name):
    _, _, size_in, size_out = weights[name + ".w"].shape
    return load(nn.Conv2d(size_in, size_out, 3, stride=2, padding=1), weights, name, (3, 2, 0, 1))


def conv_transpose(weights, name):
    _, _, size_in, size_out = weights[name + ".w"].shape
    layer = nn.ConvTranspose2d(size_in, size_out, 3, stride=2, padding=1, output_padding=1)
    return load(layer, weights, name, (2, 3, 0, 1))


class Encoder(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.body = nn.Sequential(dense(weights, "enc"), nn.ReLU())
        self.loc, self.scale = dense(weights, "loc"), dense(weights, "scale")

    def forward(self, x):
        h = self.body(x)
        return self.loc(h), F.softplus(self.scale(h))


class Decoder(nn.Sequential):
    def __init__(self, weights):
        super().__init__(dense(weights, "dec"), nn.ReLU(), dense(weights, "logits"))


class ConvEncoder(Encoder):
    def __init__(self, weights):
        nn.Module.__init__(self)
        layers = [nn.Unflatten(1, (1, 28, 28)), conv(weights, "conv1"), nn.ReLU(), conv(weights, "conv2"), nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.Flatten())
        self.loc, self.scale = dense(weights, "loc"), dense(weights, "scale")


class ConvDecoder(nn.Sequential):
    def __init__(self, weights):
        up = [conv_transpose(weights, "up1"), nn.ReLU(), conv_transpose(weights, "up2"), nn.Flatten()]
        super().__init__(dense(weights, "dec"), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)), *up)


def players(weights):
    """(generator, discriminator)."""

    def chain(*names):
        first, second, third = (dense(weights, name) for name in names)
        return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), third)

    return chain("g1", "g2", "g3"), chain("d1", "d2", "d3")
