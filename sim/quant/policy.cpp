#include "sim/quant/policy.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sim/tensor/tensor.hpp"

namespace exmy {
namespace {

template <class Value>
bool lists(const std::vector<Value>& list, const Value& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool any_glob(const std::vector<std::string>& globs, std::string_view text) {
  return globs.empty() ||
         std::any_of(globs.begin(), globs.end(), [&](const auto& g) { return glob_matches(g, text); });
}

/// What the rules say of an outer projection and of subnormals, applied after all of them.
struct Late {
  std::optional<Format> outer;
  std::optional<Rounding> rounding;
  std::optional<int> random_bits;
  std::optional<Saturation> saturation;
  std::optional<Subnormals> flush;
};

template <class Value>
void override_with(std::optional<Value>& value, const std::optional<Value>& given) {
  if (given) value = given;
}

void note(const Rule& rule, Late& late) {
  override_with(late.outer, rule.outer);
  override_with(late.rounding, rule.outer_rounding);
  override_with(late.random_bits, rule.outer_random_bits);
  override_with(late.saturation, rule.outer_saturation);
  override_with(late.flush, rule.flush);
}

void apply(const Rule& rule, Treatment& t) {
  Projection& p = t.quantizer.projection;
  if (rule.format) p.format = *rule.format;
  if (rule.format || rule.exact) t.exact = rule.exact;
  if (rule.rounding) p.rounding = *rule.rounding;
  if (rule.random_bits) p.random_bits = *rule.random_bits;
  if (rule.saturation) p.saturation = *rule.saturation;
  if (rule.scale) t.quantizer.scale = *rule.scale;
  if (rule.order) t.order = *rule.order;
  if (rule.chunk) t.chunk = *rule.chunk;
  if (rule.block) t.block = rule.block;
}

/// The fields that were named by the rule that set the order, or later: what an order has no use for must not
/// be among them. What earlier rules said is overruled with the order.
struct NamedFields {
  bool format = false, rounding = false, flush = false, chunk = false, outer = false, block = false;

  void note(const Rule& rule) {
    if (rule.order) *this = {};
    format = format || rule.format || rule.exact;
    rounding = rounding || rule.rounding || rule.random_bits;
    flush = flush || rule.flush;
    chunk = chunk || rule.chunk;
    outer = outer || rule.outer || rule.outer_rounding || rule.outer_random_bits || rule.outer_saturation;
    block = block || rule.block;
  }
};

/// Why `named` and what the site does otherwise do not fit order `block`.
std::string block_problem(const NamedFields& named, const Treatment& t, bool has_outer_format) {
  if (!t.block) return "order \"block\" needs \"block\" (a matrix unit's name, or its numbers)";
  const std::array own{std::pair{named.format, "format"}, std::pair{named.rounding, "rounding"},
                       std::pair{named.flush, "flush"}};
  for (const auto& [given, key] : own)
    if (given)
      return "order \"block\" and \"" + std::string(key) +
             "\" contradict each other: the unit decides how its sums are rounded";
  if (t.chunk == 0 && named.outer) return "\"outer\" needs \"chunk\" (terms of a chunk) with order \"block\"";
  if (t.chunk != 0 && !has_outer_format)
    return "\"chunk\" needs \"outer\" (the format of the sum of chunks) with order \"block\"";
  return {};
}

/// Why the fields of an accumulator contradict its order.
std::string order_problem(const NamedFields& named, const Treatment& t, bool has_outer_format) {
  if (t.order == Order::block) return block_problem(named, t, has_outer_format);
  if (named.block) return "\"block\" is for order \"block\" only";
  const bool whole = t.order == Order::pairwise || t.order == Order::exact;
  const std::string word = t.order == Order::pairwise ? "pairwise" : "exact";
  if (whole && named.chunk) return "order \"" + word + "\" has no chunks: \"chunk\" contradicts it";
  if (whole && named.outer) return "order \"" + word + "\" has no outer sum: \"outer\" contradicts it";
  return {};
}

void apply(const Late& late, Treatment& t) {
  Projection& p = t.quantizer.projection;
  if (late.flush) p.format.subnormals = *late.flush;
  t.outer = {late.outer.value_or(p.format), late.rounding.value_or(p.rounding),
             late.saturation.value_or(p.saturation), late.random_bits.value_or(p.random_bits)};
}

/// Whether float carries the format, as it is and with subnormals changed by a rule.
bool fits_with(const Format& format, const std::vector<Rule>& rules) {
  return fits_float(format) && std::all_of(rules.begin(), rules.end(), [&](const Rule& rule) {
           Format changed = format;
           if (rule.flush) changed.subnormals = *rule.flush;
           return fits_float(changed);
         });
}

/// What the rules make of a site before contradictions are mended.
struct Combined {
  Treatment treatment{};
  NamedFields named{};
  bool has_outer_format = false;
  bool in_unit = false;  ///< a product inside a matrix unit
};

Combined combine(const Policy& policy, const Site& site) {
  Combined c;
  Treatment& t = c.treatment;
  if (site.role == Role::product) {
    const Treatment sums = policy.resolve({site.layer, site.op, site.pass, Role::accumulator});
    const Projection& p = sums.quantizer.projection;
    t.quantizer.projection = {Format{}, p.rounding, p.saturation, p.random_bits};
    t.exact = true;
    c.in_unit = sums.order == Order::block;
  }
  Late late;
  for (const Rule& rule : policy.rules())
    if (rule.match.matches(site)) {
      apply(rule, t);
      note(rule, late);
      c.named.note(rule);
    }
  apply(late, t);
  c.has_outer_format = late.outer.has_value();
  return c;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last `*` seen, and what it has swallowed so far
  std::size_t swallowed = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      swallowed = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++swallowed;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool is_operand(const Site& site) {
  const bool role =
      site.role == Role::weight || site.role == Role::activation || site.role == Role::activation_grad;
  return role && (site.op == "dot" || site.op == "conv2d" || site.op == "scores" || site.op == "context");
}

bool Match::matches(const Site& site) const {
  return any_glob(layers, site.layer) && any_glob(ops, site.op) && lists(roles, site.role) &&
         lists(passes, site.pass);
}

Treatment Policy::resolve(const Site& site) const {
  const Combined c = combine(*this, site);
  Treatment t = c.treatment;
  for (Format* format : {&t.quantizer.projection.format, &t.outer.format})
    if (!problem_of(*format).empty()) *format = Format{};
  if (t.order == Order::chunked && t.chunk == 0) t.chunk = 1;
  if (t.order == Order::block && !t.block) t.block = MatrixUnit{};
  if (t.order == Order::block && site.role == Role::accumulator)
    t.quantizer.projection = t.block->projection(t.quantizer.projection.saturation);
  if (c.in_unit) t.exact = true;
  if (!is_operand(site)) t.quantizer.scale = {};
  return t;
}

std::string Policy::problem_at(const Site& site) const {
  const Combined c = combine(*this, site);
  const Treatment& t = c.treatment;
  for (const Format& format : {t.quantizer.projection.format, t.outer.format})
    if (std::string text = problem_of(format); !text.empty()) return text;
  if (t.exact && site.role != Role::product) return "format \"exact\" is for the role product only";
  if (t.order == Order::chunked && t.chunk == 0) return "order \"chunked\" needs \"chunk\" (1 or more terms)";
  if (c.in_unit && !t.exact)
    return "order \"block\" multiplies exactly: role product needs format \"exact\" here";
  return site.role == Role::accumulator ? order_problem(c.named, t, c.has_outer_format) : std::string();
}

bool Policy::fits_float_carrier() const {
  return fits_with(Format{}, rules_) && std::all_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
           return fits_with(rule.format.value_or(Format{}), rules_) &&
                  fits_with(rule.outer.value_or(Format{}), rules_);
         });
}

}  // namespace exmy
