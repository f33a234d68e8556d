// Names of formats: any text is a format whose name reads back to it, or an error that says why not.

#include <stdexcept>
#include <string>

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "formats/name_grammar.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace exmy;
using fuzz::require;

bool refused(std::string_view name) {
  try {
    (void)format_of(name);
    return false;
  } catch (const std::invalid_argument& error) {
    require(!std::string_view(error.what()).empty(), "an error has a text");
    return true;
  }
}

/// What the grammar alone reads and `format_of` refuses is what `problem_of` complains about.
void check_refused(std::string_view name) {
  try {
    require(!problem_of(parse_format_name(name)).empty(), "a name is refused for a problem of its format");
  } catch (const std::invalid_argument&) {
    return;  // no name of the grammar
  }
}

void check_accepted(std::string_view name) {
  const Format format = format_of(name);
  require(problem_of(format).empty(), "an accepted format is admissible");
  const std::string spelled = name_of(format);
  require(!spelled.empty(), "a format that was named has a name");
  require(format_of(spelled) == format, "the name of a format reads back to it");
  require(name_of(format_of(spelled)) == spelled, "a name that was found is found again");
  require(format.bits() >= 1 && format.bits() <= 64, "a code has 1 to 64 bits");
  require(format.min_positive() > 0 && format.min_positive() <= format.max_finite(),
          "there is a positive value");
  require(encode(format, format.max_finite()) == format.max_finite_code(), "the maximum has its code");
  require(decode(format, format.max_finite_code()) == format.max_finite(), "the maximum's code is it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view name = exmy::fuzz::text_of(data, size);
  if (refused(name))
    check_refused(name);
  else
    check_accepted(name);
  return 0;
}
