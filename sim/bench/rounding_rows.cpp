#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/kernels/kernels.hpp"
#include "sim/base/philox.hpp"
#include "sim/bench/data.hpp"
#include "sim/bench/rows.hpp"

namespace exmy::bench {
namespace {

/// Elements of each of two arrays that fill half of the second-level cache.
std::size_t elements_in_l2() {
#ifdef _SC_LEVEL2_CACHE_SIZE
  const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
#else
  const long bytes = 0;
#endif
  return static_cast<std::size_t>(bytes > 0 ? bytes : 512 * 1024) / (4 * sizeof(double));
}

constexpr std::size_t elements_in_dram = std::size_t{8} << 20;  // 64 MiB an array

enum class Place : std::uint8_t { l2, dram, dram_in_place };

std::size_t elements_in(Place place, const Setting& setting) {
  if (setting.quick) return 4099;
  return place == Place::l2 ? elements_in_l2() : elements_in_dram;
}

/// Those of its numbers, one above and two below.
int binades_of(const Format& f) {
  return parts_of(f.max_finite()).exponent - parts_of(f.min_positive()).exponent + 4;
}

/// Arrays x and q, and what the kernel does to them.
struct Pass {
  Projection how;
  FastProjection fast;
  bool in_place;
  std::vector<double> x, q, copy;

  Pass(const Format& format, Place place, const Setting& setting)
      : how{format},
        fast(*fast_projection_of(how)),
        in_place(place == Place::dram_in_place),
        x(numbers("round", elements_in(place, setting), pow2(parts_of(format.max_finite()).exponent + 2),
                  binades_of(format))),
        q(x.size()),
        copy(x.size()) {
    add_specials(format, x);
  }

  void round(Counters* counters) {
    kernels().round(fast, x.data(), in_place ? x.data() : q.data(), x.size(), counters, nullptr);
  }
  void move() { std::memcpy(copy.data(), x.data(), x.size() * sizeof(double)); }
  /// Compares values and counters with the definition.
  std::string check() {
    std::vector<double> want;
    Counters counters, counted;
    for (const double v : x) {
      const Outcome out = project(how, v);
      want.push_back(out.value);
      counters.add(out.events);
    }
    kernels().round(fast, x.data(), q.data(), x.size(), &counted, nullptr);
    const std::string values = difference(q, want), counts = difference(counted, counters);
    round(nullptr);
    return first_of({values, counts, difference(in_place ? x : q, want)});
  }
};

Measurement beside_memcpy(const char* format, Place place, const Setting& setting) {
  const auto pass = std::make_shared<Pass>(format_of(format), place, setting);
  const auto n = static_cast<double>(pass->x.size());
  return {"memcpy", [pass] { pass->move(); }, [pass] { pass->round(nullptr); }, n, n, pass->check(), {}};
}

Measurement counted_beside_silent(const char* format, const Setting& setting) {
  const auto pass = std::make_shared<Pass>(format_of(format), Place::l2, setting);
  const auto counters = std::make_shared<Counters>();
  const auto n = static_cast<double>(pass->x.size());
  return {"the same without counters",
          [pass] { pass->round(nullptr); },
          [pass, counters] { pass->round(counters.get()); },
          n,
          n,
          pass->check(),
          {}};
}

/// The arrays of a pass, rounded stochastically with 16 random bits each, drawn for blocks that stay in the cache.
struct Drawn {
  static constexpr std::size_t block = 256;
  Pass even;
  Projection how;
  FastProjection fast;
  RandomStream stream{1, "round", 0};

  Drawn(const Format& format, const Setting& setting)
      : even(format, Place::l2, setting),
        how{format, Rounding::stochastic_a},
        fast(*fast_projection_of(how)) {}

  void round() {
    std::array<std::uint32_t, block> r;
    for (std::size_t i = 0; i < even.x.size(); i += block) {
      const std::size_t n = std::min(block, even.x.size() - i);
      stream.bits(i, how.random_bits, r.data(), n);
      kernels().round(fast, even.x.data() + i, even.q.data() + i, n, nullptr, r.data());
    }
  }
  std::string check() {
    std::vector<double> want;
    for (const double v : even.x)
      want.push_back(project(how, v, stream.bits(want.size(), how.random_bits)).value);
    round();
    const std::string found = difference(even.q, want);
    return first_of({found, even.check()});
  }
};

Measurement stochastic_beside_even(const char* format, const Setting& setting) {
  const auto drawn = std::make_shared<Drawn>(format_of(format), setting);
  const auto n = static_cast<double>(drawn->even.x.size());
  return {"the nearest-even pass",
          [drawn] { drawn->even.round(nullptr); },
          [drawn] { drawn->round(); },
          n,
          n,
          drawn->check(),
          {}};
}

Row row(const std::string& name, double floor, double goal,
        std::function<Measurement(const Setting&)> prepare) {
  return {"round/" + name, Judged::by_rate, "Gelem/s", floor, goal, std::move(prepare)};
}

}  // namespace

std::vector<Row> rounding_rows() {
  std::vector<Row> all;
  for (const char* format : {"fp16", "e4m3fn"}) {
    const std::string name = std::string(format) + "/double/";
    const auto beside = [format](Place place) {
      return [=](const Setting& s) { return beside_memcpy(format, place, s); };
    };
    all.push_back(row(name + "L2", 0.6, 0.9, beside(Place::l2)));
    all.push_back(row(name + "DRAM", 0.9, 1.2, beside(Place::dram)));
    all.push_back(row(name + "DRAM/in-place", 0.9, 1.2, beside(Place::dram_in_place)));
    all.push_back(row(name + "L2/counted", 0.30, 0.45,
                      [format](const Setting& s) { return counted_beside_silent(format, s); }));
    all.push_back(row(name + "L2/stochastic", 0.15, 0.25,
                      [format](const Setting& s) { return stochastic_beside_even(format, s); }));
  }
  return all;
}

}  // namespace exmy::bench
