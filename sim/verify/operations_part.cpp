#include <array>

#include "formats/arithmetic.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

using second::Operation;

struct Row {
  Operation operation;
  const char* name;
};
constexpr std::array rows{Row{Operation::add, "add"},        Row{Operation::sub, "sub"},
                          Row{Operation::mul, "mul"},        Row{Operation::div, "div"},
                          Row{Operation::fma, "fma"},        Row{Operation::sqrt, "sqrt"},
                          Row{Operation::convert, "convert"}};

/// Formats of the operands and of the result.
struct Mix {
  Subject x, y, z, result;
  bool p3109() const {
    return x.format.semantics == Semantics::p3109 || y.format.semantics == Semantics::p3109 ||
           z.format.semantics == Semantics::p3109;
  }
};

Mix mix(const char* x, const char* y, const char* z, const char* result) {
  return {Subject(x), Subject(y), Subject(z), Subject(result)};
}
Mix same_format(const char* name) { return mix(name, name, name, name); }

/// All pairs of codes of 8 bits.
const std::vector<Mix>& narrow_mixes() {
  static const std::vector<Mix> all{same_format("e4m3fn"),
                                    same_format("e5m2"),
                                    same_format("e4m3"),
                                    same_format("e3m4"),
                                    same_format("e4m3fnuz"),
                                    same_format("e5m2fnuz"),
                                    same_format("e4m3b11fnuz"),
                                    same_format("Binary8p4se"),
                                    same_format("Binary8p3sf"),
                                    same_format("Binary8p5ue"),
                                    same_format("Binary8p1uf"),
                                    same_format("e8m0fnu"),
                                    mix("e4m3fn", "e5m2", "fp16", "fp16"),
                                    mix("e5m2", "e4m3fn", "bf16", "e2m1fn"),
                                    mix("Binary8p4se", "e4m3fn", "fp32", "e5m2"),
                                    mix("e8m0fnu", "e4m3fn", "fp32", "dlfloat16"),
                                    mix("e5m2", "e5m2", "e5m2", "Binary8p3ue")};
  return all;
}

/// Operands by drawing.
const std::vector<Mix>& wide_mixes() {
  static const std::vector<Mix> all{same_format("fp16"),
                                    same_format("bf16"),
                                    same_format("tf32"),
                                    same_format("fp32"),
                                    same_format("fp64"),
                                    same_format("e6m9"),
                                    same_format("dlfloat16"),
                                    same_format("Binary16p11se"),
                                    mix("fp64", "fp64", "fp64", "fp32"),
                                    mix("fp64", "fp64", "fp64", "fp16"),
                                    mix("fp64", "fp32", "fp64", "e4m3fn"),
                                    mix("bf16", "bf16", "fp32", "fp32"),
                                    mix("fp16", "fp16", "fp32", "Binary8p4se"),
                                    mix("fp32", "fp32", "fp64", "e8m0fnu"),
                                    mix("fp64", "fp64", "fp64", "Binary16p12ue"),
                                    mix("fp64", "fp64", "fp64", "e11m30")};
  return all;
}

constexpr std::uint64_t pairs = std::uint64_t{1} << 16, drawn = std::uint64_t{1} << 18;

/// A code of the format: any, or with an exponent near that of 1, or a short significand, or near the ends.
double any_value(const Subject& s, Draw& draw) {
  const int m = s.format.mantissa_bits;
  const std::uint64_t one = 1, magnitudes = one << (s.format.exponent_bits + m);
  std::uint64_t code = draw.bits() % magnitudes;
  const auto field_of_one = static_cast<std::uint64_t>(s.format.bias > 4 ? s.format.bias : 4);
  switch (draw.below(6)) {
    case 0: code = (code % (one << m)) | ((field_of_one - 4 + draw.below(9)) << m); break;
    case 1: code &= ~((one << m) - 1) | (draw.below(4) << (m > 2 ? m - 2 : 0)); break;
    case 2: code |= (one << m) - 1 - draw.below(2); break;
    case 3: code = draw.one_in(2) ? draw.below(5) : (one << m) + draw.below(4); break;
    case 4: code = magnitudes - 1 - (draw.below(2) << m) - draw.below(4); break;
    default: break;
  }
  code %= magnitudes;
  if (s.format.is_signed && draw.one_in(2)) code |= magnitudes;
  return s.model.value(code);
}

struct Operands {
  double x, y, z;
};

Outcome by_reference(Operation operation, const Projection& how, const Operands& o, std::uint32_t r,
                     Semantics operands) {
  switch (operation) {
    case Operation::convert: return convert(how, o.x, r, operands);
    case Operation::add: return add(how, o.x, o.y, r, operands);
    case Operation::sub: return sub(how, o.x, o.y, r, operands);
    case Operation::mul: return mul(how, o.x, o.y, r, operands);
    case Operation::div: return div(how, o.x, o.y, r, operands);
    case Operation::fma: return exmy::fma(how, o.x, o.y, o.z, r, operands);
    case Operation::sqrt: return exmy::sqrt(how, o.x, r, operands);
  }
  return {};
}

void compare(const Mix& m, const Row& row, Operands o, const Projection& how, std::uint32_t r, Tally& tally) {
  const Operation op = row.operation;
  if (op != Operation::fma) o.z = 0;
  if (op == Operation::sqrt || op == Operation::convert) o.y = 0;
  const Outcome got = by_reference(op, how, o, r, m.p3109() ? Semantics::p3109 : Semantics::ieee754);
  const second::Result want = second::operate(m.result.model, how, op, o.x, o.y, o.z, r, m.p3109());
  tally.expect(same(got, want), [&] {
    return Mismatch{std::string(row.name) + " " + text(m.result, how, r),
                    "x " + text(o.x) + " y " + text(o.y) + " z " + text(o.z) + " of " + m.x.name + " " +
                        m.y.name + " " + m.z.name,
                    text(want), text(got)};
  });
}

void compare_all(const Mix& m, const Operands& o, Draw& draw, Tally& tally) {
  for (const Row& row : rows)
    for (int i = 0; i < modes_count; ++i) {
      const Projection how = mode(m.result.format, i, draw);
      compare(m, row, o, how, random_of(how, draw), tally);
    }
}

/// Drawn operands, some of which cancel, wholly or nearly.
Operands operands_of(const Mix& m, Draw& draw) {
  Operands o{any_value(m.x, draw), any_value(m.y, draw), any_value(m.z, draw)};
  if (draw.one_in(8) && m.x.format == m.y.format) o.y = -o.x;
  if (draw.one_in(8) && m.z.format.mantissa_bits == 52) o.z = -(o.x * o.y);
  return o;
}

void run_batch(const Batch& batch, Tally& tally) {
  const std::uint64_t narrow = narrow_mixes().size() * pairs;
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    if (unit < narrow) {
      const Mix& m = narrow_mixes()[unit / pairs];
      const std::uint64_t codes = unit % pairs;
      compare_all(m, {m.x.model.value(codes % 256), m.y.model.value(codes / 256), any_value(m.z, draw)}, draw,
                  tally);
    } else {
      const Mix& m = wide_mixes()[(unit - narrow) / drawn];
      compare_all(m, operands_of(m, draw), draw, tally);
    }
  }
}

}  // namespace

Part operations_part() {
  return {
      "operations",
      "reference",
      "second implementation",
      "add sub mul div fma sqrt convert: all pairs of codes of 17 mixes of 8-bit formats, 16 wide mixes by "
      "sampling; 9 roundings, 3 saturations; value, events, flags",
      narrow_mixes().size() * pairs + wide_mixes().size() * drawn,
      128,
      16,
      run_batch,
      {}};
}

}  // namespace exmy::verify
