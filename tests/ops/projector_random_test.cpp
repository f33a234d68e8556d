// Which random number an element gets: index, site name, `#n`, `eval/`, step; written out by hand.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/catalog.hpp"
#include "sim/ops/projector.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace exmy;

constexpr std::uint64_t seed = 0xfeedfacecafebeef;
const std::string site = "mlp.fc1/linear/forward/activation";

/// R of element i (numerics section 6).
std::uint64_t drawn(const std::string& name, std::uint64_t t, std::uint64_t i, int n) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  const std::uint64_t h = fnv1a64(name), b = n <= 16 ? i / 8 : i / 4;
  const PhiloxBlock key = philox4x32({low(seed), high(seed)}, {low(h), high(h), 0, 0});
  const PhiloxBlock w = philox4x32({key[0], key[1]}, {low(b), high(b), low(t), high(t)});
  if (n > 16) return w[i % 4] >> (32 - n);
  return (w[(i % 8) / 2] >> (i % 2 * 16) & 0xffffu) >> (16 - n);
}

/// Whether 1 + (j / 64) 2^-10 goes up to 1 + 2^-10 in fp16.
bool goes_up(Rounding rounding, std::uint64_t j, std::uint64_t r, int n) {
  const std::uint64_t one = std::uint64_t{1} << n;
  if (j == 0) return false;
  if (rounding == Rounding::stochastic_a) return (j * one) / 64 + r >= one;
  if (rounding == Rounding::stochastic_b) return (j * 2 * one) / 64 + 2 * r + 1 >= 2 * one;
  const std::uint64_t whole = (j * one) / 64, rest = (j * one) % 64;
  return whole + (rest > 32 || (rest == 32 && whole % 2 == 1) ? 1 : 0) + r >= one;
}

struct Place {
  Policy policy;
  Telemetry telemetry;
  Context context;
  int n;
  Rounding rounding;

  Place(Rounding mode, int bits)
      : policy(rules(mode, bits)), context(policy, telemetry, seed), n(bits), rounding(mode) {}

  static std::vector<Rule> rules(Rounding mode, int bits) {
    Rule rule;
    rule.format = format_of("fp16");
    rule.rounding = mode;
    rule.random_bits = bits;
    return {rule};
  }
  template <class T>
  Projector<T> projector() {
    return {context, "mlp.fc1", "linear", Pass::forward, Role::activation};
  }
};

/// Fractions j / 64 in a scrambled order, of both signs.
template <class T>
Tensor<T> fractions(Shape shape) {
  Tensor<T> x(std::move(shape), Format{});
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto j = static_cast<double>(i * 37 % 64);
    const double magnitude = 1 + j * 0x1p-16;
    x.data[i] = static_cast<T>(i % 3 == 0 ? -magnitude : magnitude);
  }
  return x;
}

template <class T>
Elements<T> expected(const Place& place, std::size_t size, const std::string& name, std::uint64_t t) {
  Elements<T> y(size);
  for (std::size_t i = 0; i < size; ++i) {
    const bool up = goes_up(place.rounding, i * 37 % 64, drawn(name, t, i, place.n), place.n);
    const double magnitude = up ? 1 + 0x1p-10 : 1;
    y[i] = static_cast<T>(i % 3 == 0 ? -magnitude : magnitude);
  }
  return y;
}

template <class T>
void check_modes() {
  constexpr std::uint64_t t = (std::uint64_t{3} << 32) + 12;
  for (const Rounding mode : {Rounding::stochastic_a, Rounding::stochastic_b, Rounding::stochastic_c})
    for (const int n : {1, 2, 5, 13, 16, 17, 20, 32})
      for (const Shape& shape : {Shape{1}, Shape{3, 300}, Shape{2, 3, 5}, Shape{700}}) {
        INFO("mode " << static_cast<int>(mode) << " bits " << n << " elements " << size_of(shape));
        Place place(mode, n);
        place.context.begin_step(t);
        const Tensor<T> x = fractions<T>(shape);
        CHECK(place.projector<T>().quantize(x).data == expected<T>(place, x.size(), site, t));
      }
}

}  // namespace

TEST_CASE("an element's random number is that of its row-major index", "[projector][random]") {
  check_modes<float>();
  check_modes<double>();
}

TEST_CASE("operations with broadcast operands count the elements of the result", "[projector][random]") {
  Place place(Rounding::stochastic_a, 13);
  place.context.begin_step(0);
  const Tensor<float> x = fractions<float>({4, 70});
  Tensor<float> zeros({70}, {}), ones({4}, {});
  for (float& v : ones.data) v = 1;
  auto p = place.projector<float>();
  CHECK(p.add(x, Operand<float>::row_vector(zeros)).data == expected<float>(place, 280, site, 0));
  CHECK(p.mul(Operand<float>::column_vector(ones), x).data == expected<float>(place, 280, site + "#2", 0));
  CHECK(p.div(x, 1.0).data == expected<float>(place, 280, site + "#3", 0));
}

TEST_CASE("every further use of a site in a step has a stream of its own", "[projector][random]") {
  Place place(Rounding::stochastic_b, 11);
  const Tensor<float> x = fractions<float>({40});
  for (const std::uint64_t t : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}}) {
    place.context.begin_step(t);
    auto first = place.projector<float>();
    auto second = place.projector<float>();  // the site counts, not the object
    CHECK(first.quantize(x).data == expected<float>(place, 40, site, t));
    CHECK(second.quantize(x).data == expected<float>(place, 40, site + "#2", t));
    CHECK(first.quantize(x).data == expected<float>(place, 40, site + "#3", t));
    CHECK(place.context.names_of_step() == std::vector<std::string>{site, site + "#2", site + "#3"});
  }
}

TEST_CASE("constants are projections too: element 0 of a use", "[projector][random]") {
  Place place(Rounding::stochastic_a, 16);
  const double c = -(1 + 37 * 0x1p-16);
  for (std::uint64_t t = 0; t < 40; ++t) {
    place.context.begin_step(t);
    auto p = place.projector<float>();
    const auto want = [&](const std::string& name) {
      return goes_up(Rounding::stochastic_a, 37, drawn(name, t, 0, 16), 16) ? -1 - 0x1p-10 : -1.0;
    };
    CHECK(p.constant(c) == want(site));
    CHECK(p.quotient(3 * c, 3) == want(site + "#2"));
    CHECK(p.product(c, 1) == want(site + "#3"));
    CHECK(p.root(4) == 2);
    CHECK(p.constant(c) == want(site + "#5"));
  }
}

TEST_CASE("an evaluation draws from streams of its own and is not counted", "[projector][random]") {
  Place place(Rounding::stochastic_c, 12);
  const Tensor<float> x = fractions<float>({64});
  place.context.begin_step(7);
  auto p = place.projector<float>();
  CHECK(p.quantize(x).data == expected<float>(place, 64, site, 7));
  place.context.begin_evaluation(7);
  CHECK(p.quantize(x).data == expected<float>(place, 64, "eval/" + site, 7));
  CHECK(p.quantize(x).data == expected<float>(place, 64, "eval/" + site + "#2", 7));
  CHECK(place.context.names_of_step() == std::vector<std::string>{"eval/" + site, "eval/" + site + "#2"});
  CHECK(place.telemetry.projections == 64);
  CHECK(place.telemetry.records().begin()->second.total[Counter::total] == 64);
  place.context.begin_step(8);
  CHECK(p.quantize(x).data == expected<float>(place, 64, site, 8));
}
