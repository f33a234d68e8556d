// Reads and writes safetensors files for test_safetensors.py. A request is a line
//   describe PATH        -> {"arrays": {NAME: {"dtype", "shape", "hex"}}, "metadata": {...}}, or {"corrupt": REASON}
//   rewrite PATH OTHER   -> likewise; OTHER is what we write of it
// and the answer is one line of JSON. Paths have no spaces.

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "sim/base/error.hpp"
#include "sim/base/files.hpp"
#include "sim/base/json_text.hpp"
#include "sim/base/safetensors.hpp"

namespace {

std::string hex(const std::string& bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {digits[byte >> 4], digits[byte & 15]};
  }
  return text;
}

exmy::Json description_of(const exmy::StoredArrays& stored) {
  exmy::Json arrays = exmy::Json::object();
  for (const auto& [name, array] : stored.arrays)
    arrays[name] = {{"dtype", array.dtype}, {"shape", array.shape}, {"hex", hex(array.bytes)}};
  return {{"arrays", arrays}, {"metadata", stored.metadata}};
}

exmy::Json answer_to(const std::string& request) {
  std::istringstream words(request);
  std::string verb, path, other;
  words >> verb >> path >> other;
  try {
    const exmy::StoredArrays stored = exmy::parse_safetensors(exmy::read_file(path, exmy::any_size), path);
    if (verb == "rewrite") std::ofstream(other, std::ios::binary) << exmy::to_safetensors(stored);
    return description_of(stored);
  } catch (const exmy::CorruptFile& error) {
    return {{"corrupt", error.what()}};
  }
}

}  // namespace

int main() {
  for (std::string request; std::getline(std::cin, request);)
    std::cout << exmy::compact_text(answer_to(request)) << std::endl;
}
