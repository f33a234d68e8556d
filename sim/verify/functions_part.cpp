#include "formats/catalog.hpp"
#include "formats/functions/function.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/subjects.hpp"
#include "sim/verify/value_table.hpp"

namespace exmy::verify {
namespace {

constexpr std::uint64_t codes = std::uint64_t{1} << 16, block = 64;

const std::vector<Subject>& arguments() {
  static const std::vector<Subject> all{Subject("fp16"), Subject("bf16")};
  return all;
}
const std::vector<Subject>& results() {
  static const std::vector<Subject> all{Subject("fp16"), Subject("bf16"), Subject("e4m3fn"), Subject("e6m9")};
  return all;
}

/// A value rounded to odd in binary64 decides every rounding into a narrow format: 53 >= P + N + 2.
void compare(const functions::NamedFunction& f, double x, Draw& draw, Tally& tally) {
  static const Projection to_odd{format_of("fp64"), Rounding::to_odd};
  const Outcome odd = functions::apply(f.function, to_odd, x);
  const Subject& s = results()[draw.below(results().size())];
  for (int i = 0; i < modes_count; i += 1 + static_cast<int>(draw.below(3))) {
    Projection how = mode(s.format, i, draw);
    if (how.random_bits > 32) how.random_bits = 16;
    const std::uint32_t r = random_of(how, draw);
    const double got = functions::apply(f.function, how, x, r).value;
    const double want = s.model.project(how, second::number_of(odd.value), r).value;
    tally.expect(same_bits(got, want), [&] {
      return Mismatch{std::string(f.name) + " " + text(s, how, r), "x " + text(x), text(want), text(got)};
    });
  }
}

void run_batch(const Batch& batch, Tally& tally) {
  const auto table = functions::named_functions();
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    const std::uint64_t first = unit * block % codes, which = unit / (codes / block);
    const Subject& from = arguments()[which % 2];
    for (std::uint64_t code = first; code < first + block; ++code)
      compare(table[which / 2], from.model.value(code), draw, tally);
  }
}

Part function_modes_part() {
  return {"functions/modes",
          "functions of the reference",
          "the same rounded to odd in binary64, then projected by the second implementation",
          "every fp16 and bf16 argument of each function, into four formats; drawn modes",
          functions::named_functions().size() * 2 * (codes / block),
          8,
          1,
          run_batch,
          {}};
}

// ---- digests -------------------------------------------------------------------------------------

struct Digest {
  std::string_view function, format;  ///< format of argument and result
  std::string_view sha256;            ///< of the table code of x, f(x); nearest_even, none
};

constexpr Digest digests[] = {
#include "sim/verify/function_digests.inc"
};

std::string digest_of(const Digest& row) {
  const Subject s(row.format);
  for (const functions::NamedFunction& f : functions::named_functions())
    if (f.name == row.function)
      return table_digest(codes, [&](std::uint64_t code) {
        return functions::apply(f.function, {s.format}, s.model.value(code)).value;
      });
  return "no such function";
}

void run_digests(const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    const Digest& want = digests[unit];
    const std::string got = digest_of(want);
    tally.expect(got == want.sha256, [&] {
      return Mismatch{std::string(want.function) + " " + std::string(want.format), "every code",
                      std::string(want.sha256), got};
    });
  }
}

Part function_digests_part() {
  return {"functions/digests",
          "functions of the reference",
          "shipped SHA-256 of MPFR's results",
          "every fp16 and bf16 argument, into the same format; nearest_even",
          std::size(digests),
          1,
          1,
          run_digests,
          {}};
}

}  // namespace

std::vector<Part> function_parts() { return {function_modes_part(), function_digests_part()}; }

}  // namespace exmy::verify
