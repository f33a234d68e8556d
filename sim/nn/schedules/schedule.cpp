#include "sim/nn/schedules/schedule.hpp"

#include <array>

#include "formats/functions/elementary.hpp"

namespace exmy {
namespace {

Schedule read_constant(ObjectReader&) {
  return [](std::uint64_t, std::uint64_t) { return 1.0; };
}

Schedule read_cosine(ObjectReader&) {
  return [](std::uint64_t step, std::uint64_t steps) {
    const double x = static_cast<double>(step) / static_cast<double>(steps);
    const functions::Approximation c = functions::cospi(x < 1 ? x : 1.0);
    double cosine = c.value.hi;
    for (int e = c.exponent; e < 0; ++e) cosine *= 0.5;
    for (int e = c.exponent; e > 0; --e) cosine *= 2;
    return (1 + cosine) / 2;
  };
}

Schedule read_step(ObjectReader& r) {
  const auto every = r.integer<std::int64_t>("every", required, Range::at_least(1));
  const double factor = r.number("factor", 0.1, Range::open_closed(0, 1));
  return [every, factor](std::uint64_t step, std::uint64_t) {
    double power = 1;
    for (std::uint64_t i = step / static_cast<std::uint64_t>(every); i > 0; --i) power *= factor;
    return power;
  };
}

constexpr std::array schedule_table{ScheduleKind{"constant", read_constant},
                                    ScheduleKind{"cosine", read_cosine}, ScheduleKind{"step", read_step}};

}  // namespace

std::span<const ScheduleKind> schedule_kinds() { return schedule_table; }

}  // namespace exmy
