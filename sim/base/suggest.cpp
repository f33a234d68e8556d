#include "sim/base/suggest.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "sim/base/text.hpp"

namespace exmy {
namespace {

constexpr std::size_t max_suggested = 3;
constexpr std::size_t max_listed = 12;

// ASCII only, whatever the locale.
std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

// The distance if it is small enough to suggest a slip of the hand. Lengths alone rule out most names, and
// with them the quadratic work on a name of megabytes.
std::optional<std::size_t> small_distance(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  const std::size_t longer = std::max(a.size(), b.size());
  const std::size_t allowed = longer <= 1 ? 0 : std::max<std::size_t>(1, longer / 3);
  if (longer - shorter > allowed) return std::nullopt;
  const std::size_t distance = edit_distance(lower(a), lower(b));
  return distance <= allowed ? std::optional(distance) : std::nullopt;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), max_listed); ++i) {
    text += (i == 0 ? "" : ", ") + printable(names[i], 60);
  }
  if (names.size() <= max_listed) return text;
  return text + " and " + std::to_string(names.size() - max_listed) + " more";
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(above, row);
  }
  return above[b.size()];
}

std::vector<std::string> nearest(std::string_view unknown, const std::vector<std::string>& known) {
  std::vector<std::string> names;
  std::size_t best = std::numeric_limits<std::size_t>::max();
  for (const std::string& name : known) {
    const auto distance = small_distance(unknown, name);
    if (!distance || *distance > best) continue;
    if (*distance < best) names.clear();
    best = *distance;
    if (names.size() < max_suggested) names.push_back(name);
  }
  return names;
}

std::string did_you_mean(std::string_view unknown, const std::vector<std::string>& known) {
  if (known.empty()) return "";
  std::string question;
  for (const std::string& name : nearest(unknown, known)) {
    question += (question.empty() ? "did you mean " : " or ") + in_quotes(name);
  }
  if (!question.empty()) question += "? ";
  return '(' + question + "known: " + listed(known) + ')';
}

}  // namespace exmy
