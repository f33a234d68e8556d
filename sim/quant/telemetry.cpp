#include "sim/quant/telemetry.hpp"

#include <algorithm>

namespace exmy {
namespace {

using Integers = std::vector<std::uint64_t>;

void visit_counters(NumbersVisitor& visitor, const std::string& name, std::vector<Counters>& all) {
  Integers flat;
  for (const Counters& c : all) flat.insert(flat.end(), c.counts.begin(), c.counts.end());
  visitor.integers(name, flat);
  all.resize(flat.size() / counters_count);
  for (std::size_t i = 0; i < all.size(); ++i)
    std::copy_n(flat.begin() + static_cast<std::ptrdiff_t>(i * counters_count), counters_count,
                all[i].counts.begin());
}

void visit_counters(NumbersVisitor& visitor, const std::string& name, Counters& one) {
  std::vector<Counters> list{one};
  visit_counters(visitor, name, list);
  list.resize(1);
  one = list[0];
}

void visit_histogram(NumbersVisitor& visitor, const std::string& name, ExponentHistogram& histogram) {
  Integers packed = histogram.packed();
  visitor.integers(name, packed);
  histogram.unpack(packed);
}

void visit_kernels(NumbersVisitor& visitor, const std::string& name, KernelUses& kernels) {
  KernelColumns one;
  one.add(kernels);
  one.visit(visitor, name);
  const std::vector<KernelUses> seen = one.places();
  if (!seen.empty()) kernels = seen.front();
}

void visit_record(NumbersVisitor& visitor, const std::string& site, SiteRecord& record) {
  const std::string prefix = "telemetry/" + site + "/";
  visit_counters(visitor, prefix + "total", record.total);
  visit_counters(visitor, prefix + "interval", record.interval);
  visit_counters(visitor, prefix + "series", record.series);
  visit_histogram(visitor, prefix + "before", record.before);
  visit_histogram(visitor, prefix + "after", record.after);
  if (site_of(site)->role == Role::accumulator) visit_kernels(visitor, prefix + "kernels", record.kernels);
}

}  // namespace

void Telemetry::close_interval(std::uint64_t step) {
  series_steps_.push_back(step);
  for (auto& [site, record] : records_) {
    record.series.resize(series_steps_.size() - 1);  // a site may appear late
    record.series.push_back(record.interval);
    record.interval = {};
  }
}

void Telemetry::visit(NumbersVisitor& visitor, const RecordOf& record_of) {
  std::string sites;
  for (const auto& [site, record] : records_) sites += site.name() + "\n";
  visitor.text("telemetry.sites", sites);
  for (const std::string& name : lines_of(sites))
    if (const auto site = site_of(name))
      if (SiteRecord* record = record_of(*site)) visit_record(visitor, name, *record);
  visitor.integers("telemetry.series_steps", series_steps_);
  visitor.integer("telemetry.projections", projections);
  visitor.integer("telemetry.casts.count", casts.count);
  visitor.integer("telemetry.casts.bits_in", casts.bits_in);
  visitor.integer("telemetry.casts.bits_out", casts.bits_out);
  const Profile::Reading now = reading();  // before multiply-adds are replaced
  visit_macs(visitor);
  profile_.visit(now, visitor);
}

Profile::Reading Telemetry::reading() const {
  Profile::Reading now{std::chrono::steady_clock::now(), projections, 0};
  for (const auto& [formats, count] : macs) now.macs += count;
  return now;
}

void Telemetry::visit_macs(NumbersVisitor& visitor) {
  std::string keys;
  Integers counts;
  for (const auto& [key, count] : macs) {
    keys += key.a + "\n" + key.b + "\n" + key.accumulator + "\n";
    counts.push_back(count);
  }
  visitor.text("telemetry.macs.formats", keys);
  visitor.integers("telemetry.macs.counts", counts);
  macs.clear();
  const std::vector<std::string> names = lines_of(keys);
  for (std::size_t i = 0; i < counts.size() && 3 * i + 2 < names.size(); ++i)
    macs[{names[3 * i], names[3 * i + 1], names[3 * i + 2]}] = counts[i];
}

}  // namespace exmy
