#pragma once
// muParser with our own operators, functions and numbers. Internal to constraints.cpp.
// A text is a NaN that carries a hash of it, so that texts and numbers are told apart, and texts can be compared.

#include <muParserBase.h>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/format_reader.hpp"

namespace exmy {

/// An expression that does not fit the values of its names, such as a text where a number is needed.
class ValueMisfit : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The text as a NaN of its own.
double boxed(std::string_view text);
bool is_text(double value);

/// The texts that occur, so that formats can be asked for their facts.
class ConstraintTexts {
 public:
  explicit ConstraintTexts(FormatNames names) : names_(std::move(names)) {}

  /// A string, or anything else as its JSON text. ValueMisfit for two texts with one hash.
  double box(const Json& value);
  /// ValueMisfit for what is no format.
  const Format& format(double value);

 private:
  FormatNames names_;
  std::map<std::uint64_t, Json> values_;
  std::map<std::uint64_t, Format> formats_;
};

/// Evaluation throws mu::ParserError for what cannot be understood, else ValueMisfit.
class ConstraintParser : public mu::ParserBase {
 public:
  /// `texts` must outlive it.
  explicit ConstraintParser(ConstraintTexts& texts);

  static std::vector<std::string> function_names();
  /// Whether an expression can name it.
  static bool is_variable_name(std::string_view name);

 private:
  void InitCharSets() override;
  void InitFun() override;
  void InitConst() override {}
  void InitOprt() override;

  ConstraintTexts* texts_;
};

}  // namespace exmy
