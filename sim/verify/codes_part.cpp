#include <algorithm>

#include "formats/codec.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

/// The code that a value has, of those that read as it: `code` itself, but for zeros, which have one, and NaN.
std::uint64_t canonical(const Subject& s, std::uint64_t code) {
  const Format& f = s.format;
  const std::uint64_t sign = std::uint64_t{1} << (f.exponent_bits + f.mantissa_bits);
  if (s.model.is_nan_code(code)) {
    if (f.nan == NanCodes::ieee) return sign - (std::uint64_t{1} << (f.mantissa_bits - 1));
    return f.nan == NanCodes::negative_zero ? sign : sign - 1;
  }
  const second::Number x = s.model.decode(code);
  return x.is_zero() ? (x.negative ? sign : 0) : code;
}

void compare_code(const Subject& s, std::uint64_t code, Tally& tally) {
  const double want = s.model.value(code), got = decode(s.format, code);
  const auto which = [&] { return "code " + std::to_string(code); };
  tally.expect(same_bits(got, want), [&] {
    return Mismatch{"decode " + s.name, which(), text(want), text(got)};
  });
  const std::optional<std::uint64_t> back = encode(s.format, want);
  const std::uint64_t expected = canonical(s, code);
  tally.expect(back == expected, [&] {
    return Mismatch{"encode " + s.name, text(want), std::to_string(expected),
                    back ? std::to_string(*back) : "none"};
  });
}

void run_batch(const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    const Subject& s = narrow_subjects()[unit];
    for (std::uint64_t code = 0; code < std::uint64_t{1} << s.model.bits(); ++code)
      compare_code(s, code, tally);
  }
}

}  // namespace

Part codes_part() {
  return {"codes",
          "reference decode, encode",
          "second implementation",
          "every code of every format of up to 16 bits",
          narrow_subjects().size(),
          1,
          1,
          run_batch,
          {}};
}

}  // namespace exmy::verify
