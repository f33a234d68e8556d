#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace exmy {

/// A data file that is missing, unreadable, truncated or malformed, or a request that it cannot fill.
/// what() names the file, the place (byte offset from 0, or line and column from 1) and what was wanted.
class DataError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  static DataError in_file(const std::string& path, const std::string& text) {
    return DataError(path + ": " + text);
  }
  static DataError at_byte(const std::string& path, std::size_t offset, const std::string& text) {
    return DataError(path + ": byte " + std::to_string(offset) + ": " + text);
  }
  static DataError at_place(const std::string& path, std::size_t line, std::size_t column,
                            const std::string& text) {
    return DataError(path + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + text);
  }
};

/// The file is not there, or the system does not give it.
class UnreadableData : public DataError {
 public:
  using DataError::DataError;
};

/// Everything that is wrong with the files of a data set.
class DataErrors : public DataError {
 public:
  struct One {
    std::string
        key;  ///< of the configuration, which names the file or its folder; empty: whoever reads it knows
    bool unreadable;  ///< else malformed
    std::string text;
  };
  /// REQUIRES at least one.
  explicit DataErrors(std::vector<One> all) : DataError(joined(all)), all_(std::move(all)) {}
  const std::vector<One>& all() const { return all_; }

 private:
  static std::string joined(const std::vector<One>& all) {
    std::string text;
    for (const One& one : all) text += (text.empty() ? "" : "\n") + one.text;
    return text;
  }
  std::vector<One> all_;
};

/// Collects what is wrong while a reader goes on, in the order in which it is found.
class DataProblems {
 public:
  /// Keeps the first `most_told`, and counts the others.
  explicit DataProblems(std::size_t most_told = ~std::size_t{0}) : most_told_(most_told) {}

  void add(const std::string& key, const DataError& malformed) { add({key, false, malformed.what()}); }
  /// How many more there are than were kept, if any, as a problem of a file.
  void add_rest(const std::string& key, const std::string& path) {
    if (count_ > all_.size())
      all_.push_back({key, false, path + ": " + std::to_string(count_ - all_.size()) + " more problems"});
  }

  /// Whether `action` came to its end: a DataError that it throws is collected, under `key` where it has no key.
  template <class Action>
  bool attempt(const std::string& key, const Action& action) {
    try {
      action();
      return true;
    } catch (const DataErrors& errors) {
      for (const DataErrors::One& one : errors.all())
        add({one.key.empty() ? key : one.key, one.unreadable, one.text});
    } catch (const UnreadableData& error) {
      add({key, true, error.what()});
    } catch (const DataError& error) {
      add(key, error);
    }
    return false;
  }

  bool empty() const { return all_.empty(); }
  const std::vector<DataErrors::One>& all() const { return all_; }
  void throw_if_any() const {
    if (!empty()) throw DataErrors(all_);
  }

 private:
  void add(DataErrors::One one) {
    if (++count_ <= most_told_) all_.push_back(std::move(one));
  }

  std::size_t most_told_;
  std::size_t count_ = 0;
  std::vector<DataErrors::One> all_;
};

}  // namespace exmy
