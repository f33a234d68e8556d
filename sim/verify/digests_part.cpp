#include <array>
#include <stdexcept>
#include <string_view>

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/value_table.hpp"

namespace exmy::verify {
namespace {

struct Digest {
  std::string_view format;
  std::string_view sha256;  ///< of a line `CODE VALUE` a code, VALUE as Python's float.hex(), or nan
};

constexpr Digest digests[] = {
#include "sim/verify/digests.inc"
};

/// A name that is no format any more has a digest of its own.
std::string digest_of_name(std::string_view name) {
  try {
    const Format f = format_of(name);
    return table_digest(std::uint64_t{1} << f.bits(), [&](std::uint64_t code) { return decode(f, code); });
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

void run_batch(const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    const Digest& want = digests[unit];
    const std::string got = digest_of_name(want.format);
    tally.expect(got == want.sha256, [&] {
      return Mismatch{"value table of " + std::string(want.format), "every code", std::string(want.sha256),
                      got};
    });
  }
}

}  // namespace

Part digests_part() {
  return {"digests",
          "value tables of decode",
          "shipped SHA-256",
          "454 P3109 formats and every catalogue format of up to 16 bits",
          std::size(digests),
          1,
          1,
          run_batch,
          {}};
}

}  // namespace exmy::verify
