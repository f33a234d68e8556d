#include <cmath>
#include <limits>

#include "sim/base/pointer.hpp"
#include "sim/base/reading.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

const Json null_value;

std::string description(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  if (value.is_string()) return "the string " + in_quotes(value.get_ref<const std::string&>());
  return value.dump();
}

// The integer that `value` stands for, if T holds it. A float beyond 2^53 stands for many integers, so for
// none.
template <std::integral T>
std::optional<T> exact_integer(const Json& value) {
  const auto held = [](auto x) {
    return std::in_range<T>(x) ? std::optional(static_cast<T>(x)) : std::nullopt;
  };
  if (value.is_number_unsigned()) return held(value.get<std::uint64_t>());
  if (value.is_number_integer()) return held(value.get<std::int64_t>());
  const double x = value.get<double>();
  return std::fabs(x) <= 0x1p53 ? held(static_cast<std::int64_t>(x)) : std::nullopt;
}

// What `range` leaves of the integers that T holds.
template <std::integral T>
std::string accepted_text(const Range& range) {
  using Limits = std::numeric_limits<T>;
  const bool low = range.low >= static_cast<double>(Limits::min());
  const bool high = range.high < static_cast<double>(Limits::max());
  return (low && range.low_open ? " in (" : " in [") +
         std::to_string(low ? static_cast<T>(range.low) : Limits::min()) + ", " +
         std::to_string(high ? static_cast<T>(range.high) : Limits::max()) +
         (high && range.high_open ? ')' : ']');
}

bool has_fraction(const Json& value) {
  return value.is_number_float() && value.get<double>() != std::floor(value.get<double>());
}

}  // namespace

Value::Value(std::shared_ptr<Reading> reading, std::string pointer, const Json* given, Json* resolved,
             bool muted)
    : reading_(std::move(reading)),
      pointer_(std::move(pointer)),
      given_(given),
      resolved_(resolved),
      muted_(muted) {}

const Json& Value::json() const { return given_ == nullptr ? null_value : *given_; }

std::string Value::key() const {
  const auto tokens = pointer_tokens(pointer_);
  return tokens.empty() ? "" : tokens.back();
}

double Value::number(const Range& range) const {
  if (!json().is_number()) {
    expected(codes::wrong_type, "a number" + range.text());
    return range.member();
  }
  const double x = json().get<double>();
  if (!range.contains(x)) {
    expected(codes::out_of_range, "a number" + range.text());
    return range.member();
  }
  resolve(x);
  return x;
}

template <std::integral T>
T Value::integer(const Range& range) const {
  const T stand_in = static_cast<T>(range.member());
  if (!json().is_number() || has_fraction(json())) {
    expected(codes::wrong_type, "an integer" + range.text());
    return stand_in;
  }
  const std::optional<T> x = exact_integer<T>(json());
  if (x && range.contains(static_cast<double>(*x))) {
    resolve(*x);
    return *x;
  }
  const double size = std::fabs(json().get<double>());
  const bool wants_digits = json().is_number_float() && size > 0x1p53 && size < 0x1p64;
  const std::string hint = wants_digits ? ", beyond 2^53 with all its digits" : "";
  expected(codes::out_of_range, "an integer" + (x ? range.text() : accepted_text<T>(range)) + hint);
  return stand_in;
}

template std::int32_t Value::integer(const Range&) const;
template std::int64_t Value::integer(const Range&) const;
template std::uint32_t Value::integer(const Range&) const;
template std::uint64_t Value::integer(const Range&) const;

bool Value::boolean() const {
  if (!json().is_boolean()) {
    expected(codes::wrong_type, "true or false");
    return false;
  }
  resolve(json());
  return json().get<bool>();
}

std::string Value::text() const {
  if (!json().is_string()) {
    expected(codes::wrong_type, "a string");
    return "";
  }
  resolve(json());
  return json().get<std::string>();
}

ObjectReader Value::object() const {
  if (!exists() || json().is_object()) return ObjectReader(*this);
  expected(codes::wrong_type, "an object");
  return ObjectReader(Value(reading_, pointer_, nullptr, resolved_, true));
}

std::vector<Value> Value::array(const Range& length) const {
  if (!json().is_array()) {
    expected(codes::wrong_type, "an array");
    return {};
  }
  if (!length.contains(static_cast<double>(json().size()))) {
    problem(codes::out_of_range, "expected an array with a number of elements" + length.text() + ", got " +
                                     std::to_string(json().size()));
    return {};
  }
  return elements();
}

std::vector<Value> Value::one_or_more() const {
  if (json().is_array()) return elements();
  if (!resolved_->is_array()) *resolved_ = Json::array({nullptr});
  return {Value(reading_, pointer_, given_, &(*resolved_)[0], muted_)};
}

std::vector<Value> Value::elements() const {
  const std::size_t size = json().size();
  // Not again when read a second time: values of the first time point into it.
  if (!resolved_->is_array() || resolved_->size() != size) *resolved_ = Json::array_t(size);
  std::vector<Value> values;
  for (std::size_t i = 0; i < size; ++i) {
    values.push_back(inside(std::to_string(i), &json()[i], &(*resolved_)[i]));
  }
  return values;
}

void Value::problem(std::string_view code, const std::string& message) const {
  if (muted_) return;
  reading_->problems->push_back({std::string(code), reading_->document->origin(pointer_), pointer_, message});
}

Value Value::inside(const std::string& token, const Json* given, Json* resolved) const {
  return {reading_, pointer_to(pointer_, token), given, resolved, muted_};
}

std::size_t Value::index_in(const std::vector<std::string>& names) const {
  if (names.empty()) throw std::logic_error("no name is known for " + pointer_);
  if (!json().is_string()) {
    expected(codes::wrong_type, "a string");
    return 0;
  }
  const auto& name = json().get_ref<const std::string&>();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != name) continue;
    resolve(name);
    return i;
  }
  problem(codes::unknown_name, "unknown " + noun() + ' ' + in_quotes(name) + ' ' + did_you_mean(name, names));
  return 0;
}

// What a value is called in a message: its key, or that of the array around it.
std::string Value::noun() const {
  auto tokens = pointer_tokens(pointer_);
  while (!tokens.empty() && array_index(tokens.back())) tokens.pop_back();
  return tokens.empty() ? "name" : printable(tokens.back(), 60);
}

void Value::resolve(Json value) const { *resolved_ = std::move(value); }

void Value::expected(std::string_view code, const std::string& what) const {
  problem(code, "expected " + what + ", got " + description(json()));
}

}  // namespace exmy
