#include "sim/verify/product.hpp"

#include "formats/catalog.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

void compare(const Counters& got, const Counters& want, const std::string& where, Tally& tally) {
  for (std::size_t i = 0; i < counters_count; ++i)
    tally.expect(got.counts[i] == want.counts[i], [&] {
      return Mismatch{where, "counter " + std::string(counter_names[i]), std::to_string(want.counts[i]),
                      std::to_string(got.counts[i])};
    });
}

}  // namespace

DefinedProduct::DefinedProduct(const Reduction& how, const ProductFactors& x, const DotRandom& random) {
  const std::vector<double> a(x.a.begin(), x.a.end()), b(x.b.begin(), x.b.end());
  bool lost = false;
  for (std::size_t o = 0; o < x.m * x.n; ++o)
    y_.push_back(reduce_by_definition(how, a.data() + o / x.n * x.k, b.data() + o % x.n * x.k, x.k, o, random,
                                      Semantics::ieee754, &counters_, &lost));
}

void DefinedProduct::compare_values(std::span<const float> got, const std::string& where,
                                    Tally& tally) const {
  for (std::size_t i = 0; i < y_.size(); ++i) {
    const auto found = static_cast<double>(got[i]);
    tally.expect(same_bits(found, y_[i]), [&] {
      return Mismatch{where, "element " + std::to_string(i), text(y_[i]), text(found)};
    });
  }
}

void DefinedProduct::compare_counters(const Counters& product, const Counters& accumulator,
                                      const std::string& where, Tally& tally) const {
  compare(product, counters_.product.counters, where + ", product", tally);
  compare(accumulator, counters_.accumulator.counters, where + ", accumulator", tally);
}

std::string text_of(const Reduction& how, const ProductFactors& x, const Format& a, const Format& b) {
  const auto words = [](const Projection& p) { return text({name_of(p.format), p.format}, p); };
  return std::to_string(x.m) + " x " + std::to_string(x.n) + " x " + std::to_string(x.k) + ", " + name_of(a) +
         " by " + name_of(b) + ", products " + (how.product ? words(*how.product) : "exact") + ", sums " +
         words(how.accumulator) +
         (how.order == Order::chunked
              ? ", chunks of " + std::to_string(how.chunk) + ", outer " + words(how.outer)
              : "");
}

}  // namespace exmy::verify
