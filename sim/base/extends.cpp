// Document::load: a file and the files that it extends.
#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "sim/base/document.hpp"
#include "sim/base/files.hpp"
#include "sim/base/pointer.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

namespace fs = std::filesystem;

constexpr int max_files = 100;  // a few short files that extend each other twice make millions otherwise

// The place in a configuration that asks for a file.
struct Request {
  fs::path path;
  Origin origin;
  std::string pointer;
};

class Loader {
 public:
  Document load(const Request& request);

  std::vector<Problem> problems;
  std::vector<std::string> files;

 private:
  std::optional<Document> read(const Request& request);
  std::vector<Request> take_extends(Document& document, const fs::path& directory);
  void add(const Request& request, const std::string& message);

  std::vector<fs::path> open_;  // from the first file down to the one being read
  int files_ = 0;
};

void Loader::add(const Request& request, const std::string& message) {
  const std::string_view code = request.pointer.empty() ? codes::unreadable_file : codes::bad_extends;
  problems.push_back({std::string(code), request.origin, request.pointer, message});
}

Document Loader::load(const Request& request) {
  std::error_code ignored;
  const fs::path path = fs::weakly_canonical(request.path, ignored);
  if (std::find(open_.begin(), open_.end(), path) != open_.end()) {
    add(request, in_quotes(request.path.string()) + " extends itself, directly or through others");
    return {};
  }
  std::optional<Document> document = read(request);
  if (!document) return {};
  open_.push_back(path);
  Document result;
  const auto bases = take_extends(*document, request.path.parent_path());
  for (const Request& base : bases) result.merge(load(base));
  open_.pop_back();
  result.merge(std::move(*document));
  return result;
}

std::optional<Document> Loader::read(const Request& request) {
  if (++files_ > max_files) {
    if (files_ == max_files + 1) add(request, "more than 100 files extend each other");
    return std::nullopt;
  }
  try {
    files.push_back(request.path.string());
    const std::string text = read_prefix(request.path, json_limits::bytes + 1);
    Document document = Document::parse(text, request.path.string());
    if (request.pointer.empty() || document.value().is_object()) return document;
    add(request, in_quotes(request.path.string()) + " holds no JSON object");
  } catch (const IoError& error) {
    add(request, error.what());
  } catch (const ConfigError& error) {
    problems.insert(problems.end(), error.problems().begin(), error.problems().end());
  }
  return std::nullopt;
}

std::vector<Request> Loader::take_extends(Document& document, const fs::path& directory) {
  const Json* const found = document.value().is_object() ? document.find("/extends") : nullptr;
  if (found == nullptr) return {};
  std::vector<Request> bases;
  const Json names = found->is_array() ? *found : Json::array({*found});
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string pointer = found->is_array() ? "/extends/" + std::to_string(i) : "/extends";
    Request base{{}, document.origin(pointer), pointer};
    if (!names[i].is_string() || names[i].get<std::string>().empty()) {
      add(base, "expected the name of a file, or a list of names");
      continue;
    }
    base.path = (directory / names[i].get<std::string>()).lexically_normal();
    bases.push_back(std::move(base));
  }
  document.erase("/extends");
  return bases;
}

}  // namespace

Document Document::load(const std::filesystem::path& path) {
  Loader loader;
  Document document = loader.load({path, {path.string(), 0, 0}, ""});
  throw_if_any(std::move(loader.problems));
  document.files_ = std::move(loader.files);
  return document;
}

}  // namespace exmy
