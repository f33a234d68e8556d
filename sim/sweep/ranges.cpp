#include "sim/sweep/ranges.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "formats/functions/function.hpp"
#include "sim/sweep/decimal.hpp"

namespace exmy {
namespace {

constexpr std::size_t max_factors = 10'000;
constexpr Format binary64{11, 52, 1023};

constexpr Range any_number = Range::closed(-1e300, 1e300);
constexpr Range positive = Range::open_closed(0, 1e300);

/// A bound as the decimal number that was written.
struct Bound {
  Decimal decimal;
  double value = 0;
  bool is_integer = false;
  bool is_right = true;  ///< false: it was complained about
};

Bound read_bound(ObjectReader& r, std::string_view key, const Range& range) {
  const Json& given = r.value(key).json();
  const bool is_right = given.is_number() && range.contains(given.get<double>());
  if (!given.is_number_integer()) {
    const double value = r.number(key, required, range);
    return {decimal_of(value), value, false, is_right};
  }
  const auto value = r.integer<std::int64_t>(key, required, range);
  const bool fits = !given.is_number_unsigned() || given.get<std::uint64_t>() <= INT64_MAX;
  return {{value, 0}, static_cast<double>(value), true, is_right && fits};
}

/// Start, stop, and the step or factor if it is given.
struct Bounds {
  Bound start, stop;
  std::optional<Bound> by;

  bool are_right() const { return start.is_right && stop.is_right && (!by || by->is_right); }
  double low() const { return std::min(start.value, stop.value); }
  double high() const { return std::max(start.value, stop.value); }
};

Bounds read_bounds(ObjectReader& r, std::string_view by, const Range& range, bool may_miss) {
  Bounds b{read_bound(r, "start", range), read_bound(r, "stop", range), {}};
  if (!may_miss || !r.raw(by).is_null()) b.by = read_bound(r, by, range);
  return b;
}

/// In the place of values that cannot be had, since something is wrong with them.
AxisValues stand_in() { return listed({nullptr}); }

/// The number of 6 significant digits nearest to x, not beyond the ends.
double readable(double x, double low, double high) {
  std::array<char, 40> buffer{};
  char* const last = buffer.data() + buffer.size();
  const auto [end, error] = std::to_chars(buffer.data(), last, x, std::chars_format::scientific, 5);
  double value = x;
  std::from_chars(buffer.data(), end, value);
  return std::clamp(value, low, high);
}

double rounded(functions::Function f, double x) { return functions::apply(f, {binary64}, x).value; }

/// The values first + i step, in units of 10^exponent.
struct Steps {
  std::int64_t first = 0, step = 1;
  int exponent = 0;
  bool integers = false;

  Json at(std::uint64_t i) const {
    const auto sum = static_cast<std::uint64_t>(first) + i * static_cast<std::uint64_t>(step);
    const auto digits = static_cast<std::int64_t>(sum);
    return integers ? Json(digits) : Json(to_double({digits, exponent}).value_or(0));
  }
};

/// Differences are taken modulo 2^64, where they are exact for any two numbers of 64 bits.
std::uint64_t steps_count(std::int64_t start, std::int64_t stop, std::int64_t step) {
  const auto difference = static_cast<std::uint64_t>(stop) - static_cast<std::uint64_t>(start);
  const auto size = static_cast<std::uint64_t>(step);
  const std::uint64_t steps = step > 0 ? difference / size : (0 - difference) / (0 - size);
  return std::min(steps, std::numeric_limits<std::uint64_t>::max() - 1) + 1;
}

AxisValues stepped(const ObjectReader& r, const Bounds& b) {
  const Decimal &start = b.start.decimal, &stop = b.stop.decimal, &step = b.by->decimal;
  const int e = std::min({start.exponent, stop.exponent, step.exponent});
  const auto first = with_exponent(start, e), last = with_exponent(stop, e), by = with_exponent(step, e);
  if (!first || !last || !by) {
    r.problem(codes::out_of_range, "start, stop and step have more than 18 decimal digits together");
    return stand_in();
  }
  const bool integers = b.start.is_integer && b.stop.is_integer && b.by->is_integer;
  const Steps steps{first->digits, by->digits, e, integers};
  return {steps_count(first->digits, last->digits, by->digits),
          [steps](std::uint64_t i) { return steps.at(i); },
          {}};
}

AxisValues factors(const ObjectReader& r, const Bounds& b) {
  const bool integers = b.start.is_integer && b.stop.is_integer && b.by->is_integer;
  std::vector<Json> values;
  for (Decimal x = b.start.decimal;; x = multiplied(x, b.by->decimal)) {
    const auto value = to_double(x);
    if (!value || *value < b.low() || *value > b.high()) return listed(std::move(values));
    const bool exact = integers && *value <= 0x1p53;
    values.push_back(exact ? Json(static_cast<std::int64_t>(*value)) : Json(*value));
    if (values.size() <= max_factors) continue;
    r.problem(codes::out_of_range, "more than 10,000 values");
    return stand_in();
  }
}

/// Whether the step (its neutral value 0) or the factor (1) leads from start to stop.
bool leads_to_stop(ObjectReader& r, const Bounds& b, std::string_view name, double neutral) {
  if (b.by->value == neutral) {
    r.problem(codes::out_of_range, name, "a " + std::string(name) + " of " + (neutral == 0 ? "0" : "1"));
    return false;
  }
  if (b.by->value > neutral ? b.start.value <= b.stop.value : b.start.value >= b.stop.value) return true;
  r.problem(codes::contradiction, "the range is empty: its " + std::string(name) + " leads away from stop");
  return false;
}

}  // namespace

AxisValues listed(std::vector<Json> values) {
  const std::uint64_t size = values.size();
  return {size, [values = std::move(values)](std::uint64_t i) { return values[i]; }, {}};
}

AxisValues read_range(ObjectReader r, bool random) {
  const Bounds b = read_bounds(r, "step", any_number, random);
  if (!b.are_right()) return stand_in();
  if (b.by) return leads_to_stop(r, b, "step", 0) ? stepped(r, b) : stand_in();
  return {0, {}, [low = b.low(), high = b.high()](double u) {
            return Json(readable(low + u * (high - low), low, high));
          }};
}

AxisValues read_log_range(ObjectReader r, bool random) {
  const Bounds b = read_bounds(r, "factor", positive, random);
  if (!b.are_right()) return stand_in();
  if (b.by) return leads_to_stop(r, b, "factor", 1) ? factors(r, b) : stand_in();
  const double from = rounded(functions::Function::log, b.low()),
               to = rounded(functions::Function::log, b.high());
  return {0, {}, [low = b.low(), high = b.high(), from, to](double u) {
            return Json(readable(rounded(functions::Function::exp, from + u * (to - from)), low, high));
          }};
}

}  // namespace exmy
