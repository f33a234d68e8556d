#pragma once
// Checkpoints on disk. A run directory holds them in checkpoint/step-NNNNNNNNNNNN/, each with
//   weights.safetensors  the parameters under their names
//   state.safetensors    everything else that a run remembers (archive.hpp)
//   manifest.json        {"content": {...}, "sha256": of the content}: step, identity of the run, how it was started,
//                        numbers of bytes written to its logs so far, size and SHA-256 of the two files
// A checkpoint appears whole or not at all: it is written beside and renamed. The last two are kept.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/error.hpp"
#include "sim/base/json.hpp"
#include "sim/base/safetensors.hpp"

namespace exmy {

struct Checkpoint {
  std::uint64_t step = 0;  ///< steps done
  StoredArrays weights, state;
  Json logs = Json::object();    ///< {"events.jsonl": bytes, ...}
  Json origin = Json::object();  ///< what the report says of the start: files, overrides, started_at
};

/// A whole checkpoint of another schema_version, numerics_version or configuration: nothing to pass over.
class ForeignCheckpoint : public CorruptFile {
 public:
  using CorruptFile::CorruptFile;
};

class CheckpointStore {
 public:
  /// `directory`: checkpoint/ of a run directory, made by the first save. `identity`: the run's
  /// config_sha256; if empty, checkpoints of any run are read.
  CheckpointStore(std::filesystem::path directory, std::string identity);

  /// IoError if it cannot be written; the checkpoints before it are then still there.
  void save(const Checkpoint& checkpoint) const;

  /// The newest whole checkpoint; nothing if there is none. What is wrong with newer ones is appended to
  /// `complaints`. CorruptFile if there are checkpoints and none of them is whole, ForeignCheckpoint if the newest
  /// whole one is.
  std::optional<Checkpoint> load_newest(std::vector<std::string>& complaints) const;

  /// Step numbers, newest first.
  std::vector<std::uint64_t> steps() const;
  /// CorruptFile that says what is wrong.
  Checkpoint load(std::uint64_t step) const;

 private:
  std::filesystem::path folder(std::uint64_t step) const;
  void discard(const std::filesystem::path& path) const;
  void remove_all_but_two() const;

  std::filesystem::path directory_;
  std::string identity_;
};

}  // namespace exmy
