"""Numbers that are hard to round: all binades, neighbourhoods of values and midpoints, and random ones."""

import numpy as np


def floats(bits):
    return np.asarray(bits, np.uint32).view(np.float32)


def upper_halves():
    """Every float32 whose lower 16 bits are 0: all exponents, zeros, infinities and NaNs among them."""
    return floats(np.arange(2**16, dtype=np.uint32) << 16)


def random_floats(count, seed):
    """Random bit patterns: every exponent equally often, some NaNs."""
    return floats(np.random.default_rng(seed).integers(0, 2**32, count, dtype=np.uint32))


def critical_doubles(values):
    """Around a format's values, the midpoints between neighbours and what lies beyond its maximum."""
    finite = np.unique(np.abs(values[np.isfinite(values)]))
    step_beyond = 2 * finite[-1] - finite[-2] if finite.size > 1 else 2 * finite[-1]
    finite = np.append(finite, [step_beyond, 4 * finite[-1]])
    middles = (finite[1:] + finite[:-1]) / 2
    points = np.concatenate([finite, middles, (finite[1:] + middles) / 2, [finite[finite > 0][0] / 4]])
    near = np.concatenate([points, np.nextafter(points, np.inf), np.nextafter(points, -np.inf)])
    return np.concatenate([near, -near])


def critical_floats(values):
    """The same for conversions from float32: the points and their neighbours in float32."""
    points = critical_doubles(values)[:, None].astype(np.float32)
    return np.concatenate([points, np.nextafter(points, np.float32(np.inf)),
                           np.nextafter(points, np.float32(-np.inf))]).ravel()
