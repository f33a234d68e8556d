#include "sim/run/report_version.hpp"

#include "sim/base/error.hpp"
#include "sim/base/text.hpp"

namespace exmy {

void check_report_version(const Json& report, const std::string& file) {
  const Json found = report.value("schema_version", Json("missing"));
  if (found != report_schema_version)
    throw CorruptFile(printable(file) + ": schema_version is " + printable(found.dump(), 60) +
                      ", this program reads " + std::to_string(report_schema_version));
}

}  // namespace exmy
