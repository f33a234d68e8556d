#include <algorithm>
#include <array>
#include <map>

#include "sim/base/text.hpp"
#include "sim/tools/columns.hpp"
#include "sim/tools/network.hpp"

namespace exmy {
namespace {

constexpr std::array<std::string_view, 6> headings{"layer",         "op", "in -> out", "parameters",
                                                   "multiply-adds", "as"};
using Row = std::array<std::string, 6>;

std::string word_of(const Shape& shape) {
  std::string text;
  for (const std::size_t n : shape) text += (text.empty() ? "" : "x") + std::to_string(n);
  return text;
}

/// Inputs of one shape are named once.
std::string shapes_of(const NetworkOperation& o) {
  std::vector<std::string> inputs;
  for (const Shape& shape : o.inputs)
    if (std::find(inputs.begin(), inputs.end(), word_of(shape)) == inputs.end())
      inputs.push_back(word_of(shape));
  std::string text;
  for (const std::string& input : inputs) text += (text.empty() ? "" : ", ") + input;
  return text + (text.empty() ? "" : " ") + "-> " + word_of(o.output);
}

std::string count_or_nothing(std::uint64_t n) { return n == 0 ? "" : std::to_string(n); }

/// a, b ... z, aa, ab ...
std::string letter_of(std::size_t n) {
  const std::string last(1, static_cast<char>('a' + n % 26));
  return n < 26 ? last : letter_of(n / 26 - 1) + last;
}

std::string filled(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, text.size()), ' ');
  return right ? space + text : text + space;
}

/// Cells [first, 6) of a row.
std::string line_of(const Row& row, const std::array<std::size_t, 6>& widths, std::size_t first,
                    std::size_t indent) {
  std::string text(indent, ' ');
  for (std::size_t c = first; c < row.size(); ++c)
    text += (c == first ? "" : std::string(column_gap, ' ')) + filled(row[c], widths[c], c == 3 || c == 4);
  return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

/// Where a whole row is too wide, a layer's name has a line of its own.
std::string table_of(const std::vector<Row>& rows, std::size_t width) {
  std::array<std::size_t, 6> widths{};
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  std::size_t all = column_gap * (widths.size() - 1);
  for (const std::size_t w : widths) all += w;
  std::string text, layer;
  for (const Row& row : rows) {
    if (all <= width) {
      text += line_of(row, widths, 0, 0);
      continue;
    }
    if (row[0] != layer) text += row[0] + "\n";
    layer = row[0];
    text += line_of(row, widths, 1, column_gap);
  }
  return text;
}

/// `head` and words, in lines up to `width`, all but the first indented.
std::string wrapped(const std::string& head, const std::vector<std::string>& words, std::size_t indent,
                    std::size_t width) {
  std::string text = head;
  std::size_t column = head.size();
  for (const std::string& word : words) {
    const std::string space = text.ends_with(' ') ? "" : " ";
    const bool breaks = column + space.size() + word.size() > width && column > indent;
    text += (breaks ? "\n" + std::string(indent, ' ') : space) + word;
    column = (breaks ? indent : column + space.size()) + word.size();
  }
  return text + "\n";
}

std::vector<std::string> with_commas(std::vector<std::string> words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) words[i] += ",";
  return words;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text)
    if (c == ' ')
      words.emplace_back();
    else
      words.back() += c;
  return words;
}

/// Where the role is treated like this: passes, or, if others of the role are not, operations and passes.
std::vector<std::string> places_of(const TreatedRole& role, bool only) {
  std::vector<std::string> places;
  for (const Site& site : role.sites) {
    const std::string pass(name_of(site.pass));
    const std::string place = only ? pass : site.op + "/" + pass;
    if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
  }
  return places;
}

std::string text_of_roles(const std::vector<TreatedRole>& roles, std::size_t width) {
  constexpr std::size_t indent = 3, role_width = 17;
  std::string text;
  for (const TreatedRole& role : roles) {
    const auto same = [&](const TreatedRole& other) { return other.role == role.role; };
    const bool only = std::count_if(roles.begin(), roles.end(), same) == 1;
    std::vector<std::string> places = with_commas(places_of(role, only)), words = words_of(role.how);
    places.front() = "(" + places.front();
    places.back() += ")";
    words.insert(words.end(), places.begin(), places.end());
    const std::string head =
        std::string(indent, ' ') + filled(std::string(name_of(role.role)), role_width, false);
    text += wrapped(head, words, indent + role_width, width);
  }
  return text;
}

/// What all sites of operations that are treated alike have in common.
std::string key_of(const NetworkOperation& o) {
  std::string key;
  for (const TreatedRole& role : o.roles)
    for (const Site& site : role.sites)
      key += site.op + "/" + std::string(name_of(site.pass)) + "/" + std::string(name_of(role.role)) + " " +
             role.how + "\n";
  return key;
}

/// Operations that are treated alike, in the order of the first ones.
struct Group {
  std::string letter;
  std::vector<const NetworkOperation*> members;
};

std::string text_of(const Group& group, std::size_t width) {
  std::vector<std::string> names;
  for (const NetworkOperation* o : group.members) {
    const std::string name = o->layer + "/" + o->op;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  constexpr std::size_t shown = 3;
  if (names.size() > shown) {
    const std::size_t more = names.size() - shown;
    names.resize(shown);
    names.back() += " and " + std::to_string(more) + " more";
  }
  return wrapped(filled(group.letter, 2, false), with_commas(names), 3, width) +
         text_of_roles(group.members.front()->roles, width);
}

}  // namespace

std::string text_of(const Network& network, std::size_t width) {
  std::vector<Row> rows(1);
  std::copy(headings.begin(), headings.end(), rows[0].begin());
  std::map<std::string, std::size_t> known;
  std::vector<Group> groups;
  for (const NetworkOperation& o : network.operations) {
    std::size_t count = 0;
    for (const auto& [name, elements] : o.parameters) count += elements;
    std::string letter;
    if (!o.roles.empty()) {
      const auto [entry, fresh] = known.emplace(key_of(o), groups.size());
      if (fresh) groups.push_back({letter_of(groups.size()), {}});
      groups[entry->second].members.push_back(&o);
      letter = groups[entry->second].letter;
    }
    rows.push_back(
        {o.layer, o.op, shapes_of(o), count_or_nothing(count), count_or_nothing(o.forward_macs), letter});
  }
  rows.push_back(
      {"total", "", "", std::to_string(network.parameters_count), std::to_string(network.forward_macs), ""});
  std::string text = table_of(rows, width) + "\n";
  for (const Group& group : groups) text += text_of(group, width);
  text += "data\n" + text_of_roles(network.data, width);
  text += "initial values and updates\n" + text_of_roles(network.updates, width);
  return text;
}

}  // namespace exmy
