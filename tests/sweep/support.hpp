#pragma once
// Sweeps as text, over one base configuration, and what they stand for as text.

#include <string>
#include <vector>

#include "sim/base/json_text.hpp"
#include "sim/sweep/sweep.hpp"
#include "tests/base/problems.hpp"
#include "tests/base/scratch.hpp"

namespace exmy::test {

using Texts = std::vector<std::string>;

constexpr const char* small_base = R"({"model": {"kind": "mlp", "hidden": [8]}, "data": {"kind": "digits"},
  "training": {"steps": 3, "optimizer": {"kind": "sgd", "lr": 0.1}},
  "formats": {"six": {"exponent_bits": 3, "mantissa_bits": 2, "bias": 5}},
  "policy": [{"match": {"role": "weight"}, "format": "e5m2"}]})";

/// A sweep that was read: `text` is what follows {"base": "base.json" in the file sweep.json.
struct Read {
  explicit Read(const std::string& text, const std::string& base = small_base) {
    scratch.write("base.json", base);
    document = Document::load(scratch.write("sweep.json", R"({"base": "base.json")" + text + "}"));
    sweep = read_sweep(document, "stem", problems);
  }
  Texts complaints() const { return brief(problems); }

  Scratch scratch;
  Document document;
  std::vector<Problem> problems;
  Sweep sweep;
};

/// "a=1 b=x", a baseline with a star before it.
inline std::string shown(const SweepRun& run) {
  std::string text = run.baseline ? "*" : "";
  for (const auto& [name, value] : run.parameters)
    text += (text.empty() || text == "*" ? "" : " ") + name + '=' +
            (value.is_string() ? value.get<std::string>() : compact_text(value));
  return text;
}

inline std::string changes(const SweepRun& run) {
  std::string text;
  for (const Assignment& a : run.assignments)
    text += (text.empty() ? "" : " ") + a.pointer + '=' + compact_text(a.value);
  return text;
}

/// The runs of a sweep, or its problems.
inline Texts runs_of(const std::string& text, const std::string& base = small_base) {
  const Read read(text, base);
  Texts texts = read.complaints();
  for (const SweepRun& run : read.sweep.runs) texts.push_back(shown(run));
  return texts;
}

/// The values of one parameter.
inline Texts values_of(const std::string& spec, const std::string& more = "") {
  const Read read(R"(, "parameters": {"training.optimizer.lr": )" + spec + "}" + more);
  Texts texts = read.complaints();
  for (const SweepRun& run : read.sweep.runs) texts.push_back(compact_text(run.parameters.at(0).second));
  return texts;
}

}  // namespace exmy::test
