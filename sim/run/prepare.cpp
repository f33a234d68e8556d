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

/// What is found wrong with a configuration that could be read.
class Findings {
 public:
  Findings(const Document& document, std::vector<Problem>& all) : document_(document), all_(all) {}

  void add(std::string_view code, const std::string& pointer, const std::string& message) {
    all_.push_back({std::string(code), document_.origin(pointer), pointer, message});
  }
  /// At the key of the data, if it is given.
  void add(const DataErrors::One& one) {
    const std::string pointer = "/data/" + one.key;
    add(one.unreadable ? codes::unreadable_data : codes::malformed_data,
        document_.find(pointer) != nullptr ? pointer : "/data", one.text);
  }

 private:
  const Document& document_;
  std::vector<Problem>& all_;
};

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

/// Whether there are data.
bool load_data(Prepared& p, DataCache& cache, Findings& findings) {
  DataProblems problems;
  const bool loaded = problems.attempt("path", [&] { load_data(p, cache); });
  for (const DataErrors::One& one : problems.all()) findings.add(one);
  return loaded;
}

/// The first target that is no probability; empty if all are.
std::string improbable_target(const Dataset& data) {
  const auto found =
      std::find_if(data.targets.begin(), data.targets.end(), [](double t) { return t < 0 || t > 1; });
  if (found == data.targets.end()) return {};
  const auto sample = static_cast<std::size_t>(found - data.targets.begin()) / data.targets_count;
  return "sample " + std::to_string(sample) + ", counted from 0, has " + compact_text(*found);
}

/// Whether the loss can be computed with the data.
bool check_loss(const Experiment& e, const Dataset& data, Findings& findings) {
  std::vector<std::string> misfits;
  if (data.has_tokens() && (e.loss == LossKind::mse || e.loss == LossKind::bce))
    misfits.emplace_back("the losses mse and bce need targets of samples; these data are tokens");
  if (e.label_smoothing > 0 && data.classes_count == 0)
    misfits.emplace_back("label_smoothing needs classes; these data have real targets");
  if (e.loss == LossKind::cross_entropy && data.classes_count == 0)
    misfits.emplace_back("the loss cross_entropy needs classes; these data have real targets");
  if (const std::string target = improbable_target(data); e.loss == LossKind::bce && !target.empty())
    misfits.push_back("the loss bce needs targets in [0, 1]: " + target);
  for (const std::string& text : misfits) findings.add(codes::data_misfit, "/data", text);
  return misfits.empty();
}

/// No step goes over the end of an epoch: a larger batch, of one micro-batch or of several, would never be whole, and the
/// linear scaling of the learning rate would count samples that no step has.
void check_batch(const Experiment& e, const Dataset& data, Findings& findings) {
  const std::string part = " is larger than the training part, which has " +
                           std::to_string(data.train_count) + (data.has_tokens() ? " windows" : " samples");
  const std::string size = std::to_string(e.batch_size);
  if (e.batch_size > data.train_count)
    findings.add(codes::data_misfit, "/training/batch_size", "a batch of " + size + part);
  else if (e.batch_size * e.accumulate > data.train_count)
    findings.add(codes::data_misfit, "/training/accumulate",
                 "a step of " + std::to_string(e.accumulate) + " micro-batches of " + size + part);
}

void load_initial_weights(Prepared& p, Findings& findings) {
  if (!p.experiment.initial_weights_file) return;
  constexpr const char* pointer = "/initial_weights";
  const std::string& path = *p.experiment.initial_weights_file;
  try {
    const std::string bytes = read_file(path, std::size_t{1} << 32);
    p.data_files.push_back(file_fact(path, bytes));
    p.experiment.initial_weights = std::make_shared<const StoredArrays>(parse_safetensors(bytes, path));
  } catch (const IoError& error) {
    findings.add(codes::unreadable_data, pointer, error.what());
  } catch (const CorruptFile& error) {
    findings.add(codes::malformed_data, pointer, error.what());
  }
}

/// Whatever can be judged without what was refused before it.
void check_all(Prepared& p, DataCache& cache, std::vector<Problem>& problems) {
  Findings findings(*p.document, problems);
  const bool has_data = load_data(p, cache, findings);
  load_initial_weights(p, findings);
  if (!has_data) return;
  check_batch(p.experiment, *p.data, findings);
  if (check_loss(p.experiment, *p.data, findings))
    p.dry_step = check_sites(p.experiment, *p.data, *p.document, problems);
  else
    check_network(p.experiment, *p.data, *p.document, problems);
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
  check_all(p, cache, problems);
  throw_if_any(problems);
  forget_step_limit(*p.document);
  p.warnings = warnings_of_configuration(p.experiment, *p.data, p.dry_step);
  p.config_sha256 = identity_of(p);
  p.run_id = directory_name(p.experiment.name) + "-" + p.config_sha256.substr(0, 12);
  return p;
}

}  // namespace exmy
