#include "sim/run/checkpoint_store.hpp"

#include <algorithm>
#include <cstdio>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_scan.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/sha256.hpp"
#include "sim/run/provenance.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view step_prefix = "step-";
constexpr std::size_t step_digits = 12;

Json entry_of(const std::string& bytes) {
  return {{"bytes_count", bytes.size()}, {"sha256", sha256_hex(bytes)}};
}

/// The content of a manifest whose text is exactly what `save` writes; CorruptFile else.
Json content_of(const fs::path& path) {
  const std::string text = read_file(path, json_limits::bytes);
  const Json manifest = Json::parse(text, nullptr, false);
  if (!manifest.is_object() || pretty_text(manifest) != text || !manifest.contains("content") ||
      !manifest.contains("sha256") || manifest["sha256"] != sha256_hex(compact_text(manifest["content"])))
    throw CorruptFile(path.string() + ": its checksum does not fit");
  return manifest["content"];
}

/// Whether the parts that others rely on are of their types.
bool is_well_formed(const Json& content) {
  for (const char* key : {"files", "logs", "origin"})
    if (!content.contains(key) || !content[key].is_object()) return false;
  return std::all_of(content["logs"].begin(), content["logs"].end(),
                     [](const Json& length) { return length.is_number_unsigned(); });
}

/// `identity` may be empty: of any run.
void require_ours(const fs::path& manifest, const Json& content, const std::string& identity) {
  Json expected{{"schema_version", 1}, {"numerics_version", numerics_version}};
  if (!identity.empty()) expected["config_sha256"] = identity;
  for (const auto& [key, value] : expected.items())
    if (!content.contains(key) || content[key] != value)
      throw ForeignCheckpoint(manifest.string() + ": " + key + " is " +
                              (content.contains(key) ? content[key].dump() : "missing") + ", expected " +
                              value.dump() + "; it is of another program or run and stays as it is");
}

StoredArrays arrays_of(const fs::path& path, const Json& entry) {
  std::string bytes;
  const bool sized =
      entry.is_object() && entry.contains("bytes_count") && entry["bytes_count"].is_number_unsigned();
  try {
    bytes = read_file(path, sized ? entry["bytes_count"].get<std::size_t>() : 0);
  } catch (const IoError& error) {
    throw CorruptFile(error.what());
  }
  if (entry != entry_of(bytes)) throw CorruptFile(path.string() + ": its checksum does not fit");
  return parse_safetensors(bytes, path.string());
}

void make_empty(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  fs::create_directories(path, error);
  if (error) throw IoError("cannot make " + path.string() + ": " + error.message());
}

}  // namespace

CheckpointStore::CheckpointStore(fs::path directory, std::string identity)
    : directory_(std::move(directory)), identity_(std::move(identity)) {}

fs::path CheckpointStore::folder(std::uint64_t step) const {
  std::string number = std::to_string(step);
  number.insert(0, step_digits - std::min(step_digits, number.size()), '0');
  return directory_ / (std::string(step_prefix) + number);
}

void CheckpointStore::save(const Checkpoint& c) const {
  const fs::path fresh = directory_ / "new";
  make_empty(fresh);
  Json files = Json::object();
  for (const auto& [name, arrays] :
       {std::pair{"weights.safetensors", &c.weights}, {"state.safetensors", &c.state}}) {
    const std::string bytes = to_safetensors(*arrays);
    files[name] = entry_of(bytes);
    write_atomically(fresh / name, bytes);
  }
  const Json content{{"schema_version", 1}, {"numerics_version", numerics_version},
                     {"step", c.step},      {"config_sha256", identity_},
                     {"logs", c.logs},      {"origin", c.origin},
                     {"files", files}};
  write_atomically(fresh / "manifest.json",
                   pretty_text({{"content", content}, {"sha256", sha256_hex(compact_text(content))}}));
  discard(folder(c.step));  // a corrupt one that was passed over
  rename_durably(fresh, folder(c.step));
  remove_all_but_two();
}

/// A checkpoint disappears at once, whenever the process is killed.
void CheckpointStore::discard(const fs::path& path) const {
  const fs::path old = directory_ / "old";
  std::error_code ignored;
  fs::remove_all(old, ignored);
  fs::rename(path, old, ignored);
  fs::remove_all(old, ignored);
}

void CheckpointStore::remove_all_but_two() const {
  const std::vector<std::uint64_t> all = steps();
  for (std::size_t i = 2; i < all.size(); ++i) discard(folder(all[i]));
}

std::vector<std::uint64_t> CheckpointStore::steps() const {
  std::vector<std::uint64_t> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory_, error)) {
    const std::string name = entry.path().filename().string();
    const bool numbered = name.starts_with(step_prefix) && name.size() >= step_prefix.size() + step_digits &&
                          name.size() < step_prefix.size() + 20 &&
                          name.find_first_not_of("0123456789", step_prefix.size()) == std::string::npos;
    if (numbered) found.push_back(std::stoull(name.substr(step_prefix.size())));
  }
  std::sort(found.rbegin(), found.rend());
  return found;
}

Checkpoint CheckpointStore::load(std::uint64_t step) const {
  const fs::path path = folder(step);
  Json content;
  try {
    content = content_of(path / "manifest.json");
  } catch (const IoError& error) {
    throw CorruptFile(error.what());
  }
  require_ours(path / "manifest.json", content, identity_);
  if (!content.contains("step") || content["step"] != step)
    throw CorruptFile((path / "manifest.json").string() + ": it is not of step " + std::to_string(step));
  if (!is_well_formed(content))
    throw CorruptFile((path / "manifest.json").string() + ": not as it is written");
  const Json& files = content["files"];
  return {step, arrays_of(path / "weights.safetensors", files.value("weights.safetensors", Json())),
          arrays_of(path / "state.safetensors", files.value("state.safetensors", Json())), content["logs"],
          content["origin"]};
}

std::optional<Checkpoint> CheckpointStore::load_newest(std::vector<std::string>& complaints) const {
  const std::vector<std::uint64_t> all = steps();
  for (const std::uint64_t step : all) try {
      return load(step);
    } catch (const ForeignCheckpoint&) {
      throw;
    } catch (const CorruptFile& error) {
      complaints.emplace_back(error.what());
    }
  if (all.empty()) return std::nullopt;
  std::string text = "no checkpoint of " + directory_.string() + " is whole:";
  for (const std::string& complaint : complaints) text += "\n  " + complaint;
  throw CorruptFile(text);
}

}  // namespace exmy
