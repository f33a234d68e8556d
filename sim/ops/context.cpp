#include "sim/ops/context.hpp"

#include "sim/base/arithmetic_modes.hpp"

namespace exmy {
namespace {

std::string name_of_use(const Site& site, std::uint64_t use, bool evaluating) {
  std::string name = (evaluating ? "eval/" : "") + site.name();
  if (use > 1) name += "#" + std::to_string(use);
  return name;
}

std::unique_ptr<const FloatProjection> spans_of(const Projection& how, Semantics operands) {
  const auto spans = float_projection_of(how, operands);
  return spans ? std::make_unique<const FloatProjection>(*spans) : nullptr;
}

}  // namespace

Context::Context(const Policy& policy, Telemetry& telemetry, std::uint64_t seed, Values values)
    : policy_(&policy), telemetry_(&telemetry), seed_(seed), values_(values) {
  require_usual_modes();
}

void Context::restart_uses() {
  for (auto& [site, state] : states_) state.uses = 0;
}

void Context::begin_step(std::uint64_t t) {
  begin_micro_batch(t);
  telemetry_->begin_step();
}

void Context::begin_micro_batch(std::uint64_t t) {
  step_ = t;
  evaluating_ = false;
  restart_uses();
}

void Context::begin_evaluation(std::uint64_t t) {
  step_ = t;
  evaluating_ = true;
  restart_uses();
}

SiteState& Context::at(const std::string& layer, const std::string& op, Pass pass, Role role) {
  const auto found = states_.find(SiteOrder::Key(layer, op, pass, role));
  if (trace_ != nullptr) trace_->note_site({layer, op, pass, role});
  if (found != states_.end()) {
    telemetry_->profile().note_op(found->second.site.op);
    return found->second;
  }
  const Site site{layer, op, pass, role};
  SiteState state{.site = site, .treatment = policy_->resolve(site)};
  const Projection& how = state.treatment.quantizer.projection;
  state.fast = fast_projection_of(how);
  state.spans = spans_of(how, Semantics::ieee754);
  state.spans_p3109 = spans_of(how, Semantics::p3109);
  state.fast_outer = fast_projection_of(state.treatment.outer);
  const bool silent = state.treatment.exact;
  if (telemetry_->options().counters && !silent) state.record = &telemetry_->record(site, state.treatment);
  SiteState& made = states_.emplace(site, std::move(state)).first->second;
  telemetry_->profile().note_op(made.site.op);
  return made;
}

RandomStream Context::next_use(SiteState& state, const Projection& how) {
  ++state.uses;
  if (!is_stochastic(how.rounding)) return {seed_, std::uint64_t{0}, 0};
  return {seed_, name_of_use(state.site, state.uses, evaluating_), step_};
}

std::vector<Site> Context::sites() const {
  std::vector<Site> sites;
  for (const auto& [site, state] : states_) sites.push_back(site);
  return sites;
}

std::vector<std::string> Context::names_of_step() const {
  std::vector<std::string> names;
  for (const auto& [site, state] : states_)
    for (std::uint64_t use = 1; use <= state.uses; ++use)
      names.push_back(name_of_use(site, use, evaluating_));
  return names;
}

}  // namespace exmy
