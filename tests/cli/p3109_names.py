"""Names of the IEEE P3109 interim report v4.0, for the tests."""

OPERATIONS = {
    "Classification": "IsZero IsOne IsNan IsSignMinus IsFinite IsInfinite IsNormal IsSubnormal Class",
    "Comparison": "CompareLess CompareLessEqual CompareEqual CompareGreaterEqual CompareGreater TotalOrder",
    "Extrema": "Minimum Maximum MinimumNumber MaximumNumber MinimumFinite MaximumFinite MinimumMagnitude "
               "MaximumMagnitude MinimumMagnitudeNumber MaximumMagnitudeNumber Clamp",
    "Math": "Negate Abs CopySign Recip Sqrt Rsqrt Add Subtract Multiply Divide Hypot FMA FAA Exp Exp2 "
            "ExpMinusOne Log Log2 LogOnePlus Softplus Sin Cos Tan ArcSin ArcCos ArcTan ArcTan2 SinPi CosPi "
            "TanPi ArcSinPi ArcCosPi ArcTanPi ArcTan2Pi Sinh Cosh Tanh ArcSinh ArcCosh ArcTanh",
    "Conversion": "Convert ConvertToIEEE754 ConvertFromIEEE754",
    "Projection": "RoundOf SatOf",
    "Format": "BitwidthOf PrecisionOf SignednessOf DomainOf TrailingBitsOf ExponentBitsOf ExponentBiasOf "
              "MaxFiniteOf MinFiniteOf MaxSubnormalOf MaxPositiveOf MinPositiveOf MaxNormalOf MinNormalOf "
              "NextLessThan NextGreaterThan"}
OPERATIONS = {category: names.split() for category, names in OPERATIONS.items()}  # all but those on blocks
ROUNDINGS = ("NearestTiesToEven NearestTiesToAway ToOdd TowardNegative TowardPositive TowardZero StochasticA "
             "StochasticB StochasticC").split()
SATURATIONS = "SatNone SatFinite SatPropagate".split()
FORMATS = [f"Binary{k}p{p}{sign}{domain}" for k in range(3, 17) for sign in "su" for domain in "ef"
           for p in range(1, k + (sign == "u"))]
