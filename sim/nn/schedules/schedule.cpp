#include "sim/nn/schedules/schedule.hpp"

#include <array>

#include "formats/functions/elementary.hpp"

namespace exmy {
namespace {

Schedule read_constant(ObjectReader&) {
  return [](const TrainingTime&) { return 1.0; };
}

Schedule read_cosine(ObjectReader&) {
  return [](const TrainingTime& t) {
    const double x = static_cast<double>(t.step) / static_cast<double>(t.steps);
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
  return [every, factor](const TrainingTime& t) {
    double power = 1;
    for (std::uint64_t i = t.step / static_cast<std::uint64_t>(every); i > 0; --i) power *= factor;
    return power;
  };
}

constexpr std::array schedule_table{ScheduleKind{"constant", read_constant},
                                    ScheduleKind{"cosine", read_cosine}, ScheduleKind{"step", read_step}};

struct WarmUp {
  std::optional<std::int64_t> steps, epochs, reference_batch;

  std::uint64_t length(const TrainingTime& t) const {
    if (epochs) return static_cast<std::uint64_t>(*epochs) * t.steps_per_epoch;
    return static_cast<std::uint64_t>(steps.value_or(0));
  }
  double scale(const TrainingTime& t) const {
    if (!reference_batch) return 1;
    return static_cast<double>(t.batch_size) / static_cast<double>(*reference_batch);
  }
  double factor(const TrainingTime& t, const Schedule& then) const {
    const std::uint64_t w = length(t);
    const double k = scale(t);
    if (t.step < w) {
      const double risen = static_cast<double>(t.step + 1) / static_cast<double>(w);
      return reference_batch ? 1 + (k - 1) * risen : risen;
    }
    TrainingTime rest = t;
    rest.step -= w;
    rest.steps = t.steps > w ? t.steps - w : 1;
    return k * then(rest);
  }
};

}  // namespace

std::span<const ScheduleKind> schedule_kinds() { return schedule_table; }

Schedule read_schedule(ObjectReader r) {
  const Schedule then = r.row("kind", std::string("constant"), schedule_kinds()).read(r);
  WarmUp w;
  w.steps = r.integer<std::int64_t>("warmup_steps", if_given, Range::closed(1, 1e9));
  w.epochs = r.integer<std::int64_t>("warmup_epochs", if_given, Range::closed(1, 1e6));
  w.reference_batch = r.integer<std::int64_t>("reference_batch", if_given, Range::closed(1, 1 << 20));
  if (w.steps && w.epochs)
    r.problem(codes::contradiction, "warmup_steps", "give \"warmup_steps\" or \"warmup_epochs\", not both");
  return [then, w](const TrainingTime& t) { return w.factor(t, then); };
}

}  // namespace exmy
