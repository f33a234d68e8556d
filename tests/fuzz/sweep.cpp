// Sweeps: refused with problems, or a list of runs within run_cap, whose changes can be applied or are refused.

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "sim/base/overrides.hpp"
#include "sim/sweep/sweep.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace exmy;
using fuzz::require;

constexpr std::string_view base =
    R"({"model": {"kind": "mlp", "hidden": [8]}, "data": {"kind": "digits"}, "training": {"steps": 3,
        "optimizer": {"kind": "sgd", "lr": 0.1}}, "policy": [{"match": {"role": "weight"}, "format": "e5m2"}]})";

/// The base configuration in a file of this process.
class BaseFile {
 public:
  BaseFile() {
    const int descriptor = ::mkstemp(path.data());
    require(descriptor >= 0, "there is room for a temporary file");
    ::close(descriptor);
    std::ofstream(path) << base;
  }
  ~BaseFile() { ::unlink(path.c_str()); }
  std::string path = "/tmp/exmy-fuzz-sweep-XXXXXX";
};

/// Many draws take long and show nothing new.
void limit(Document& sweep, const std::string& file) {
  sweep.set("/base", file, command_line());
  const Json* const count = sweep.find("/count");
  if (count != nullptr && count->is_number() && count->get<double>() > 20)
    sweep.set("/count", 20, command_line());
}

void check(const Sweep& sweep, const std::vector<Problem>& problems) {
  require(problems.empty() != sweep.runs.empty(), "either problems or runs");
  if (!problems.empty()) return;
  require(sweep.runs.size() <= sweep.resolved["run_cap"].get<std::size_t>(), "no more runs than run_cap");
  for (std::size_t i = 0; i < sweep.runs.size() && i < 8; ++i) {
    Document document = Document::parse(base, "base");
    try {
      apply_overrides(document, sweep.runs[i].assignments);
    } catch (const ConfigError& error) {  // one value of a parameter is a list, another is none
      require(!error.problems().empty(), "a refusal has a problem");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const BaseFile file;
  try {
    Document document = Document::parse(exmy::fuzz::text_of(data, size), "sweep");
    if (!document.value().is_object()) return 0;
    limit(document, file.path);
    std::vector<Problem> problems;
    const Sweep sweep = read_sweep(document, "fuzzed", problems);
    check(sweep, problems);
  } catch (const ConfigError& error) {
    require(!error.problems().empty(), "a refusal has a problem");
  }
  return 0;
}
