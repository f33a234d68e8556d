"""The peers: how each rounds an array of float32, and multiplies matrices with every step rounded."""

import importlib.metadata

import apytypes
import gfloat
import gfloat.formats
import ml_dtypes
import numpy as np
import pychop

pychop.backend("numpy")
BITS = {"fp16": (5, 10), "bf16": (8, 7), "e4m3": (4, 3), "e5m2": (5, 2)}  # exponent, mantissa
DTYPES = {"fp16": np.float16, "bf16": ml_dtypes.bfloat16, "e4m3fn": ml_dtypes.float8_e4m3fn,
          "e4m3": ml_dtypes.float8_e4m3, "e5m2": ml_dtypes.float8_e5m2}
INFOS = {"fp16": gfloat.formats.format_info_binary16, "bf16": gfloat.formats.format_info_bfloat16,
         "e4m3fn": gfloat.formats.format_info_ocp_e4m3, "e5m2": gfloat.formats.format_info_ocp_e5m2}
FORMATS = ["fp16", "bf16", "e4m3fn", "e4m3", "e5m2"]
RANDOM_BITS = 12


def version(package):
    return importlib.metadata.version(package)


def by_ml_dtypes(name):
    kind = DTYPES[name]
    return lambda x: x.astype(kind).astype(np.float32)


def by_gfloat(name):
    return lambda x: gfloat.round_ndarray(INFOS[name], x) if name in INFOS else None


def by_apytypes(name):
    return lambda x: apytypes.APyFloatArray.from_float(x, *BITS[name]).to_numpy()


def by_pychop(name):
    rounds = pychop.Chop(*BITS[name], rmode=1)
    return lambda x: rounds(x.copy())


def stochastic_gfloat(name):
    random = np.random.default_rng(1)

    def rounded(x):
        bits = random.integers(0, 1 << RANDOM_BITS, x.size)
        return gfloat.round_ndarray(INFOS[name], x, gfloat.RoundMode.Stochastic, False, bits, RANDOM_BITS)
    return rounded


def stochastic_apytypes(name):
    def rounded(x):
        wide = apytypes.APyFloatArray.from_float(x, 8, 23)
        return wide.cast(*BITS[name], quantization=apytypes.QuantizationMode.STOCH_WEIGHTED).to_numpy()
    return rounded


def stochastic_pychop(name):
    rounds = pychop.Chop(*BITS[name], rmode=5)
    return lambda x: rounds(x.copy())


# Name: (formats that it has, nearest even, formats that it rounds stochastically, stochastic).
PEERS = {"ml_dtypes": (set(DTYPES), by_ml_dtypes, set(), None),
         "gfloat": (set(INFOS), by_gfloat, set(INFOS), stochastic_gfloat),
         "apytypes": (set(BITS), by_apytypes, set(BITS), stochastic_apytypes),
         "pychop": (set(BITS), by_pychop, set(BITS), stochastic_pychop)}


def product_by_apytypes(a, b, operands, sums):
    """a b with every product and every sum rounded to the format `sums`."""
    left = apytypes.APyFloatArray.from_float(a, *BITS[operands])
    right = apytypes.APyFloatArray.from_float(b, *BITS[operands])

    def product():
        with apytypes.APyFloatAccumulatorContext(*BITS[sums]):
            return left @ right
    return product
