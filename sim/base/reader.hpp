#pragma once
// Reading a configuration, one statement per field, all problems at once:
//
//     std::vector<Problem> problems;
//     ObjectReader config(document, "", problems);
//     ObjectReader sgd = config.object("optimizer");
//     const double lr = sgd.number("lr", 0.1, Range::above(0));                    // with a default
//     const auto steps = config.integer<int>("steps", required, Range::at_least(1));
//     const std::optional<double> clip = sgd.number("clip", if_given, Range::above(0));
//     const Mode mode = config.one_of("mode", Mode::fast, modes);                  // a table {name, value}
//     config.finish();                                                             // unknown keys
//     throw_if_any(problems);
//     write(config.resolved());                                                    // every value used
//
// A problem never stops the reading: the call returns a stand-in of the right type and range, and the caller
// goes on to find the next problem. Readers and values share one state, are cheap to copy and may outlive
// each other; the document and the list of problems must outlive them all.
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/base/document.hpp"
#include "sim/base/known.hpp"
#include "sim/base/range.hpp"

namespace exmy {

/// In the place of a default: the key must be there (E205).
struct Required {};
inline constexpr Required required{};

/// In the place of a default: without the key, or with null, there is no value.
struct IfGiven {};
inline constexpr IfGiven if_given{};

/// A default, or `required`.
template <class T>
class Default {
 public:
  Default(T value) : value_(std::move(value)) {}
  Default(const char* text) requires std::same_as<T, std::string> : value_(text) {}
  Default(Required) {}

  bool is_required() const { return !value_; }
  const T& value() const { return *value_; }

 private:
  std::optional<T> value_;
};

/// The same in a template, where T is not to be guessed from what stands in its place.
template <class T>
using DefaultOf = std::type_identity_t<Default<T>>;

struct Reading;
struct OpenObject;
class ObjectReader;

/// A place in the configuration, with what was written there, if anything: an element of an array, a member
/// of an object with free keys, or a value that may have several types. What it is read as becomes part of
/// resolved().
class Value {
 public:
  bool exists() const { return given_ != nullptr; }
  /// As written; null where nothing is. For questions about the type; does not resolve it.
  const Json& json() const;
  const std::string& pointer() const { return pointer_; }
  /// The last token of the pointer: a key, or an index.
  std::string key() const;

  /// Any JSON number (integers too), rounded to binary64 as it was read.
  double number(const Range& range = {}) const;
  /// An integer, or a float with an integral value up to 2^53 (4.0, 1e3); T is one of (u)int32_t,
  /// (u)int64_t.
  template <std::integral T = std::int64_t>
  T integer(const Range& range = {}) const;
  bool boolean() const;
  std::string text() const;
  /// What a known name stands for; see known.hpp.
  template <class Known>
  Choice<Known> one_of(const Known& known) const {
    return value_of(row(known));
  }
  /// The row with the name, of a table that lives long enough.
  template <class Known>
  const auto& row(const Known& known) const {
    return row_at(known, index_in(names_of(known)));
  }
  ObjectReader object() const;
  std::vector<Value> array(const Range& length = {}) const;
  /// An array, or a single value in its place, read as an array of one.
  std::vector<Value> one_or_more() const;

  /// Adds a problem that the caller found with this value.
  void problem(std::string_view code, const std::string& message) const;

 private:
  friend class ObjectReader;
  Value(std::shared_ptr<Reading> reading, std::string pointer, const Json* given, Json* resolved, bool muted);

  Value inside(const std::string& token, const Json* given, Json* resolved) const;
  std::vector<Value> elements() const;
  std::size_t index_in(const std::vector<std::string>& names) const;
  std::string noun() const;
  void resolve(Json value) const;
  void expected(std::string_view code, const std::string& what) const;

  std::shared_ptr<Reading> reading_;
  std::string pointer_;
  const Json* given_;
  Json* resolved_;
  bool muted_;  // below a problem that makes all others meaningless
};

/// An object of the configuration. Every key that is asked for is known; all others are errors at finish().
class ObjectReader {
 public:
  /// The object at `pointer`; if there is none, an empty one.
  ObjectReader(const Document& document, const std::string& pointer, std::vector<Problem>& problems);

  double number(std::string_view key, const Default<double>& fallback, const Range& range = {});
  std::optional<double> number(std::string_view key, IfGiven, const Range& range = {});

  template <std::integral T = std::int64_t>
  T integer(std::string_view key, const DefaultOf<T>& fallback, const Range& range = {});
  template <std::integral T = std::int64_t>
  std::optional<T> integer(std::string_view key, IfGiven, const Range& range = {});
  /// All of [0, 2^64).
  std::uint64_t unsigned64(std::string_view key, const Default<std::uint64_t>& fallback);

  bool boolean(std::string_view key, const Default<bool>& fallback);
  std::string text(std::string_view key, const Default<std::string>& fallback);
  std::optional<std::string> text(std::string_view key, IfGiven);

  /// What a name of `known` (see known.hpp) stands for; the default is such a value. After an unknown name
  /// under the key `kind` the object is not looked at any further, since its keys follow from its kind.
  template <class Known>
  Choice<Known> one_of(std::string_view key, const Default<Choice<Known>>& fallback, const Known& known);
  template <class Known>
  std::optional<Choice<Known>> one_of(std::string_view key, IfGiven, const Known& known);
  /// The row of a table, of any type with a `name`; the default is a name.
  template <class Known>
  const auto& row(std::string_view key, const Default<std::string>& fallback, const Known& known) {
    return row_at(known, index_in(key, fallback, names_of(known)));
  }

  /// The object under `key`; without the key one that is empty, so that its fields take their defaults.
  ObjectReader object(std::string_view key);
  ObjectReader object(std::string_view key, Required);
  std::optional<ObjectReader> object(std::string_view key, IfGiven);

  /// The elements of an array; none without the key. `length` bounds their number.
  std::vector<Value> array(std::string_view key, const Range& length = {});
  std::vector<Value> array(std::string_view key, Required, const Range& length = {});
  /// The same where a single value may stand for an array of one.
  std::vector<Value> one_or_more(std::string_view key);
  /// A string, or an array of strings.
  std::vector<std::string> texts(std::string_view key, const Default<std::vector<std::string>>& fallback);
  std::vector<double> numbers(std::string_view key, const Default<std::vector<double>>& fallback,
                              const Range& range = {});
  template <std::integral T = std::int64_t>
  std::vector<T> integers(std::string_view key, const DefaultOf<std::vector<T>>& fallback,
                          const Range& range = {});

  /// The value under `key`, whatever its type, and whether or not it is there.
  Value value(std::string_view key);
  /// All members, sorted by key, of an object with free keys.
  std::vector<Value> members();
  /// Whether the key is there (null counts); it is then known.
  bool has(std::string_view key);
  /// What stands under the key, unchecked, null if nothing; resolved as it stands.
  const Json& raw(std::string_view key);

  const std::string& pointer() const { return self_.pointer(); }
  /// Adds a problem that the caller found with the value of `key`, or with the object.
  void problem(std::string_view code, std::string_view key, const std::string& message);
  void problem(std::string_view code, const std::string& message) const { self_.problem(code, message); }

  /// Reports every key that nobody asked for, here and in all objects opened below. Once, after all
  /// reading.
  void finish();

  /// The object with every value that was used, given or default, in its canonical type: 1 read as a number
  /// is 1.0, 1e3 read as an integer 1000, one string read as an array an array. Without meaning after a
  /// problem.
  const Json& resolved() const;

 private:
  friend class Value;
  explicit ObjectReader(Value self);

  Value member(const std::string& key, const Json* given) const;
  Value missing(Value value) const;
  std::size_t index_in(std::string_view key, const Default<std::string>& fallback,
                       const std::vector<std::string>& names);
  /// The value under `key` as `read` reads it, or the default.
  template <class T, class Read>
  T read(std::string_view key, const Default<T>& fallback, Read read);
  template <class T, class Read>
  std::optional<T> read(std::string_view key, IfGiven, Read read);

  Value self_;
  OpenObject* open_;
};

template <class T, class Read>
T ObjectReader::read(std::string_view key, const Default<T>& fallback, Read read) {
  const Value found = value(key);
  if (found.exists()) return read(found);
  if (fallback.is_required()) return read(missing(found));
  found.resolve(fallback.value());
  return fallback.value();
}

template <class T, class Read>
std::optional<T> ObjectReader::read(std::string_view key, IfGiven, Read read) {
  const Value found = value(key);
  if (found.json().is_null()) return std::nullopt;
  return read(found);
}

template <std::integral T>
T ObjectReader::integer(std::string_view key, const DefaultOf<T>& fallback, const Range& range) {
  return read(key, fallback, [&](const Value& found) { return found.integer<T>(range); });
}

template <std::integral T>
std::optional<T> ObjectReader::integer(std::string_view key, IfGiven, const Range& range) {
  return read<T>(key, if_given, [&](const Value& found) { return found.integer<T>(range); });
}

template <std::integral T>
std::vector<T> ObjectReader::integers(std::string_view key, const DefaultOf<std::vector<T>>& fallback,
                                      const Range& range) {
  return read(key, fallback, [&](const Value& found) {
    std::vector<T> integers;
    for (const Value& element : found.array()) integers.push_back(element.integer<T>(range));
    return integers;
  });
}

template <class Known>
Choice<Known> ObjectReader::one_of(std::string_view key, const Default<Choice<Known>>& fallback,
                                   const Known& known) {
  if (fallback.is_required()) return value_of(row(key, required, known));
  for (const auto& candidate : known) {
    if (value_of(candidate) == fallback.value()) return value_of(row(key, name_of(candidate), known));
  }
  throw std::logic_error("the default of " + std::string(key) + " is not among the known values");
}

template <class Known>
std::optional<Choice<Known>> ObjectReader::one_of(std::string_view key, IfGiven, const Known& known) {
  const Value found = value(key);
  if (found.json().is_null()) return std::nullopt;
  return value_of(row(key, required, known));
}

}  // namespace exmy
