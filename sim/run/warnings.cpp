#include "sim/run/warnings.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

#include "formats/binary64.hpp"
#include "sim/base/fraction.hpp"

namespace exmy {
namespace {

std::string percent(double fraction) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %%", 100 * fraction);
  return text.data();
}

std::string number(double x) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", x);
  return text.data();
}

/// With as many digits as it takes to tell it from its neighbours.
std::string shortest(double x) {
  std::array<char, 32> text{};
  for (int digits = 6; digits <= 17; ++digits) {
    std::snprintf(text.data(), text.size(), "%.*g", digits, x);
    if (std::strtod(text.data(), nullptr) == x) break;
  }
  return text.data();
}

/// The constants that an optimiser uses at a site of role update.
std::vector<NamedConstant> constants_at(const OptimizerChoice& optimizer, const Site& site,
                                        const std::map<std::string, Shape>& parameters) {
  std::vector<NamedConstant> constants = optimizer.constants;
  const std::string parameter = site.layer + site.op.substr(optimizer.op.size());  // adamw.bias: LAYER.bias
  if (optimizer.decay.applies_to(parameters.at(parameter))) constants.push_back(optimizer.decay_constant);
  return constants;
}

/// beta2 = 0.999 in bf16: 1 - beta2^t is 0 for ever.
void check_constants(const Experiment& e, const DryStep& step, std::vector<Warning>& out) {
  std::set<std::string> said;
  for (const Site& site : step.sites) {
    if (site.role != Role::update || !site.op.starts_with(e.optimizer.op + ".")) continue;
    const Projection how = e.policy.policy.resolve(site).quantizer.projection;
    for (const NamedConstant& c : constants_at(e.optimizer, site, step.parameters)) {
      const double value = c.at == nullptr ? c.value : c.at(c.value, e.lr);
      const double q = project(how, value).value;
      if (q == value || (q != 0 && q != 1)) continue;
      const std::string text = (c.formula.empty() ? c.name : c.formula) + " = " + shortest(value) +
                               " rounds to " + number(q) + " in " + e.format_names.name(how.format) +
                               " (role update)";
      if (said.insert(text).second) out.push_back({"W101", "/training/optimizer/" + c.name, text});
    }
  }
}

void check_back_off(const Experiment& e, const std::vector<Site>& sites, std::vector<Warning>& out) {
  if (e.loss_scale.kind != LossScaling::dynamic || e.loss_scale.on_saturated) return;
  bool any = false;
  for (const Site& site : sites) {
    if (site.role != Role::weight_grad && site.role != Role::activation_grad) continue;
    if (e.policy.policy.resolve(site).quantizer.projection.saturation != Saturation::finite) return;
    any = true;
  }
  if (any)
    out.push_back(
        {"W102", "/training/loss_scale",
         "every gradient format saturates, so no gradient is ever infinite and the dynamic loss scale "
         "can never back off: use \"on\": \"saturated\", or no saturation for gradients"});
}

/// `rows`: of the network's output, in a batch.
void check_loss_scale(const Experiment& e, std::size_t rows, const std::vector<Site>& sites,
                      std::vector<Warning>& out) {
  for (const Site& site : sites) {
    if (site.role != Role::loss || site.pass != Pass::dgrad) continue;
    const Projection how = e.policy.policy.resolve(site).quantizer.projection;
    const double c = e.loss_scale.initial / static_cast<double>(rows);
    const double q = project(how, c).value;
    if (magnitude(q - c) <= c / 16) continue;  // a rounding error, not a loss (NaN, infinity, 0, clamped)
    out.push_back({"W103", "/training/loss_scale",
                   "loss_scale / " + std::to_string(rows) + " rows of a batch = " + number(c) + " becomes " +
                       number(q) + " in " + e.format_names.name(how.format) + " (role loss)"});
    return;
  }
}

double share(const Counters& c, Counter counter) { return fraction_of(c[counter], c[Counter::total]); }

}  // namespace

std::vector<Warning> warnings_of_configuration(const Experiment& e, const Dataset& data,
                                               const DryStep& step) {
  std::vector<Warning> out;
  check_constants(e, step, out);
  check_back_off(e, step.sites, out);
  if (e.loss_scale.kind != LossScaling::none)
    check_loss_scale(e, e.batch_size * (data.has_tokens() ? data.tokens.length : 1), step.sites, out);
  return out;
}

std::vector<Warning> warnings_of_run(const Telemetry& telemetry) {
  std::vector<Warning> out;
  for (const auto& [site, record] : telemetry.records()) {
    const Counters& c = record.total;
    const double vanished = share(c, Counter::underflow_to_zero);
    const double beyond = share(c, Counter::overflow) + share(c, Counter::saturated);
    const double lost = share(c, Counter::update_lost);
    if (vanished > 0.5)
      out.push_back({"W201", "", site.name() + ": " + percent(vanished) + " underflow to zero"});
    if (beyond > 0.01)
      out.push_back({"W202", "", site.name() + ": " + percent(beyond) + " overflow or saturate"});
    if (lost > 0.5)
      out.push_back(
          {"W203", "", site.name() + ": " + percent(lost) + " of the updates do not move their weight"});
  }
  return out;
}

}  // namespace exmy
