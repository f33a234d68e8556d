// What a plan of tiles is, in words and as a number.

#include "sim/ops/tile_plan.hpp"

namespace exmy {
namespace {

/// Only where steps are counted.
std::string exactness(const TileRounding& r) {
  if (r.exact_first > 0) return ", exact by bound";
  if (r.exact_steps > 0) return ", exact by bound while small";
  return {};
}

std::uint64_t traits_of(const TileRounding& r) {
  const auto bit = [](bool set, int place) { return std::uint64_t{set} << place; };
  return static_cast<std::uint64_t>(r.step) | static_cast<std::uint64_t>(r.limit) << 2 |
         bit(r.rounds_product, 4) | bit(r.clamps, 5) | bit(r.exact_steps > 0, 6) | bit(r.quick, 7) |
         bit(r.exact_first > 0, 8) | bit(r.wide_products, 9);
}

std::string described(const TileRounding& r) {
  const std::string sum = r.step == TileStep::native  ? "binary32 sums"
                          : r.step == TileStep::fused ? "binary32 sums, rounded again"
                          : r.wide_products           ? "binary32 sums, rounded again, middles by their error"
                                                      : "binary32 sums rounded to odd, rounded again";
  const std::string limit = r.limit == TileLimit::excluded   ? ", no overflow by bound"
                            : r.limit == TileLimit::saturate ? ", saturating"
                                                             : ", overflow watched";
  const std::string exact = exactness(r);
  const std::string quick = r.quick ? ", counted in quick steps" : "";
  return (r.rounds_product ? "rounded products, " : "exact products, ") + sum + exact + limit +
         (r.clamps ? ", subnormal grid" : "") + quick;
}

}  // namespace

std::uint64_t key_of(const TilePlan& plan) {
  return traits_of(plan.inner) << 1 |
         (plan.outer ? traits_of(*plan.outer) << 32 | std::uint64_t{1} << 62 : 0) | 1;
}

std::string describe(const TilePlan& plan) {
  return described(plan.inner) + (plan.outer ? "; chunks: " + described(*plan.outer) : "");
}

}  // namespace exmy
