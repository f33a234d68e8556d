#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>

#include "formats/binary64.hpp"
#include "formats/catalog.hpp"
#include "formats/kernels/float_spans.hpp"
#include "formats/kernels/kernels.hpp"
#include "sim/base/philox.hpp"
#include "sim/bench/data.hpp"
#include "sim/bench/rows.hpp"

namespace exmy::bench {
namespace {

/// Bytes of each of two arrays that fill half of the second-level cache.
std::size_t bytes_in_l2() {
#ifdef _SC_LEVEL2_CACHE_SIZE
  const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
#else
  const long bytes = 0;
#endif
  return static_cast<std::size_t>(bytes > 0 ? bytes : 512 * 1024) / 4;
}

constexpr std::size_t bytes_in_dram = std::size_t{64} << 20;

enum class Place : std::uint8_t { l2, dram, dram_in_place };

template <class T>
std::size_t elements_in(Place place, const Setting& setting) {
  if (setting.quick) return 4099;
  return (place == Place::l2 ? bytes_in_l2() : bytes_in_dram) / sizeof(T);
}

/// Those of its numbers, and two below.
int binades_of(const Format& f) {
  return parts_of(f.max_finite()).exponent - parts_of(f.min_positive()).exponent + 3;
}

/// A projection over a span of doubles or floats.
template <class T>
struct Kernel;

template <>
struct Kernel<double> {
  FastProjection fast;
  explicit Kernel(const Projection& how) : fast(*fast_projection_of(how)) {}
  void run(const double* x, double* q, std::size_t n, Counters* counters, const std::uint32_t* r) const {
    kernels().round(fast, x, q, n, counters, r);
  }
};

template <>
struct Kernel<float> {
  FloatProjection form;
  explicit Kernel(const Projection& how) : form(*float_projection_of(how)) {}
  void run(const float* x, float* q, std::size_t n, Counters* counters, const std::uint32_t* r) const {
    float_span_kernels().run(form, {SpanOp::convert, {x}, {}, q, n, r, counters});
  }
};

/// Arrays x and q, and what the kernel does to them.
template <class T>
struct RoundingPass {
  Projection how;
  Kernel<T> kernel;
  bool in_place;
  std::vector<T> x, q, copy;

  RoundingPass(const Format& format, Place place, const Setting& setting)
      : how{format}, kernel(how), in_place(place == Place::dram_in_place) {
    std::vector<double> all =
        numbers("round", elements_in<T>(place, setting), format.max_finite(), binades_of(format));
    add_specials(format, all);
    for (const double v : all) x.push_back(static_cast<T>(v));
    q.resize(x.size());
    copy.resize(x.size());
  }

  void round(Counters* counters) {
    kernel.run(x.data(), in_place ? x.data() : q.data(), x.size(), counters, nullptr);
  }
  void move() { std::memcpy(copy.data(), x.data(), x.size() * sizeof(T)); }
  /// Compares values and counters with the definition.
  std::string check() {
    std::vector<T> want;
    Counters counters, counted;
    for (const T v : x) {
      const Outcome out = project(how, static_cast<double>(v));
      want.push_back(static_cast<T>(out.value));
      counters.add(out.events);
    }
    kernel.run(x.data(), q.data(), x.size(), &counted, nullptr);
    const std::string values = difference(q, want), counts = difference(counted, counters);
    round(nullptr);
    return first_of({values, counts, difference(in_place ? x : q, want)});
  }
};

template <class T>
Measurement beside_memcpy(const char* format, Place place, const Setting& setting) {
  const auto pass = std::make_shared<RoundingPass<T>>(format_of(format), place, setting);
  const auto n = static_cast<double>(pass->x.size());
  return {"memcpy", [pass] { pass->move(); }, [pass] { pass->round(nullptr); }, n, n, pass->check(), {}};
}

template <class T>
Measurement counted_beside_silent(const char* format, const Setting& setting) {
  const auto pass = std::make_shared<RoundingPass<T>>(format_of(format), Place::l2, setting);
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
template <class T>
struct Drawn {
  static constexpr std::size_t block = 1024;
  RoundingPass<T> even;
  Projection how;
  Kernel<T> kernel;
  RandomStream stream{1, "round", 0};

  Drawn(const Format& format, const Setting& setting)
      : even(format, Place::l2, setting), how{format, Rounding::stochastic_a}, kernel(how) {}

  void round() {
    std::array<std::uint32_t, block> r;
    for (std::size_t i = 0; i < even.x.size(); i += block) {
      const std::size_t n = std::min(block, even.x.size() - i);
      stream.bits(i, how.random_bits, r.data(), n);
      kernel.run(even.x.data() + i, even.q.data() + i, n, nullptr, r.data());
    }
  }
  std::string check() {
    std::vector<T> want;
    for (const T v : even.x) {
      const std::uint32_t r = stream.bits(want.size(), how.random_bits);
      want.push_back(static_cast<T>(project(how, static_cast<double>(v), r).value));
    }
    round();
    const std::string found = difference(even.q, want);
    return first_of({found, even.check()});
  }
};

template <class T>
Measurement stochastic_beside_even(const char* format, const Setting& setting) {
  const auto drawn = std::make_shared<Drawn<T>>(format_of(format), setting);
  const auto n = static_cast<double>(drawn->even.x.size());
  return {"the nearest-even pass",
          [drawn] { drawn->even.round(nullptr); },
          [drawn] { drawn->round(); },
          n,
          n,
          drawn->check(),
          {}};
}

using Prepare = std::function<Measurement(const Setting&)>;

Row row(const std::string& name, std::optional<double> floor, std::optional<double> goal, Prepare prepare) {
  return {"round/" + name, Judged::by_rate, "Gelem/s", floor, goal, std::move(prepare)};
}

template <class T>
Prepare beside(const char* format, Place place) {
  return [=](const Setting& s) { return beside_memcpy<T>(format, place, s); };
}

void add_float_rows(std::vector<Row>& all, const char* format) {
  const std::string name = std::string(format) + "/";
  all.push_back(row(name + "L2", 0.6, 0.9, beside<float>(format, Place::l2)));
  all.push_back(row(name + "DRAM", 0.9, 1.2, beside<float>(format, Place::dram)));
  all.push_back(row(name + "DRAM/in-place", 0.9, 1.2, beside<float>(format, Place::dram_in_place)));
  all.push_back(row(name + "L2/counted", 0.30, 0.45,
                    [format](const Setting& s) { return counted_beside_silent<float>(format, s); }));
  all.push_back(row(name + "L2/stochastic", 0.15, 0.25,
                    [format](const Setting& s) { return stochastic_beside_even<float>(format, s); }));
}

/// The wide carrier: twice the bytes, half the numbers in a vector.
void add_double_rows(std::vector<Row>& all, const char* format) {
  const std::string name = std::string(format) + "/double/L2";
  all.push_back(row(name, {}, {}, beside<double>(format, Place::l2)));
  all.push_back(row(name + "/counted", {}, {},
                    [format](const Setting& s) { return counted_beside_silent<double>(format, s); }));
  all.push_back(row(name + "/stochastic", {}, {},
                    [format](const Setting& s) { return stochastic_beside_even<double>(format, s); }));
}

}  // namespace

std::vector<Row> rounding_rows() {
  std::vector<Row> all;
  for (const char* format : {"fp16", "bf16", "e4m3fn"}) add_float_rows(all, format);
  add_double_rows(all, "fp16");
  return all;
}

}  // namespace exmy::bench
