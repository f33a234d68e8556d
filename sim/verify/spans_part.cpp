// The fast paths of functions: spans and tables, both rounded to odd.

#include <array>

#include "formats/functions/function_table.hpp"
#include "formats/functions/spans.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

using functions::NamedFunction;

constexpr std::size_t block = 64;
constexpr std::uint64_t blocks = (std::uint64_t{1} << 16) / block;  // of one function and source
constexpr std::uint64_t sources_count = 3;
using Numbers = std::array<double, block>;

const std::array<Subject, 2>& narrow() {
  static const std::array<Subject, 2> all{Subject("fp16"), Subject("bf16")};
  return all;
}

/// Codes of fp16 or bf16 in order, or any floats.
Numbers arguments(std::uint64_t source, std::uint64_t first_code, Draw& draw) {
  Numbers x;
  for (std::size_t i = 0; i < block; ++i)
    x[i] = source < narrow().size()
               ? narrow()[source].model.value(first_code + i)
               : static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(draw.bits())));
  return x;
}

void compare(const NamedFunction& f, const Numbers& x, const Numbers& odd, int bits, Tally& tally) {
  for (std::size_t i = 0; i < block; ++i) {
    const double want = functions::rounded_to_odd(functions::exact_value(f.function, x[i], bits), bits);
    tally.expect(same_bits(odd[i], want), [&] {
      return Mismatch{std::string(f.name) + " to odd at " + std::to_string(bits) + " bits", "x " + text(x[i]),
                      text(want), text(odd[i])};
    });
  }
}

void run_spans(const Batch& batch, Tally& tally) {
  constexpr std::array<int, 4> all_bits{12, 26, 42, 53};  // fp16 and fp32, fp32 with 16 random bits, tables
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    const std::uint64_t which = unit / blocks;
    const NamedFunction& f = functions::named_functions()[which / sources_count];
    const Numbers x = arguments(which % sources_count, unit % blocks * block, draw);
    const int bits = all_bits[draw.below(all_bits.size())];
    Numbers odd;
    functions::to_odd(f.function, x.data(), odd.data(), block, bits);
    compare(f, x, odd, bits, tally);
  }
}

void run_tables(const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    const NamedFunction& f = functions::named_functions()[unit / narrow().size()];
    const std::uint64_t source = unit % narrow().size();
    const functions::FunctionTable table(f.function, narrow()[source].format);
    Draw draw(batch.seed, unit);
    for (std::uint64_t b = 0; b < blocks; ++b) {
      const Numbers x = arguments(source, b * block, draw);
      Numbers odd;
      table.look_up(x.data(), odd.data(), block);
      compare(f, x, odd, functions::most_odd_bits, tally);
    }
  }
}

Part part(const char* name, const char* first, const char* what, std::uint64_t units, std::uint64_t quick,
          void (*run)(const Batch&, Tally&)) {
  return {name, first, "the exact value, rounded to odd", what, units, quick, 1, run, {}};
}

}  // namespace

std::vector<Part> span_parts() {
  const std::uint64_t functions_count = functions::named_functions().size();
  return {part("functions/spans", "functions over spans",
               "every fp16 and bf16 argument, and floats; drawn precision",
               functions_count * sources_count * blocks, 32, run_spans),
          part("functions/tables", "tables of functions", "every fp16 and bf16 argument",
               functions_count * narrow().size(), 16, run_tables)};
}

}  // namespace exmy::verify
