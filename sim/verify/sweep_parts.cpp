#include <bit>
#include <memory>

#include "formats/counters.hpp"
#include "formats/kernels/kernels.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

/// Small and large, with and without infinities, NaN, subnormals, -0 and zero; all that networks are trained in.
constexpr const char* names[] = {"fp16",   "bf16",     "tf32",    "e6m9",   "dlfloat16", "e5m2",
                                 "e4m3fn", "e4m3fnuz", "e8m0fnu", "e3m2fn", "e2m1fn",    "Binary8p4se"};

struct Sweep {
  Subject subject;
  Projection how;
  std::optional<FastProjection> fast;

  explicit Sweep(const char* name)
      : subject(std::string_view(name)), how{subject.format}, fast(fast_projection_of(how)) {}
};

std::vector<double> floats_of(std::span<const std::uint64_t> codes) {
  std::vector<double> x;
  for (const std::uint64_t code : codes)
    x.push_back(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(code))));
  return x;
}

/// Returns what the second implementation counts.
Counters compare_reference(const Sweep& s, const std::vector<double>& x, std::vector<double>& values,
                           Tally& tally) {
  Counters counters;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const second::Result want = s.subject.model.project(s.how, second::number_of(x[i]), 0);
    const Outcome got = project(s.how, x[i]);
    values[i] = want.value;
    counters.add({want.events});
    tally.expect(same(got, want), [&] {
      return Mismatch{text(s.subject, s.how), "x " + text(x[i]), text(want), text(got)};
    });
  }
  return counters;
}

void compare_kernel(const Sweep& s, const std::vector<double>& x, const std::vector<double>& want,
                    const Counters& counted, Tally& tally) {
  const std::string how = std::string(", ") + kernels().isa;
  Counters got;
  std::vector<double> q(x.size()), silent(x.size());
  kernels().round(*s.fast, x.data(), q.data(), x.size(), &got, nullptr);
  kernels().round(*s.fast, x.data(), silent.data(), x.size(), nullptr, nullptr);
  for (std::size_t i = 0; i < x.size(); ++i)
    tally.expect(same_bits(q[i], want[i]) && same_bits(silent[i], want[i]), [&] {
      return Mismatch{text(s.subject, s.how) + how, "x " + text(x[i]), text(want[i]),
                      text(q[i]) + " counting, " + text(silent[i]) + " without"};
    });
  for (std::size_t i = 0; i < counters_count; ++i)
    tally.expect(got.counts[i] == counted.counts[i], [&] {
      return Mismatch{text(s.subject, s.how) + how, "counter " + std::string(counter_names[i]),
                      std::to_string(counted.counts[i]), std::to_string(got.counts[i])};
    });
}

Part sweep_part(const char* name) {
  const auto sweep = std::make_shared<const Sweep>(name);
  const auto run_batch = [sweep](const Batch& batch, Tally& tally) {
    const std::vector<double> x = floats_of(batch.units);
    std::vector<double> values(x.size());
    const Counters counted = compare_reference(*sweep, x, values, tally);
    if (sweep->fast) compare_kernel(*sweep, x, values, counted, tally);
  };
  return {"sweep/" + std::string(name),
          sweep->fast ? "reference; kernel of this machine" : "reference",
          "second implementation",
          "floats, all 2^32 in the full level; nearest_even, none; value, events, flags, counters",
          std::uint64_t{1} << 32,
          1024,
          4096,
          run_batch,
          {}};
}

}  // namespace

std::vector<Part> sweep_parts() {
  std::vector<Part> all;
  for (const char* name : names) all.push_back(sweep_part(name));
  return all;
}

}  // namespace exmy::verify
