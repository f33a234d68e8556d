#include "sim/base/reader.hpp"

#include <algorithm>

#include "sim/base/pointer.hpp"
#include "sim/base/reading.hpp"
#include "sim/base/suggest.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

constexpr int max_unknown_keys = 20;  // of one object, then only how many more

bool is_inside(const std::string& pointer, const std::string& outer) {
  return pointer.starts_with(outer) && (pointer.size() == outer.size() || pointer[outer.size()] == '/');
}

void ask(OpenObject& object, std::string_view key) {
  const bool is_new = std::find(object.asked.begin(), object.asked.end(), key) == object.asked.end();
  if (is_new) object.asked.emplace_back(key);
}

bool is_unknown(const OpenObject& object, const std::string& key) {
  return std::find(object.asked.begin(), object.asked.end(), key) == object.asked.end();
}

void report_unknown_keys(Reading& reading, const std::string& pointer, const OpenObject& object) {
  int unknown = 0;
  for (auto member = object.given->begin(); member != object.given->end(); ++member) {
    if (!is_unknown(object, member.key()) || ++unknown > max_unknown_keys) continue;
    const std::string at = pointer_to(pointer, member.key());
    const std::string hint = did_you_mean(member.key(), object.asked);
    reading.problems->push_back(
        {std::string(codes::unknown_key), reading.document->key_origin(at), at,
         "unknown key " + in_quotes(member.key()) + (hint.empty() ? "" : ' ' + hint)});
  }
  if (unknown <= max_unknown_keys) return;
  const std::string more = std::to_string(unknown - max_unknown_keys) + " more unknown keys";
  reading.problems->push_back(
      {std::string(codes::unknown_key), reading.document->origin(pointer), pointer, more});
}

}  // namespace

ObjectReader::ObjectReader(const Document& document, const std::string& pointer,
                           std::vector<Problem>& problems)
    : ObjectReader([&] {
        auto reading = std::make_shared<Reading>(Reading{&document, &problems, {}, {}});
        Json* const resolved = &reading->resolved;
        return Value(std::move(reading), pointer, document.find(pointer), resolved, false).object();
      }()) {}

ObjectReader::ObjectReader(Value self) : self_(std::move(self)) {
  open_ = &self_.reading_->objects[self_.pointer()];
  open_->given = self_.given_;
  open_->muted = open_->muted || self_.muted_;
  if (!self_.resolved_->is_object()) self_.resolve(Json::object());
}

// Reports the missing value; then it is muted, so that reading it yields a stand-in and no second problem.
Value ObjectReader::missing(Value value) const {
  value.problem(codes::missing_key, "the key " + in_quotes(value.key()) + " is missing");
  value.muted_ = true;
  return value;
}

double ObjectReader::number(std::string_view key, const Default<double>& fallback, const Range& range) {
  return read(key, fallback, [&](const Value& found) { return found.number(range); });
}

std::optional<double> ObjectReader::number(std::string_view key, IfGiven, const Range& range) {
  return read<double>(key, if_given, [&](const Value& found) { return found.number(range); });
}

std::uint64_t ObjectReader::unsigned64(std::string_view key, const Default<std::uint64_t>& fallback) {
  return integer<std::uint64_t>(key, fallback);
}

bool ObjectReader::boolean(std::string_view key, const Default<bool>& fallback) {
  return read(key, fallback, [](const Value& found) { return found.boolean(); });
}

std::string ObjectReader::text(std::string_view key, const Default<std::string>& fallback) {
  return read(key, fallback, [](const Value& found) { return found.text(); });
}

std::optional<std::string> ObjectReader::text(std::string_view key, IfGiven) {
  return read<std::string>(key, if_given, [](const Value& found) { return found.text(); });
}

std::vector<std::string> ObjectReader::texts(std::string_view key,
                                             const Default<std::vector<std::string>>& fallback) {
  return read(key, fallback, [](const Value& found) {
    std::vector<std::string> texts;
    for (const Value& element : found.one_or_more()) texts.push_back(element.text());
    return texts;
  });
}

std::vector<double> ObjectReader::numbers(std::string_view key, const Default<std::vector<double>>& fallback,
                                          const Range& range) {
  return read(key, fallback, [&](const Value& found) {
    std::vector<double> numbers;
    for (const Value& element : found.array()) numbers.push_back(element.number(range));
    return numbers;
  });
}

ObjectReader ObjectReader::object(std::string_view key) { return value(key).object(); }

ObjectReader ObjectReader::object(std::string_view key, Required) {
  const Value found = value(key);
  return found.exists() ? found.object() : missing(found).object();
}

std::optional<ObjectReader> ObjectReader::object(std::string_view key, IfGiven) {
  return read<ObjectReader>(key, if_given, [](const Value& found) { return found.object(); });
}

std::vector<Value> ObjectReader::array(std::string_view key, const Range& length) {
  const Value found = value(key);
  if (found.exists()) return found.array(length);
  found.resolve(Json::array());
  return {};
}

std::vector<Value> ObjectReader::array(std::string_view key, Required, const Range& length) {
  const Value found = value(key);
  return found.exists() ? found.array(length) : missing(found).array();
}

std::vector<Value> ObjectReader::one_or_more(std::string_view key) {
  const Value found = value(key);
  return found.exists() ? found.one_or_more() : array(key);
}

Value ObjectReader::value(std::string_view key) {
  ask(*open_, key);
  const std::string name(key);
  const Json* const object = self_.given_;
  return member(name, object != nullptr && object->contains(name) ? &object->at(name) : nullptr);
}

std::vector<Value> ObjectReader::members() {
  open_->any_key = true;
  std::vector<Value> values;
  if (self_.given_ == nullptr) return values;
  for (auto at = self_.given_->begin(); at != self_.given_->end(); ++at) {
    values.push_back(member(at.key(), &*at));
  }
  return values;
}

Value ObjectReader::member(const std::string& key, const Json* given) const {
  Value value = self_.inside(key, given, &(*self_.resolved_)[key]);
  value.muted_ = open_->muted;
  return value;
}

bool ObjectReader::has(std::string_view key) {
  ask(*open_, key);
  return self_.given_ != nullptr && self_.given_->contains(key);
}

const Json& ObjectReader::raw(std::string_view key) {
  const Value found = value(key);
  found.resolve(found.json());
  return found.json();
}

void ObjectReader::problem(std::string_view code, std::string_view key, const std::string& message) {
  value(key).problem(code, message);
}

void ObjectReader::finish() {
  for (auto& [pointer, object] : self_.reading_->objects) {
    if (!is_inside(pointer, self_.pointer()) || std::exchange(object.finished, true)) continue;
    if (object.given == nullptr || object.any_key || object.muted) continue;
    report_unknown_keys(*self_.reading_, pointer, object);
  }
}

const Json& ObjectReader::resolved() const { return *self_.resolved_; }

std::size_t ObjectReader::index_in(std::string_view key, const Default<std::string>& fallback,
                                   const std::vector<std::string>& names) {
  const std::size_t problems_before = self_.reading_->problems->size();
  const Value found = value(key);
  std::size_t index = 0;
  if (found.exists() || fallback.is_required()) {
    index = (found.exists() ? found : missing(found)).index_in(names);
  } else {
    const auto position = std::find(names.begin(), names.end(), fallback.value());
    if (position == names.end()) throw std::logic_error("no such " + found.key() + ": " + fallback.value());
    index = static_cast<std::size_t>(position - names.begin());
    found.resolve(fallback.value());
  }
  if (key == "kind" && self_.reading_->problems->size() > problems_before) open_->muted = true;
  return index;
}

}  // namespace exmy
