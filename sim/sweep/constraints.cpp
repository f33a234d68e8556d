#include "sim/sweep/constraints.hpp"

#include <optional>

#include "sim/base/json_text.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"
#include "sim/sweep/expression.hpp"

namespace exmy {
namespace {

FormatNames formats_of(const Document& base) {
  std::vector<Problem> ignored;  // they are reported when a run is prepared
  ObjectReader reader(base, "", ignored);
  FormatNames names;
  names.define(reader.object("formats"));
  return names;
}

std::string trimmed(std::string text) {
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

std::string complaint(const mu::ParserError& error, const std::vector<std::string>& names) {
  const std::string token = trimmed(error.GetToken());
  const mu::EErrorCodes code = error.GetCode();
  const bool is_name = code == mu::ecUNASSIGNABLE_TOKEN && ConstraintParser::is_variable_name(token);
  std::string text = "unexpected " + in_quotes(token);
  if (is_name) text = "unknown name " + in_quotes(token) + ' ' + did_you_mean(token, names);
  if (code == mu::ecUNEXPECTED_EOF || code == mu::ecEMPTY_EXPRESSION) text = "the expression ends too early";
  if (code == mu::ecMISSING_PARENS) text = "a parenthesis is not closed";
  if (code == mu::ecUNTERMINATED_STRING) text = "a quote is not closed";
  if (code == mu::ecTOO_MANY_PARAMS) text = "too many arguments of " + in_quotes(token);
  if (code == mu::ecTOO_FEW_PARAMS) text = "too few arguments of " + in_quotes(token);
  if (error.GetPos() < 0) return text;
  return text + ", at character " + std::to_string(error.GetPos() + 1);
}

/// Texts in quotes, so that they are known when an expression asks for their format.
void collect_texts(const std::string& expression, ConstraintTexts& texts) {
  for (std::size_t open = expression.find('"'); open != std::string::npos;) {
    const std::size_t close = expression.find('"', open + 1);
    if (close == std::string::npos) return;
    (void)texts.box(expression.substr(open + 1, close - open - 1));
    open = expression.find('"', close + 1);
  }
}

std::string shown(const Combination& combination) {
  std::string text;
  for (const auto& [name, value] : combination.parameters)
    text += (text.empty() ? "" : ", ") + name + " = " + compact_text(value);
  return printable(text, 200);
}

}  // namespace

struct Constraints::Variables {
  ConstraintTexts texts;
  std::vector<std::string> names;  ///< of all parameters, in order
  std::vector<double> values;

  void set(std::size_t i, const Json& value) {
    if (value.is_boolean())
      values[i] = value.get<bool>() ? 1 : 0;
    else
      values[i] = value.is_number() ? value.get<double>() : texts.box(value);
  }
};

struct Constraints::Expression {
  Value place;
  ConstraintParser parser;
  bool broken = false;

  void complain(const std::string& message) {
    place.problem(codes::bad_constraint, message);
    broken = true;
  }
};

Constraints::Constraints(const SweepContext& context, const std::vector<Value>& expressions,
                         const std::vector<std::string>& parameters)
    : variables_(new Variables{ConstraintTexts(formats_of(context.paths.document())), parameters,
                               std::vector<double>(parameters.size())}) {
  for (const Value& place : expressions) compile(place);
}

Constraints::~Constraints() = default;

void Constraints::compile(const Value& place) {
  const std::string text = place.text();
  if (!place.json().is_string()) return;
  auto& [texts, names, values] = *variables_;
  expressions_.push_back(std::make_unique<Expression>(Expression{place, ConstraintParser(texts)}));
  Expression& expression = *expressions_.back();
  std::vector<std::string> known;
  try {
    collect_texts(text, texts);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!ConstraintParser::is_variable_name(names[i])) continue;
      expression.parser.DefineVar(names[i], &values[i]);
      known.push_back(names[i]);
    }
    for (const std::string& name : ConstraintParser::function_names()) known.push_back(name);
    expression.parser.SetExpr(text);
    (void)expression.parser.Eval();
    if (expression.parser.GetNumResults() != 1) expression.complain("a comma outside of a function");
  } catch (const mu::ParserError& error) {
    expression.complain(complaint(error, known));
  } catch (const ValueMisfit&) {
    return;  // of the values, which are not there yet
  }
}

bool Constraints::hold(const Combination& combination) {
  for (const auto& expression : expressions_)
    if (expression->broken) return false;
  bool all = true;
  for (const auto& expression : expressions_) all = holds(*expression, combination) && all;
  return all;
}

bool Constraints::holds(Expression& expression, const Combination& combination) {
  try {
    for (std::size_t i = 0; i < combination.parameters.size(); ++i)
      variables_->set(i, combination.parameters[i].second);
    const double result = expression.parser.Eval();
    if (!is_text(result)) return result == result && result != 0;
    expression.complain("the result is a text, neither true nor false");
  } catch (const ValueMisfit& error) {
    expression.complain(error.what() + (", where " + shown(combination)));
  }
  return false;
}

}  // namespace exmy
