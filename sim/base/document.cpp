#include "sim/base/document.hpp"

#include <stdexcept>
#include <utility>

#include "sim/base/pointer.hpp"

namespace exmy {
namespace {

Origin origin_of(const Place& place) {
  return place.file ? Origin{*place.file, place.line, place.column} : Origin{};
}

Place place_of(const Origin& origin) {
  return {std::make_shared<const std::string>(origin.file), origin.line, origin.column};
}

const Json* child(const Json& parent, const std::string& token) {
  if (parent.is_object()) {
    const auto found = parent.find(token);
    return found == parent.end() ? nullptr : &*found;
  }
  const auto index = parent.is_array() ? array_index(token) : std::nullopt;
  return index && *index < parent.size() ? &parent[*index] : nullptr;
}

void merge_over(Json& lower, Places& lower_places, Json& upper, Places& upper_places) {
  if (!lower.is_object() || !upper.is_object()) {
    lower = std::move(upper);
    lower_places.children = std::move(upper_places.children);
  } else {
    for (auto member = upper.begin(); member != upper.end(); ++member) {
      const std::string& key = member.key();  // a new member is null in `lower`, and then replaced
      merge_over(lower[key], lower_places.children[key], member.value(), upper_places.children[key]);
    }
  }
  lower_places.value = std::move(upper_places.value);
  lower_places.key = std::move(upper_places.key);
}

Json& step_into(Json& parent, const std::string& token) {
  if (parent.is_object()) {
    return parent.emplace(token, Json::object()).first.value();
  }
  const auto index = parent.is_array() ? array_index(token) : std::nullopt;
  if (!index || *index > parent.size()) throw std::logic_error("no way to set the member " + token);
  if (*index == parent.size()) parent.push_back(Json::object());
  return parent[*index];
}

// The elements after the one taken out move up by one, and so do their places.
void close_gap(Places& places, std::size_t index, std::size_t size) {
  for (std::size_t i = index; i < size; ++i) {
    places.children[std::to_string(i)] = std::move(places.children[std::to_string(i + 1)]);
  }
  places.children.erase(std::to_string(size));
}

}  // namespace

Document::Document() : value_(Json::object()) {}

Document Document::parse(std::string_view text, const std::string& file) {
  ScannedJson scanned = scan_json(text, file);
  Document document;
  document.value_ = std::move(scanned.value);
  document.places_ = std::move(scanned.places);
  const Json* const schema = document.find("/$schema");
  if (schema != nullptr && schema->is_string()) {
    document.erase("/$schema");
  } else if (schema != nullptr && scanned.problems.empty()) {
    scanned.problems.push_back({std::string(codes::wrong_type), document.origin("/$schema"), "/$schema",
                                "expected a string, the address of a schema"});
  }
  throw_if_any(std::move(scanned.problems));
  return document;
}

const Json* Document::find(std::string_view pointer) const {
  const Json* at = &value_;
  for (const std::string& token : pointer_tokens(pointer)) {
    at = child(*at, token);
    if (at == nullptr) break;
  }
  return at;
}

Origin Document::origin(std::string_view pointer) const {
  const Places* at = &places_;
  const Place* place = &at->value;
  for (const std::string& token : pointer_tokens(pointer)) {
    const auto found = at->children.find(token);
    if (found == at->children.end()) break;
    at = &found->second;
    if (at->value.file) place = &at->value;
  }
  return origin_of(*place);
}

Origin Document::key_origin(std::string_view pointer) const {
  const Places* at = &places_;
  for (const std::string& token : pointer_tokens(pointer)) {
    const auto found = at->children.find(token);
    if (found == at->children.end()) return origin(pointer);
    at = &found->second;
  }
  return at->key.file ? origin_of(at->key) : origin(pointer);
}

void Document::merge(Document upper) { merge_over(value_, places_, upper.value_, upper.places_); }

void Document::set(std::string_view pointer, Json value, const Origin& origin) {
  const Place place = place_of(origin);
  Json* at = &value_;
  Places* places = &places_;
  for (const std::string& token : pointer_tokens(pointer)) {
    at = &step_into(*at, token);
    const auto [child, is_new] = places->children.try_emplace(token, Places{place, place, {}});
    places = &child->second;
  }
  *at = std::move(value);
  *places = {place, place, {}};
}

void Document::erase(std::string_view pointer) {
  const std::size_t slash = pointer.rfind('/');
  if (slash == std::string_view::npos || find(pointer) == nullptr) {
    throw std::logic_error("nothing to erase at " + std::string(pointer));
  }
  Json* parent = &value_;
  Places* places = &places_;
  for (const std::string& token : pointer_tokens(pointer.substr(0, slash))) {
    parent = &step_into(*parent, token);
    places = &places->children[token];
  }
  const std::string last = pointer_tokens(pointer.substr(slash)).front();
  if (parent->is_object()) {
    parent->erase(last);
    places->children.erase(last);
  } else {
    parent->erase(*array_index(last));
    close_gap(*places, *array_index(last), parent->size());
  }
}

}  // namespace exmy
