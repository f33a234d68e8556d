#pragma once
// report.json: what a reader needs to understand a run without the program.

#include "sim/run/trainer.hpp"
#include "sim/run/warnings.hpp"

namespace exmy {

/// What a report is made of, beside the trace and the counters.
struct ReportInput {
  const Experiment* experiment;
  std::string run_id;
  std::string started_at;
  std::string config_sha256;
  std::vector<std::string> config_files, overrides;
  Json provenance;
  std::vector<Warning> warnings;
  std::vector<Site> sites;
  std::uint64_t peak_rss_bytes = 0;  ///< of the process; 0: not measured, and left out
  const Dataset* data = nullptr;     ///< null: not described
};

/// The report, valid against experiments/schema/report.schema.json.
Json report_of(const ReportInput& input, const Trace& trace, const Telemetry& telemetry);

/// Parts, each in a file of its own. All parameters of a format and its derived facts.
Json format_facts(const std::string& name, const Format& format);
/// Every format that some site uses, by name.
Json formats_of(const Experiment& experiment, const std::vector<Site>& sites);
Json tensors_of(const FormatNames& names, const Telemetry& telemetry);
/// Samples, and the vocabulary of a text.
Json data_facts(const Dataset& data);
/// What each operation cost, and what belongs to none: time and its part of the run's, the same of projections and of
/// multiply-adds; and which kernels computed its products, in the words of tensors_of.
Json operations_of(const Profile& profile);
Json counters_json(const Counters& counters);
/// Of a tensor or an operation.
Json kernels_json(const KernelCounts& kernels);

}  // namespace exmy
