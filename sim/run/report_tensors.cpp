#include "sim/config/names.hpp"
#include "sim/run/report.hpp"

namespace exmy {
namespace {

bool applies(Counter counter, Role role) {
  if (counter == Counter::swamped) return role == Role::accumulator;
  if (counter == Counter::update_lost) return role == Role::master_weight;
  return true;
}

Json counters_at(const Counters& c, Role role) {
  Json out = counters_json(c);
  for (const Counter only : {Counter::swamped, Counter::update_lost}) {
    if (applies(only, role)) continue;
    const std::string name(counter_names[static_cast<std::size_t>(only)]);
    out.erase(name + "_count");
    out.erase(name + "_fraction");
  }
  return out;
}

Json series_of(const std::vector<std::uint64_t>& steps, const std::vector<Counters>& series, Role role) {
  Json out;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (series[i][Counter::total] == 0) continue;
    out["step"].push_back(steps[i] + 1);  // steps done when the interval closed
    for (std::size_t c = 0; c < counters_count; ++c)
      if (applies(static_cast<Counter>(c), role))
        out[std::string(counter_names[c]) + "_count"].push_back(series[i].counts[c]);
  }
  return out;
}

Json histogram_json(const ExponentHistogram& h) {
  const auto [first, counts] = h.trimmed();
  return {{"first_exponent", first}, {"counts", counts}};
}

Json scale_json(const Scale& s) {
  return {{"granularity", "tensor"}, {"source", "static"}, {"value", s.value}};
}

Json tensor_json(const FormatNames& names, const Site& site, const SiteRecord& r,
                 const std::vector<std::uint64_t>& steps) {
  const Projection& p = r.treatment.quantizer.projection;
  Json out{{"layer", site.layer},
           {"op", site.op},
           {"pass", name_of(site.pass)},
           {"role", name_of(site.role)},
           {"format", names.name(p.format)},
           {"rounding", word_of(rounding_names, p.rounding)},
           {"saturation", word_of(saturation_names, p.saturation)},
           {"counters", counters_at(r.total, site.role)}};
  if (is_stochastic(p.rounding)) out["random_bits"] = p.random_bits;
  if (r.treatment.quantizer.scale.granularity != Granularity::none)
    out["scale"] = scale_json(r.treatment.quantizer.scale);
  if (site.role == Role::accumulator) out["order"] = word_of(order_names, r.treatment.order);
  if (site.role == Role::accumulator && r.treatment.order == Order::block)
    out["block"] = {{"terms", r.treatment.block->terms}, {"fraction_bits", r.treatment.block->fraction_bits}};
  if (site.role == Role::accumulator && r.treatment.has_outer()) {
    out["chunk"] = r.treatment.chunk;
    out["outer"] = {{"format", names.name(r.treatment.outer.format)},
                    {"rounding", word_of(rounding_names, r.treatment.outer.rounding)},
                    {"saturation", word_of(saturation_names, r.treatment.outer.saturation)}};
  }
  if (const KernelCounts kernels = r.kernels.counts(); !kernels.empty())
    out["kernels"] = kernels_json(kernels);
  if (Json series = series_of(steps, r.series, site.role); !series.is_null())
    out["series"] = std::move(series);
  if (!r.before.empty() || !r.after.empty())
    out["exponent_histogram"] = {{"before", histogram_json(r.before)}, {"after", histogram_json(r.after)}};
  return out;
}

}  // namespace

Json counters_json(const Counters& c) {
  Json out;
  const std::uint64_t total = c[Counter::total];
  for (std::size_t i = 0; i < counters_count; ++i) {
    const std::string name(counter_names[i]);
    out[name + "_count"] = c.counts[i];
    if (static_cast<Counter>(i) != Counter::total && total > 0)
      out[name + "_fraction"] = static_cast<double>(c.counts[i]) / static_cast<double>(total);
  }
  return out;
}

Json kernels_json(const KernelCounts& kernels) {
  Json out = Json::array();
  for (const auto& [text, count] : kernels) out.push_back({{"kernel", text}, {"products_count", count}});
  return out;
}

Json tensors_of(const FormatNames& names, const Telemetry& telemetry) {
  Json out = Json::array();
  for (const auto& [site, record] : telemetry.records())
    if (record.total[Counter::total] > 0)
      out.push_back(tensor_json(names, site, record, telemetry.series_steps()));
  return out;
}

}  // namespace exmy
