#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "sim/verify/kernel_data.hpp"
#include "sim/verify/machine.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

constexpr std::array four_modes{Rounding::nearest_even, Rounding::toward_positive, Rounding::toward_negative,
                                Rounding::toward_zero};
constexpr std::size_t width = 64;  // operands of a unit

/// What is compared: the machine, the reference and the second implementation.
struct Check {
  std::string name;
  Subject result;
  second::Operation operation;
  Machine (*machine)(const Operands&);
  Operands (*draw)(Draw&);
  bool with_flags;
  bool nearest_only;
};

Outcome by_reference(second::Operation operation, const Projection& how, const Operands& o) {
  switch (operation) {
    case second::Operation::convert: return project(how, o.x);
    case second::Operation::add: return add(how, o.x, o.y);
    case second::Operation::sub: return sub(how, o.x, o.y);
    case second::Operation::mul: return mul(how, o.x, o.y);
    case second::Operation::div: return div(how, o.x, o.y);
    case second::Operation::fma: return exmy::fma(how, o.x, o.y, o.z);
    case second::Operation::sqrt: return exmy::sqrt(how, o.x);
  }
  return {};
}

void judge(const Check& c, const Projection& how, const Operands& o, const Machine& machine, Tally& tally) {
  const double want = is_nan(machine.value) ? nan64 : machine.value;
  const Outcome reference = by_reference(c.operation, how, o);
  const second::Result other = second::operate(c.result.model, how, c.operation, o.x, o.y, o.z, 0, false);
  const bool same_flags =
      !c.with_flags || (ieee_flags(reference) == machine.flags && other.flags == machine.flags);
  tally.expect(same_bits(reference.value, want) && same_bits(other.value, want) && same_flags, [&] {
    return Mismatch{c.name + " " + text(c.result, how),
                    "x " + text(o.x) + " y " + text(o.y) + " z " + text(o.z),
                    "machine " + text(want, 0, machine.flags),
                    "reference " + text(reference) + ", second " + text(other)};
  });
}

void compare(const Check& c, Rounding mode, Draw& draw, Tally& tally) {
  std::array<Operands, width> operands;
  std::array<Machine, width> machine;
  for (Operands& o : operands) o = c.draw(draw);
  {
    const RoundingMode set(mode);
    for (std::size_t i = 0; i < width; ++i) machine[i] = c.machine(operands[i]);
  }
  for (std::size_t i = 0; i < width; ++i) judge(c, {c.result.format, mode}, operands[i], machine[i], tally);
}

void run_check(const Check& c, const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    for (const Rounding mode : four_modes)
      if (mode == Rounding::nearest_even || !c.nearest_only) compare(c, mode, draw, tally);
  }
}

// ---- operands ------------------------------------------------------------------------------------

/// A double with a tail of up to 52 - M bits that is a tie, beside one, short or anything; its exponent within
/// a range, or any pattern that is not NaN.
double draw_double(Draw& draw, int mantissa_bits, int least_exponent, int exponents) {
  const std::uint64_t raw = draw.bits(), low = (std::uint64_t{1} << 52) - 1;
  const double any = std::bit_cast<double>(raw);
  if (draw.one_in(16)) return is_nan(any) ? 0.0 : any;
  const std::uint64_t half = std::uint64_t{1} << (51 - mantissa_bits), tail = 2 * half - 1;
  std::uint64_t significand = raw & low;
  if (draw.one_in(2)) significand = (significand & ~tail) | half;
  if (draw.one_in(2)) significand += static_cast<std::uint64_t>(draw.around_zero(2));
  if (draw.one_in(8)) significand = ~draw.below(8);              // just below a power of two
  if (draw.one_in(8)) significand &= ~(tail >> draw.below(16));  // ties of subnormals
  const auto exponent =
      static_cast<std::uint64_t>(least_exponent + 1023) + draw.below(static_cast<std::uint64_t>(exponents));
  return std::bit_cast<double>((raw & ~(low | (std::uint64_t{2047} << 52))) | exponent << 52 |
                               (significand & low));
}

Operands near_float(Draw& draw) { return {draw_double(draw, 23, -152, 284)}; }
Operands near_half(Draw& draw) { return {draw_double(draw, 10, -27, 47)}; }

/// A float of which half precision keeps the leading part, or any.
Operands float_near_half(Draw& draw) {
  const double x = draw_double(draw, 10, -27, 47);
  const double cut = std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & ~((std::uint64_t{1} << 29) - 1));
  return {magnitude(cut) < 0x1p128 ? static_cast<double>(static_cast<float>(cut)) : any_float(draw, false)};
}

/// Operands of which some cancel or nearly so, or multiply to the ends of the range; no NaN.
template <class T>
Operands related(Draw& draw, T x, T y, T z) {
  if (draw.one_in(8)) y = -x;
  if (draw.one_in(8)) y = -std::nextafter(x, z);
  if (draw.one_in(8)) z = -(x * y);
  if (draw.one_in(8)) y = std::numeric_limits<T>::min() / x;
  if (draw.one_in(8)) y = std::numeric_limits<T>::max() / x;
  const auto number = [](T v) { return v == v ? static_cast<double>(v) : 0.0; };
  return {number(x), number(y), number(z)};
}

Operands floats(Draw& draw) {
  const auto one = [&] { return static_cast<float>(any_float(draw, true)); };
  const float x = one(), y = one(), z = one();
  return related<float>(draw, x, y, z);
}

Operands doubles(Draw& draw) {
  const auto one = [&] { return draw_double(draw, 44, -1022, 2045); };
  const double x = one(), y = one(), z = one();
  return related<double>(draw, x, y, z);
}

// ---- parts ---------------------------------------------------------------------------------------

template <MachineOperation operation>
Machine fp32(const Operands& o) {
  return in_fp32(operation, o);
}
template <MachineOperation operation>
Machine fp64(const Operands& o) {
  return in_fp64(operation, o);
}

Part part_of(const Check& c, std::string impossible = {}) {
  const std::string modes = c.nearest_only ? "nearest even" : "its four rounding modes";
  return {"hardware/" + c.name,
          "reference; second implementation",
          "the processor",
          "drawn operands, " + modes + (c.with_flags ? ", with flags" : ", values"),
          std::uint64_t{1} << 16,
          16,
          4,
          [c](const Batch& batch, Tally& tally) { run_check(c, batch, tally); },
          std::move(impossible)};
}

using enum second::Operation;

template <MachineOperation op>
void add_operation(std::vector<Part>& all, const std::string& name, second::Operation operation) {
  const bool flags = flags_are_comparable && (operation != fma || has_fma_unit());
  all.push_back(part_of({"fp32_" + name, Subject("fp32"), operation, fp32<op>, floats, flags, false}));
  all.push_back(part_of({"fp64_" + name, Subject("fp64"), operation, fp64<op>, doubles, flags, false}));
}

}  // namespace

std::vector<Part> hardware_parts() {
  std::vector<Part> all;
  all.push_back(part_of({"double_to_float", Subject("fp32"), convert, double_to_float, near_float,
                         flags_are_comparable, false}));
  all.push_back(
      part_of({"f16c", Subject("fp16"), convert, float_to_half_by_f16c, float_near_half, true, false},
              has_f16c() ? "" : "this machine has no F16C"));
  all.push_back(
      part_of({"float16", Subject("fp16"), convert, double_to_half_by_compiler, near_half, false, true},
              has_float16 ? "" : "the compiler of this build has no _Float16"));
  add_operation<MachineOperation::add>(all, "add", add);
  add_operation<MachineOperation::sub>(all, "sub", sub);
  add_operation<MachineOperation::mul>(all, "mul", mul);
  add_operation<MachineOperation::div>(all, "div", div);
  add_operation<MachineOperation::fma>(all, "fma", fma);
  add_operation<MachineOperation::sqrt>(all, "sqrt", sqrt);
  return all;
}

}  // namespace exmy::verify
