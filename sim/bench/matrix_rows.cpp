#include <omp.h>

#include <cstring>
#include <memory>

#include "formats/catalog.hpp"
#include "sim/bench/blas.hpp"
#include "sim/bench/data.hpp"
#include "sim/bench/plain.hpp"
#include "sim/bench/product.hpp"
#include "sim/bench/rows.hpp"
#include "sim/quant/matrix_unit.hpp"

namespace exmy::bench {
namespace {

struct Case {
  const char* name;
  ProductCase what;
  std::optional<double> floor, goal;
};

Reduction sums_in(const char* format, Saturation saturation = Saturation::none) {
  Reduction how;
  how.accumulator = {format_of(format), Rounding::nearest_even, saturation};
  return how;
}

Reduction rounding_products(Reduction how) {
  how.product = Projection{how.accumulator.format};
  return how;
}

Reduction rounded(Reduction how, Rounding mode, int random_bits = 0) {
  how.accumulator.rounding = mode;
  how.accumulator.random_bits = random_bits;
  return how;
}

Reduction chunked(const char* inside, const char* outside, std::size_t chunk) {
  Reduction how = sums_in(inside);
  how.order = Order::chunked;
  how.chunk = chunk;
  how.outer = {format_of(outside)};
  return how;
}

Reduction ordered(Order order, Reduction how) {
  how.order = order;
  return how;
}

/// A matrix unit with a name.
Reduction unit_named(std::string_view name, const Format& a, const Format& b) {
  Reduction how;
  how.order = Order::block;
  for (const NamedUnit& u : matrix_units) {
    if (u.name != name) continue;
    how.accumulator = u.value.projection(Saturation::none);
    how.block = {u.value.terms, u.value.fraction_bits, a.e_min(), b.e_min()};
  }
  return how;
}

// Magnitudes of the operands: with 1 no sum can overflow fp16, by bound; with 48 the bound says it may, but none does;
// 448 is the maximum of e4m3fn.
std::vector<Case> cases() {
  const Format e4m3fn = format_of("e4m3fn"), fp16 = format_of("fp16");
  const Reduction to_fp16 = sums_in("fp16"), each = rounding_products(to_fp16);
  return {{"fp32", {sums_in("fp32"), e4m3fn, 448}, 0.90, 1.00},
          {"fp16/fused/excluded", {to_fp16, e4m3fn, 1}, 0.28, 0.37},
          {"fp16/fused/saturating", {sums_in("fp16", Saturation::finite), e4m3fn, 448}, 0.15, 0.25},
          {"fp16/fused/watched", {to_fp16, e4m3fn, 48}, 0.11, 0.20},
          {"fp16/rounded-products/excluded", {each, fp16, 1}, 0.12, 0.16},
          {"fp16/rounded-products/watched", {each, fp16, 48}, 0.06, 0.09},
          {"fp16/odd", {to_fp16, fp16, 1}, {}, {}},
          {"fp16/wide", {to_fp16, format_of("fp32"), 1}, {}, {}},
          {"fp16/fused/stochastic", {rounded(to_fp16, Rounding::stochastic_a, 13), e4m3fn, 1}, 0.03, 0.06},
          {"fp16/fused/stochastic-8-bits", {rounded(to_fp16, Rounding::stochastic_c, 8), e4m3fn, 1}, {}, {}},
          {"fp16/fused/toward-zero", {rounded(to_fp16, Rounding::toward_zero), e4m3fn, 1}, {}, {}},
          {"chunked/fp32-fp16", {chunked("fp32", "fp16", 64), e4m3fn, 1}, 0.9, 1.0},
          {"pairwise/fp32", {ordered(Order::pairwise, sums_in("fp32")), e4m3fn, 448}, 0.25, 0.31},
          {"pairwise/fp16", {ordered(Order::pairwise, to_fp16), e4m3fn, 1}, 0.25, 0.31},
          {"pairwise/fp16/rounded-products", {ordered(Order::pairwise, each), fp16, 1}, 0.12, 0.16},
          {"exact/fp32", {ordered(Order::exact, sums_in("fp32")), e4m3fn, 448}, {}, {}},
          {"exact/fp32/two-parts", {ordered(Order::exact, sums_in("fp32")), fp16, 48}, {}, {}},
          {"block/hopper", {unit_named("hopper", fp16, fp16), fp16, 48}, 0.20, 0.26},
          {"block/hopper_fp8", {unit_named("hopper_fp8", e4m3fn, e4m3fn), e4m3fn, 448}, 0.20, 0.26}};
}

const Case& case_named(const std::vector<Case>& all, std::string_view name) {
  for (const Case& c : all)
    if (c.name == name) return c;
  return all.front();
}

Extents square(const Setting& setting) {
  return setting.quick ? Extents{40, 48, 48} : Extents{256, 256, 256};
}

Measurement beside_sgemm(const ProductCase& what, bool counts, const Setting& setting) {
  const Extents e = square(setting);
  const auto product = std::make_shared<Product>(what, e, counts);
  const auto y = std::make_shared<Elements<float>>(e.m * e.n);
  const std::string found = product->difference();
  const auto yardstick = [=] { sgemm().run(e.m, e.n, e.k, product->a(), product->b(), y->data()); };
  return {sgemm().name, yardstick,        [product] { product->run(); }, e.multiply_adds(), e.multiply_adds(),
          found,        product->chosen()};
}

/// A ragged product beside the square one.
Measurement beside_square(const ProductCase& what, const Extents& e, const Setting& setting) {
  const auto whole = std::make_shared<Product>(what, square(setting), false);
  const auto ragged = std::make_shared<Product>(what, e, false);
  const std::string found = first_of({ragged->difference(), whole->difference()});
  return {"the square product",
          [whole] { whole->run(); },
          [ragged] { ragged->run(); },
          whole->extents().multiply_adds(),
          e.multiply_adds(),
          found,
          ragged->chosen()};
}

/// A row times a matrix, beside what reads the matrix once.
Measurement beside_reading(const ProductCase& what, bool copies, const Setting&) {
  const Extents e{1, 256, 256};
  const auto row = std::make_shared<Product>(what, e, false);
  const auto into = std::make_shared<Elements<float>>(e.n * e.k);
  const std::string found = row->difference();
  const auto copy = [=] { std::memcpy(into->data(), row->b(), into->size() * sizeof(float)); };
  const auto product = [=] { plain().product(e.m, e.n, e.k, row->a(), row->b(), into->data()); };
  return {copies ? std::string("memcpy of the matrix") : std::string("the product by Eigen, ") + plain().isa,
          copies ? std::function<void()>(copy) : std::function<void()>(product),
          [row] { row->run(); },
          e.multiply_adds(),
          e.multiply_adds(),
          found,
          row->chosen()};
}

void with_threads(int count, Product& product) {
  const int before = omp_get_max_threads();
  omp_set_num_threads(count);
  product.run();
  omp_set_num_threads(before);
}

Elements<float> result_with_threads(int count, Product& product) {
  with_threads(count, product);
  return product.y();
}

/// A product of a millisecond or more: starting threads costs some 30 microseconds. The definition takes too long for it:
/// it is compared with a smaller one, and two threads with one.
Measurement two_threads(const ProductCase& what, const Setting& setting) {
  const Extents small{72, 72, 72}, e = setting.quick ? small : Extents{768, 768, 768};
  const auto product = std::make_shared<Product>(what, e, false);
  const bool equal = result_with_threads(1, *product) == result_with_threads(2, *product);
  const std::string found = first_of(
      {Product(what, small, false).difference(), equal ? "" : "two threads give other bits than one"});
  return {"one thread",
          [product] { with_threads(1, *product); },
          [product] { with_threads(2, *product); },
          e.multiply_adds(),
          e.multiply_adds(),
          found,
          product->chosen()};
}

std::string words_of(const Extents& e) {
  return std::to_string(e.m) + "x" + std::to_string(e.n) + "x" + std::to_string(e.k);
}

}  // namespace

std::vector<Row> matrix_rows() {
  std::vector<Row> all;
  for (const bool counts : {false, true})
    for (const Case& c : cases()) {
      Row row{
          std::string("matrix/") + c.name + (counts ? "/counted" : ""),     Judged::by_rate, "GMAC/s", {}, {},
          [=](const Setting& s) { return beside_sgemm(c.what, counts, s); }};
      if (!counts) row.floor = c.floor, row.goal = c.goal;
      all.push_back(row);
    }
  return all;
}

std::vector<Row> shape_rows() {
  std::vector<Row> all;
  const std::vector<Case> known = cases();
  // m x n x k: ten classes, a first convolution (27 = 3 x 3 x 3), one row.
  for (const char* name : {"fp32", "fp16/fused/excluded"})
    for (const Extents e : {Extents{256, 10, 256}, {1024, 64, 27}, {1, 256, 256}})
      all.push_back(
          {"shape/" + words_of(e) + "/" + name,
           Judged::by_rate,
           "GMAC/s",
           0.5,
           {},
           [=, what = case_named(known, name).what](const Setting& s) { return beside_square(what, e, s); }});
  for (const bool copies : {true, false})
    all.push_back({std::string("shape/1x256x256/fp32/by-") + (copies ? "memcpy" : "eigen"),
                   Judged::by_rate,
                   "GMAC/s",
                   {},
                   {},
                   [=, what = case_named(known, "fp32").what](const Setting& s) {
                     return beside_reading(what, copies, s);
                   }});
  if (omp_get_num_procs() < 2) return all;
  for (const char* name : {"fp32", "fp16/fused/excluded"})
    all.push_back({std::string("threads/2/") + name, Judged::by_rate, "GMAC/s", 1.8, 1.95,
                   [what = case_named(known, name).what](const Setting& s) { return two_threads(what, s); }});
  return all;
}

}  // namespace exmy::bench
