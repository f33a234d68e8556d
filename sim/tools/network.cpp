#include "sim/tools/network.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "sim/base/json_text.hpp"
#include "sim/config/names.hpp"

namespace exmy {
namespace {

std::string sum_text(const FormatNames& formats, const Treatment& t) {
  std::string text = " " + word_of(order_names, t.order);
  if (t.order == Order::block)
    text += " of " + std::to_string(t.block->terms) + " terms, " + std::to_string(t.block->fraction_bits) +
            " fraction bits";
  if (t.has_outer())
    text += ", chunks of " + std::to_string(t.chunk) + ", outer " + formats.name(t.outer.format) + " " +
            word_of(rounding_names, t.outer.rounding);
  return text;
}

std::string treatment_text(const FormatNames& formats, const Site& site, const Treatment& t) {
  if (t.exact) return "exact";
  const Projection& how = t.quantizer.projection;
  std::string text = formats.name(how.format) + " " + word_of(rounding_names, how.rounding);
  if (is_stochastic(how.rounding)) text += " of " + std::to_string(how.random_bits) + " bits";
  if (how.saturation != Saturation::none) text += " saturating " + word_of(saturation_names, how.saturation);
  if (t.quantizer.scale.granularity == Granularity::tensor)
    text += " scale " + hex_float(t.quantizer.scale.value);
  return site.role == Role::accumulator ? text + sum_text(formats, t) : text;
}

/// In the order of roles, then of sites.
template <class Sites>
std::vector<TreatedRole> treated(const Prepared& run, const Sites& sites) {
  std::map<std::pair<Role, std::string>, TreatedRole> found;
  for (const Site& site : sites) {
    const std::string how =
        treatment_text(run.experiment.format_names, site, run.experiment.policy.policy.resolve(site));
    TreatedRole& role = found.try_emplace({site.role, how}, TreatedRole{site.role, how, {}}).first->second;
    role.sites.push_back(site);
  }
  std::vector<TreatedRole> roles;
  for (auto& [key, role] : found) roles.push_back(std::move(role));
  return roles;
}

/// The batch leaves the first dimension, or, where positions of all samples stand in it, divides it.
Shape of_one_sample(Shape shape, std::size_t samples) {
  if (shape.empty() || shape.front() % samples != 0) return shape;
  if (shape.front() == samples && shape.size() > 1)
    shape.erase(shape.begin());
  else
    shape.front() /= samples;
  return shape;
}

NetworkOperation operation_of(const Prepared& run, const TracedOperation& traced) {
  const std::size_t samples = run.dry_step.samples;
  NetworkOperation o;
  o.layer = traced.layer;
  o.op = traced.op;
  o.parameters = traced.parameters;
  for (const Shape& shape : traced.inputs) o.inputs.push_back(of_one_sample(shape, samples));
  o.output = of_one_sample(traced.output, samples);
  o.forward_macs = traced.forward_macs / samples;
  o.backward_macs = traced.backward_macs / samples;
  o.roles = treated(run, traced.sites);
  return o;
}

Json json_of(const std::vector<TreatedRole>& roles) {
  Json all = Json::array();
  for (const TreatedRole& role : roles) {
    Json sites = Json::array();
    for (const Site& site : role.sites) sites.push_back(site.name());
    all.push_back({{"role", name_of(role.role)}, {"how", role.how}, {"sites", sites}});
  }
  return all;
}

Json json_of(const NetworkOperation& o) {
  Json parameters = Json::object();
  std::size_t count = 0;
  for (const auto& [name, elements] : o.parameters) parameters[name] = elements, count += elements;
  return {{"layer", o.layer},
          {"op", o.op},
          {"inputs", o.inputs},
          {"output", o.output},
          {"parameters", parameters},
          {"parameters_count", count},
          {"forward_macs_count", o.forward_macs},
          {"backward_macs_count", o.backward_macs},
          {"roles", json_of(o.roles)}};
}

}  // namespace

Network network_of(const Prepared& run) {
  Network network;
  std::set<Site> seen;
  std::map<std::string, std::size_t> parameters;
  for (const TracedOperation& traced : run.dry_step.operations) {
    network.operations.push_back(operation_of(run, traced));
    network.forward_macs += network.operations.back().forward_macs;
    network.backward_macs += network.operations.back().backward_macs;
    parameters.insert(traced.parameters.begin(), traced.parameters.end());
    seen.insert(traced.sites.begin(), traced.sites.end());
  }
  for (const auto& [name, elements] : parameters) network.parameters_count += elements;
  std::vector<Site> data, updates;
  for (const Site& site : run.dry_step.sites)
    if (!seen.contains(site)) (site.layer == "input" ? data : updates).push_back(site);
  network.data = treated(run, data);
  network.updates = treated(run, updates);
  return network;
}

Json json_of(const Network& network) {
  Json operations = Json::array();
  for (const NetworkOperation& o : network.operations) operations.push_back(json_of(o));
  return {{"operations", operations},
          {"data", json_of(network.data)},
          {"updates", json_of(network.updates)},
          {"parameters_count", network.parameters_count},
          {"forward_macs_count", network.forward_macs},
          {"backward_macs_count", network.backward_macs}};
}

}  // namespace exmy
