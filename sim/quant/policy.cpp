#include "sim/quant/policy.hpp"

#include <algorithm>

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

void apply(const Rule& rule, Treatment& t, std::optional<Format>& outer, std::optional<Subnormals>& flush) {
  Projection& p = t.quantizer.projection;
  if (rule.format) p.format = *rule.format;
  if (rule.format || rule.exact) t.exact = rule.exact;
  if (rule.rounding) p.rounding = *rule.rounding;
  if (rule.random_bits) p.random_bits = *rule.random_bits;
  if (rule.saturation) p.saturation = *rule.saturation;
  if (rule.scale) t.quantizer.scale = *rule.scale;
  if (rule.order) t.order = *rule.order;
  if (rule.chunk) t.chunk = *rule.chunk;
  if (rule.outer) outer = rule.outer;
  if (rule.flush) flush = rule.flush;
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

bool Match::matches(const Site& site) const {
  return any_glob(layers, site.layer) && any_glob(ops, site.op) && lists(roles, site.role) &&
         lists(passes, site.pass);
}

Treatment Policy::resolve(const Site& site) const {
  Treatment t;
  t.exact = site.role == Role::product;
  std::optional<Format> outer;
  std::optional<Subnormals> flush;
  for (const Rule& rule : rules_)
    if (rule.match.matches(site)) apply(rule, t, outer, flush);
  Projection& p = t.quantizer.projection;
  if (flush) p.format.subnormals = *flush;
  t.outer = p;
  if (outer) t.outer.format = *outer;
  return t;
}

std::string Policy::problem_at(const Site& site) const {
  const Treatment t = resolve(site);
  if (const std::string text = problem_of(t.quantizer.projection.format); !text.empty()) return text;
  if (t.exact && site.role != Role::product) return "format \"exact\" is for the role product only";
  if (t.order == Order::chunked && t.chunk == 0) return "order \"chunked\" needs \"chunk\" (1 or more terms)";
  const bool scaled = t.quantizer.scale.granularity != Granularity::none;
  const bool operand = site.role == Role::weight || site.role == Role::activation || site.role == Role::activation_grad;
  if (scaled && !(operand && site.op == "dot"))
    return "a scale is for the operands of matrix products (roles weight, activation, activation_grad; op dot), "
           "not for " + site.name();
  return {};
}

bool Policy::fits_float_carrier() const {
  return std::all_of(rules_.begin(), rules_.end(), [](const Rule& rule) {
    return (!rule.format || fits_float(*rule.format)) && (!rule.outer || fits_float(*rule.outer));
  });
}

}  // namespace exmy
