#pragma once
// The policy: ordered rules that say, for every site, how its values are projected. Data, never code.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/quant/matrix_unit.hpp"
#include "sim/quant/quantizer.hpp"
#include "sim/quant/site.hpp"

namespace exmy {

/// `pattern` with `*` (any characters) and `?` (one character) against a whole text.
bool glob_matches(std::string_view pattern, std::string_view text);

/// Whether the site's values are operands of a matrix product, which may have a scale.
bool is_operand(const Site& site);

/// Which sites a rule speaks of; an empty list matches all.
struct Match {
  std::vector<std::string> layers;  ///< globs over dotted names
  std::vector<std::string> ops;     ///< globs
  std::vector<Role> roles;
  std::vector<Pass> passes;

  bool matches(const Site& site) const;
};

/// One rule: sets only the fields that it names.
struct Rule {
  Match match;
  std::optional<Format> format;
  bool exact = false;  ///< format "exact": products are not rounded
  std::optional<Rounding> rounding;
  std::optional<int> random_bits;
  std::optional<Saturation> saturation;
  std::optional<Scale> scale;
  std::optional<Order> order;
  std::optional<std::size_t> chunk;
  std::optional<MatrixUnit> block;
  std::optional<Format> outer;  ///< the outer projection's fields default to the accumulator's
  std::optional<Rounding> outer_rounding;
  std::optional<int> outer_random_bits;
  std::optional<Saturation> outer_saturation;
  std::optional<Subnormals> flush;
};

/// What a site does after all rules: fp32, nearest_even, no saturation, exact products and sequential
/// order where no rule says otherwise. Rounding, random bits and saturation of a product default to those of
/// its accumulator.
struct Treatment {
  Quantizer quantizer{};
  bool exact = false;  ///< of products
  Order order = Order::sequential;
  std::size_t chunk = 0;
  Projection outer{};
  std::optional<MatrixUnit> block{};  ///< there if the order is `block`; decides the quantiser's projection

  bool has_outer() const { return has_outer_sum(order, chunk); }
};

class Policy {
 public:
  Policy() = default;
  explicit Policy(std::vector<Rule> rules) : rules_(std::move(rules)) {}

  /// Applies every matching rule in order. A scale is for the operands of matrix products and elsewhere of no
  /// effect. At an accumulator with order `block` format and rounding are those of the unit's output. Always
  /// usable: what contradicts itself (`problem_at`) is replaced by fp32, exact products, chunks of one or a
  /// default unit.
  Treatment resolve(const Site& site) const;
  /// Why the rules that match this site contradict each other; empty if they do not.
  std::string problem_at(const Site& site) const;
  const std::vector<Rule>& rules() const { return rules_; }
  /// Whether float carries every value of every format that the rules can make.
  bool fits_float_carrier() const;

 private:
  std::vector<Rule> rules_;
};

}  // namespace exmy
