#include "sim/run/prepare.hpp"

#include <algorithm>

#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/sha256.hpp"
#include "sim/nn/datasets/data_error.hpp"
#include "sim/run/provenance.hpp"

namespace exmy {
namespace {

constexpr const char* step_limit = "/limits/steps";

std::vector<std::string> spelled(const std::vector<Assignment>& assignments) {
  std::vector<std::string> words;
  for (const Assignment& a : assignments) {
    if (a.pointer == step_limit) continue;
    std::string key = a.pointer.empty() ? "" : a.pointer.substr(1);
    std::replace(key.begin(), key.end(), '/', '.');
    words.push_back(a.action == OverrideAction::remove ? "~" + key : key + "=" + compact_text(a.value));
  }
  return words;
}

/// How far one call goes is no part of what its run directory says: whatever the calls, it ends up the same.
void forget_step_limit(Document& document) {
  if (document.find(step_limit) == nullptr) return;
  document.erase(step_limit);
  if (document.find("/limits")->empty()) document.erase("/limits");
}

/// Everything that decides the result: the configuration but its name, description, threads, checkpoints and
/// limits, the data, the definitions.
std::string identity_of(const Prepared& p) {
  Json config = p.experiment.resolved;
  for (const char* key : {"name", "description", "threads", "checkpoint", "limits"}) config.erase(key);
  Json hashes = Json::array();
  for (const Json& file : p.data_files) hashes.push_back(file["sha256"]);
  return sha256_hex(
      compact_text({{"config", config}, {"data", hashes}, {"numerics_version", numerics_version}}));
}

std::string directory_name(const std::string& name) {
  std::string safe = name.empty() ? "run" : name;
  for (char& c : safe)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
          c == '_' || c == '.'))
      c = '_';
  if (safe.front() == '.') safe.front() = '_';
  return safe.substr(0, 80);
}

void load_data(Prepared& p, DataCache& cache) {
  const std::string key = compact_text(p.experiment.resolved["data"]) +
                          (p.experiment.data.seeded ? std::to_string(p.experiment.seed) : "");
  for (const auto& [known, value] : cache)
    if (known == key) {
      std::tie(p.data, p.data_files) = value;
      return;
    }
  p.data = std::make_shared<const Dataset>(p.experiment.data(p.experiment.seed));
  p.data_files = data_files_of(*p.data);
  cache.push_back({key, {p.data, p.data_files}});
}

Problem data_problem(const Prepared& p, std::string_view code, const std::string& message) {
  std::string pointer = "/data";
  for (const auto& [key, value] :
       p.document->value()["data"].items())  // the key that names the file or its folder
    if (value.is_string() && (message.starts_with(value.get<std::string>() + ":") ||
                              message.starts_with(value.get<std::string>() + "/")))
      pointer = "/data/" + key;
  return {std::string(code), p.document->origin(pointer), pointer, message};
}

[[noreturn]] void refuse_data(const Prepared& p, std::string_view code, const std::string& message) {
  throw ConfigError({data_problem(p, code, message)});
}

[[noreturn]] void refuse_data(const Prepared& p, const DataErrors& errors) {
  std::vector<Problem> problems;
  for (const DataErrors::One& one : errors.all())
    problems.push_back(
        data_problem(p, one.unreadable ? codes::unreadable_data : codes::malformed_data, one.text));
  throw ConfigError(problems);
}

/// The first target that is no probability; empty if all are.
std::string improbable_target(const Dataset& data) {
  const auto found =
      std::find_if(data.targets.begin(), data.targets.end(), [](double t) { return t < 0 || t > 1; });
  if (found == data.targets.end()) return {};
  const auto sample = static_cast<std::size_t>(found - data.targets.begin()) / data.targets_count;
  return "sample " + std::to_string(sample) + ", counted from 0, has " + compact_text(*found);
}

void check_data(Prepared& p, DataCache& cache) {
  try {
    load_data(p, cache);
  } catch (const DataErrors& errors) {
    refuse_data(p, errors);
  } catch (const UnreadableData& error) {
    refuse_data(p, codes::unreadable_data, error.what());
  } catch (const DataError& error) {
    refuse_data(p, codes::malformed_data, error.what());
  }
  if (p.data->has_tokens() && (p.experiment.loss == LossKind::mse || p.experiment.loss == LossKind::bce))
    refuse_data(p, codes::data_misfit,
                "the losses mse and bce need targets of samples; these data are tokens");
  if (p.data->has_tokens() && p.experiment.batch_size > p.data->train_count)
    refuse_data(p, codes::data_misfit,
                "a batch of " + std::to_string(p.experiment.batch_size) +
                    " is larger than the training part, which has " + std::to_string(p.data->train_count) +
                    " windows");
  if (p.experiment.label_smoothing > 0 && p.data->classes_count == 0)
    refuse_data(p, codes::data_misfit, "label_smoothing needs classes; these data have real targets");
  if (p.experiment.loss == LossKind::cross_entropy && p.data->classes_count == 0)
    refuse_data(p, codes::data_misfit, "the loss cross_entropy needs classes; these data have real targets");
  if (const std::string target = improbable_target(*p.data);
      p.experiment.loss == LossKind::bce && !target.empty())
    refuse_data(p, codes::data_misfit, "the loss bce needs targets in [0, 1]: " + target);
}

void load_initial_weights(Prepared& p) {
  if (!p.experiment.initial_weights_file) return;
  constexpr const char* pointer = "/initial_weights";
  const auto refuse = [&](std::string_view code, const char* what) {
    throw ConfigError({{std::string(code), p.document->origin(pointer), pointer, what}});
  };
  const std::string& path = *p.experiment.initial_weights_file;
  try {
    const std::string bytes = read_file(path, std::size_t{1} << 32);
    p.data_files.push_back(file_fact(path, bytes));
    p.experiment.initial_weights = std::make_shared<const StoredArrays>(parse_safetensors(bytes, path));
  } catch (const IoError& error) {
    refuse(codes::unreadable_data, error.what());
  } catch (const CorruptFile& error) {
    refuse(codes::malformed_data, error.what());
  }
}

}  // namespace

Prepared prepare(const std::string& file, const std::vector<Assignment>& assignments, DataCache& cache) {
  Prepared p;
  p.document = std::make_unique<Document>(Document::load(file));
  apply_overrides(*p.document, assignments);
  std::vector<Problem> problems;
  p.experiment = read_experiment(*p.document, std::filesystem::path(file).stem().string(), problems);
  throw_if_any(problems);
  p.experiment.files = p.document->files();
  p.overrides = spelled(assignments);
  check_data(p, cache);
  load_initial_weights(p);
  p.dry_step = check_sites(p.experiment, *p.data, *p.document, problems);
  throw_if_any(problems);
  forget_step_limit(*p.document);
  p.warnings = warnings_of_configuration(p.experiment, *p.data, p.dry_step);
  p.config_sha256 = identity_of(p);
  p.run_id = directory_name(p.experiment.name) + "-" + p.config_sha256.substr(0, 12);
  return p;
}

}  // namespace exmy
