#pragma once
// Where a projection happens: layer, operation, pass, role.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace exmy {

enum class Pass : std::uint8_t { forward, dgrad, wgrad, optimizer };
inline constexpr std::array<std::string_view, 4> pass_names{"forward", "dgrad", "wgrad", "optimizer"};

/// What a value is for. `elementwise`: every operation that is no matrix product; biases and gains are
/// weights; batches of data are activations of the layer `input`.
enum class Role : std::uint8_t {
  weight,
  activation,
  activation_grad,
  weight_grad,
  product,
  accumulator,
  elementwise,
  master_weight,
  optimizer_state,
  update,
  loss
};
inline constexpr std::array<std::string_view, 11> role_names{
    "weight",      "activation",    "activation_grad", "weight_grad", "product", "accumulator",
    "elementwise", "master_weight", "optimizer_state", "update",      "loss"};

inline std::string_view name_of(Pass p) { return pass_names[static_cast<std::size_t>(p)]; }
inline std::string_view name_of(Role r) { return role_names[static_cast<std::size_t>(r)]; }

/// A place in the network where values are projected. `layer` is a dotted name; `op` is the operation,
/// in the optimiser followed by the parameter (`adam.weight`).
struct Site {
  std::string layer;
  std::string op;
  Pass pass = Pass::forward;
  Role role = Role::weight;

  friend auto operator<=>(const Site&, const Site&) = default;
  /// `layer/op/pass/role`: the name that seeds the site's random numbers.
  std::string name() const {
    return layer + "/" + op + "/" + std::string(name_of(pass)) + "/" + std::string(name_of(role));
  }
};

/// The site of a name; nothing for a text that is none.
inline std::optional<Site> site_of(std::string_view name) {
  std::array<std::string_view, 4> parts{};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t end = i < 3 ? name.find('/') : name.size();
    if (end == std::string_view::npos) return std::nullopt;
    parts[i] = name.substr(0, end);
    name.remove_prefix(i < 3 ? end + 1 : end);
  }
  for (std::size_t p = 0; p < pass_names.size(); ++p)
    for (std::size_t r = 0; r < role_names.size(); ++r)
      if (pass_names[p] == parts[2] && role_names[r] == parts[3])
        return Site{std::string(parts[0]), std::string(parts[1]), static_cast<Pass>(p), static_cast<Role>(r)};
  return std::nullopt;
}

}  // namespace exmy
