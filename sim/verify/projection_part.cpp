#include <algorithm>
#include <numeric>

#include "sim/verify/parts.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

using second::Number;
using second::U128;

constexpr std::uint64_t wide_units = std::uint64_t{1} << 20;  // of each wide format, codes at random

/// Units of all formats in a row: of a narrow one every magnitude, of a wide one a number of draws.
class Table {
 public:
  Table() {
    for (const Subject& s : narrow_subjects()) add(s, magnitudes_of(s));
    for (const Subject& s : wide_subjects()) add(s, wide_units);
  }
  std::uint64_t units() const { return ends_.back(); }
  struct Place {
    const Subject& subject;
    std::uint64_t magnitude;
  };
  Place at(std::uint64_t unit, Draw& draw) const {
    const auto index =
        static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), unit) - ends_.begin());
    const Subject& s = *subjects_[index];
    if (s.model.bits() > 16) return {s, draw.below(magnitudes_of(s))};
    return {s, unit - (index == 0 ? 0 : ends_[index - 1])};
  }

 private:
  static std::uint64_t magnitudes_of(const Subject& s) {
    return std::uint64_t{1} << (s.format.exponent_bits + s.format.mantissa_bits);
  }
  void add(const Subject& s, std::uint64_t units) {
    subjects_.push_back(&s);
    ends_.push_back((ends_.empty() ? 0 : ends_.back()) + units);
  }
  std::vector<const Subject*> subjects_;
  std::vector<std::uint64_t> ends_;
};

const Table& table() {
  static const Table all;
  return all;
}

/// low + (high - low) eighths / 8, or a trace beside it.
Number between(const Number& low, const Number& high, std::uint64_t eighths, int side) {
  constexpr int places = 57;
  const int unit = low.whole == 0 ? high.scale : std::min(low.scale, high.scale);
  const U128 from = low.whole == 0 ? 0 : low.whole << (low.scale - unit),
             to = high.whole << (high.scale - unit);
  const U128 point = (8 * from + eighths * (to - from)) << places;
  if (point == 0 && side <= 0) return {};
  if (point == 0) return {Number::Kind::number, false, U128{1} << 127, unit - 400, true};
  const int gap = 128 - second::length_of(side < 0 ? point - 1 : point);
  const U128 whole = (side < 0 ? point - 1 : point) << gap;  // a trace needs the top bit set
  // Below: all ones behind the point and a trace more; bits that the shift brings in must be ones too.
  const U128 ones = side < 0 && gap > 0 ? (U128{1} << gap) - 1 : 0;
  return {Number::Kind::number, false, whole | ones, unit - 3 - places - gap, side != 0};
}

void compare_point(const Subject& s, Number x, Draw& draw, Tally& tally) {
  for (const bool negative : {false, true}) {
    x.negative = negative;
    const Exact exact = exact_of(x);
    for (int i = 0; i < modes_count; ++i) {
      const Projection how = mode(s.format, i, draw);
      const std::uint32_t r = random_of(how, draw);
      const Outcome got = project(how, exact, r);
      const second::Result want = s.model.project(how, x, r);
      tally.expect(same(got, want), [&] {
        return Mismatch{text(s, how, r), "x " + text(x), text(want), text(got)};
      });
    }
  }
}

void compare_gap(const Subject& s, std::uint64_t magnitude, Draw& draw, Tally& tally) {
  const Number low = s.model.decode(magnitude);
  const Number next = s.model.decode(magnitude + 1);
  if (low.kind != Number::Kind::number) return compare_point(s, low, draw, tally);
  // Beyond the maximum the grid goes on; twice the value is a point of it.
  Number high = next;
  if (next.kind != Number::Kind::number || next.whole == 0)
    high = {low.kind, false, low.whole * 2, low.scale};
  if (high.whole == 0) return compare_point(s, low, draw, tally);
  for (const auto& [eighths, side] : {std::pair{0, 0}, {0, 1}, {4, -1}, {4, 0}, {4, 1}, {8, -1}})
    compare_point(s, between(low, high, static_cast<std::uint64_t>(eighths), side), draw, tally);
  compare_point(s, between(low, high, draw.below(9), draw.around_zero(1)), draw, tally);
}

/// The ends of the format, which a sample would hardly meet.
std::uint64_t end_of(const Subject& s, Draw& draw) {
  const std::uint64_t normal = std::uint64_t{1} << s.format.mantissa_bits;
  const std::uint64_t last = (normal << s.format.exponent_bits) - 1;
  const std::uint64_t top = s.format.nan == NanCodes::ieee ? last - normal : last;  // next to the maximum
  const std::uint64_t ends[] = {0, 1, normal - 1, normal, top, top - 1, top - 2};
  const std::uint64_t end = ends[draw.below(std::size(ends))];
  return end > last ? last : end;  // top - 1 of a single bit wraps
}

void run_batch(const Batch& batch, Tally& tally) {
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    const auto [subject, magnitude] = table().at(unit, draw);
    compare_gap(subject, magnitude, draw, tally);
    if (draw.one_in(4)) compare_gap(subject, end_of(subject, draw), draw, tally);
  }
}

}  // namespace

Part projection_part() {
  return {"projection",
          "reference",
          "second implementation",
          "every code and gap of every format of up to 16 bits, wide formats by sampling; 9 roundings, "
          "3 saturations; value, events, flags",
          table().units(),
          128,
          16,
          run_batch,
          {}};
}

}  // namespace exmy::verify
