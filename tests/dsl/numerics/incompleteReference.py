"""
Computes the values in incompleteReference.ts anew from the arguments in each row, and writes them back:

    python3 -m venv env && env/bin/pip install mpmath==1.4.1 scipy==1.17.1
    env/bin/python tests/dsl/numerics/incompleteReference.py

A row whose values are missing gets them, so a point is added by writing its arguments.
"""
import pathlib
import re
from functools import partial

import mpmath as mp
import numpy as np
from scipy import stats

mp.mp.dps = 40
FILE = pathlib.Path(__file__).with_suffix(".ts")
STEP = mp.mpf("1e-10")


def slope(f, at):
    """A central difference with relative step 1e-10."""
    h = STEP * (abs(at) or 1)
    return (f(at + h) - f(at - h)) / (2 * h)


def lower_gamma(a, x):
    return mp.gammainc(a, 0, x, regularized=True)


def upper_gamma(a, x):
    return mp.gammainc(a, x, mp.inf, regularized=True)


def gamma_row(a, x):
    """Of the two tails, the smaller is differentiated: nothing of it is lost."""
    p, q = lower_gamma(a, x), upper_gamma(a, x)
    by_a = slope(lambda s: lower_gamma(s, x), a) if p < q else -slope(lambda s: upper_gamma(s, x), a)
    density = mp.exp(a * mp.log(x) - x - mp.loggamma(a))
    return p, q, by_a, -by_a / density


def lower_beta(a, b, x):
    return mp.betainc(a, b, 0, x, regularized=True)


def beta_row(a, b, x):
    p, q = lower_beta(a, b, x), lower_beta(b, a, 1 - x)
    small = p < q
    by_a = slope(lambda s: lower_beta(s, b, x) if small else -lower_beta(b, s, 1 - x), a)
    by_b = slope(lambda s: lower_beta(a, s, x) if small else -lower_beta(s, a, 1 - x), b)
    density = mp.exp(a * mp.log(x) + b * mp.log(1 - x) - mp.log(mp.beta(a, b)))
    return p, q, by_a, by_b, mp.log(x / (1 - x)), -by_a / density, -by_b / density


def von_mises_row(z, k):
    def cdf(k):
        points = [-mp.pi, z] if k < 5 else [-mp.pi, -10 / mp.sqrt(k), z]
        points = sorted(p for p in points if -mp.pi <= p <= z)
        return mp.quad(lambda t: mp.exp(k * (mp.cos(t) - 1)), points) / (2 * mp.pi * mp.exp(-k) * mp.besseli(0, k))

    density = mp.exp(k * (mp.cos(z) - 1)) / (2 * mp.pi * mp.exp(-k) * mp.besseli(0, k))
    return cdf(k), -slope(cdf, k) / density


def bessel_row(k):
    return mp.log(mp.exp(-k) * mp.besseli(0, k)), 1 - mp.besseli(1, k) / mp.besseli(0, k)


def quantile(d, p, q):
    return d.ppf(p) if p < 0.5 else d.isf(q)


def smooth_slope(f, at):
    """A difference of four points with relative step 1e-3: right to 1e-10 for quantiles in float64."""
    h = 1e-3 * at
    return (8 * (f(at + h) - f(at - h)) - (f(at + 2 * h) - f(at - 2 * h))) / (12 * h)


def gamma_quantile_row(a, x):
    a, x = float(a), float(x)
    p, q = stats.gamma(a).cdf(x), stats.gamma(a).sf(x)
    return (smooth_slope(lambda s: np.log(quantile(stats.gamma(s), p, q)), a),)


def beta_quantile_row(a, b, y):
    a, b, x = float(a), float(b), 1 / (1 + np.exp(-float(y)))
    p, q = stats.beta(a, b).cdf(x), stats.beta(a, b).sf(x)

    def log_odds(a, b):
        return np.log(quantile(stats.beta(a, b), p, q)) - np.log(quantile(stats.beta(b, a), q, p))

    return smooth_slope(lambda s: log_odds(s, b), a), smooth_slope(lambda s: log_odds(a, s), b)


ROWS = {
    "incompleteGamma": (2, gamma_row, 12),
    "incompleteGammaTails": (2, gamma_row, 12),
    "incompleteBeta": (3, beta_row, 12),
    "vonMises": (2, von_mises_row, 12),
    "besselI0": (1, bessel_row, 12),
    "gammaQuantileSlopes": (2, gamma_quantile_row, 9),
    "betaQuantileSlopes": (3, beta_quantile_row, 9),
}


def number(v, digits):
    return repr(float(mp.nstr(mp.mpf(v), digits)))


def rewritten(arguments, row, digits, line):
    given = [float(np.float32(v)) for v in re.findall(r"[-+.e\d]+", line)[:arguments]]
    values = row(*map(mp.mpf, given))
    return "  [" + ", ".join([*map(repr, given), *(number(v, digits) for v in values)]) + "],"


def main():
    text = FILE.read_text()
    for name, (arguments, row, digits) in ROWS.items():
        head, body, tail = re.fullmatch(rf"(.*export const {name}: [^\n]*\n)(.*?)(\n\]\n.*)", text, re.S).groups()
        body = "\n".join(map(partial(rewritten, arguments, row, digits), body.split("\n")))
        text = head + body + tail
    FILE.write_text(text)


main()
