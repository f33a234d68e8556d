#include <array>
#include <cmath>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/kernels/kernels.hpp"
#include "sim/verify/kernel_data.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

using Values = std::vector<double>;

std::string label(const Subject& s, const Kernels& k, const Projection& how) {
  return text(s, how) + ", " + k.isa;
}

void compare_counters(const Counters& got, const Counters& want, const std::string& how, Tally& tally) {
  for (std::size_t i = 0; i < counters_count; ++i)
    tally.expect(got.counts[i] == want.counts[i], [&] {
      return Mismatch{how, "counter " + std::string(counter_names[i]), std::to_string(want.counts[i]),
                      std::to_string(got.counts[i])};
    });
}

// ---- round ---------------------------------------------------------------------------------------

void compare_round(const Kernels& k, const Subject& s, const Projection& how, const Values& x,
                   const std::vector<std::uint32_t>& r, Tally& tally) {
  const FastProjection fast = *fast_projection_of(how);
  Values q(x.size()), in_place = x;
  Counters got, want;
  k.round(fast, x.data(), q.data(), x.size(), &got, r.data());
  k.round(fast, in_place.data(), in_place.data(), x.size(), nullptr, r.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Outcome out = project(how, x[i], r[i]);
    want.add(out.events);
    tally.expect(same_bits(q[i], out.value) && same_bits(in_place[i], out.value), [&] {
      return Mismatch{"round " + label(s, k, how), "x " + text(x[i]) + " R " + std::to_string(r[i]),
                      text(out.value), text(q[i]) + " counting, " + text(in_place[i]) + " without"};
    });
  }
  compare_counters(got, want, "round " + label(s, k, how), tally);
}

void run_round(const Batch& batch, Tally& tally) {
  const std::vector<Subject>& subjects = kernel_subjects();
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    const Subject& s = subjects[unit % subjects.size()];
    const Projection how = fast_mode(s.format, draw);
    const Values x = hard_values(s.format, 40 + draw.below(24), draw);  // every tail of a vector loop
    const std::vector<std::uint32_t> r = randoms_of(how, x.size(), draw);
    for (const Kernels* k : available_kernels()) compare_round(*k, s, how, x, r, tally);
  }
}

// ---- arithmetic, rounded to odd ------------------------------------------------------------------

struct Row {
  const char* name;
  Outcome (*reference)(const Projection&, double x, double y);
  void (*run)(const Kernels&, const Values& x, const Values& y, Values& odd);
};

constexpr Row rows[] = {{"add", [](const Projection& h, double x, double y) { return add(h, x, y); },
                         [](const Kernels& k, const Values& x, const Values& y, Values& r) {
                           k.add(x.data(), y.data(), r.data(), r.size());
                         }},
                        {"mul", [](const Projection& h, double x, double y) { return mul(h, x, y); },
                         [](const Kernels& k, const Values& x, const Values& y, Values& r) {
                           k.mul(x.data(), y.data(), r.data(), r.size());
                         }},
                        {"div", [](const Projection& h, double x, double y) { return div(h, x, y); },
                         [](const Kernels& k, const Values& x, const Values& y, Values& r) {
                           k.div(x.data(), y.data(), r.data(), r.size());
                         }},
                        {"sqrt", [](const Projection& h, double x, double) { return exmy::sqrt(h, x); },
                         [](const Kernels& k, const Values& x, const Values&, Values& r) {
                           k.sqrt(x.data(), r.data(), r.size());
                         }}};

/// Floats whose sums, products and quotients are often hard to round; NaN of any code is NaN.
void run_arithmetic(const Batch& batch, Tally& tally) {
  static const Projection to_odd{format_of("fp64"), Rounding::to_odd};
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    const std::size_t n = 40 + draw.below(24);
    Values x(n), y(n), odd(n);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = any_float(draw, true);
      y[i] = draw.one_in(4) ? static_cast<double>(static_cast<float>(any_float(draw, false) - x[i]))
                            : any_float(draw, true);
    }
    for (const Kernels* k : available_kernels())
      for (const Row& row : rows) {
        row.run(*k, x, y, odd);
        for (std::size_t i = 0; i < n; ++i) {
          const double want = row.reference(to_odd, x[i], y[i]).value, got = is_nan(odd[i]) ? nan64 : odd[i];
          tally.expect(same_bits(got, want), [&] {
            return Mismatch{std::string(row.name) + " rounded to odd, " + k->isa,
                            "x " + text(x[i]) + " y " + text(y[i]), text(want), text(got)};
          });
        }
      }
  }
}

}  // namespace

Part float_spans_part();
Part panel_part();
Part panel_fp32_part();

std::vector<Part> kernel_parts() {
  const std::string levels = "kernels at every instruction-set level";
  return {{"kernels/round",
           levels,
           "reference",
           "projections of named and drawn formats in every mode; values and counters",
           std::uint64_t{1} << 20,
           64,
           8,
           run_round,
           {}},
          {"kernels/arithmetic",
           levels,
           "reference",
           "add mul div sqrt rounded to odd, of floats",
           std::uint64_t{1} << 20,
           64,
           8,
           run_arithmetic,
           {}},
          float_spans_part(),
          panel_part(),
          panel_fp32_part()};
}

}  // namespace exmy::verify
