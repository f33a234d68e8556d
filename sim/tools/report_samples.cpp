#include "sim/tools/report_samples.hpp"

#include "sim/base/document.hpp"
#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/text.hpp"
#include "sim/quant/policy.hpp"

namespace exmy {
namespace {

constexpr std::size_t largest_report = std::size_t{1} << 28;

std::string text_of(const std::filesystem::path& path) {
  try {
    return read_file(path, largest_report);
  } catch (const IoError& error) {  // an input: the user's to repair
    throw UsageError(error.what());
  }
}

std::string name_of(const Json& tensor) {
  std::string name;
  for (const char* key : {"layer", "op", "pass", "role"})
    name += (name.empty() ? "" : "/") + tensor.at(key).get<std::string>();
  return name;
}

std::vector<NamedSample> samples_of(const Json& report, const std::string& glob) {
  std::vector<NamedSample> samples;
  for (const Json& tensor : report.at("tensors")) {
    if (!tensor.contains("exponent_histogram") || !glob_matches(glob, name_of(tensor))) continue;
    const Json& before = tensor.at("exponent_histogram").at("before");
    const auto counts = before.at("counts").get<std::vector<std::uint64_t>>();
    if (counts.empty()) continue;
    const auto zeros = tensor.at("counters").at("zero_in_count").get<std::uint64_t>();
    samples.push_back(
        {name_of(tensor), Sample::of_histogram(before.at("first_exponent").get<int>(), counts, zeros)});
  }
  return samples;
}

}  // namespace

std::vector<NamedSample> samples_of_report(const std::filesystem::path& path, const std::string& glob) {
  const std::filesystem::path file = std::filesystem::is_directory(path) ? path / "report.json" : path;
  const Document document = Document::parse(text_of(file), file.string());
  std::vector<NamedSample> samples;
  try {
    samples = samples_of(document.value(), glob);
  } catch (const Json::exception& error) {
    throw UsageError(printable(file.string()) + ": not the report of a run: " + error.what());
  }
  if (samples.empty())
    throw UsageError(printable(file.string()) + ": no exponent histogram at a place that matches " +
                     in_quotes(glob));
  return samples;
}

}  // namespace exmy
