#include "sim/nn/datasets/data_file.hpp"

#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "sim/nn/datasets/data_error.hpp"

namespace exmy {
namespace {

constexpr std::size_t block_bytes = 1 << 16;
using Block = std::array<char, block_bytes>;

UnreadableData cannot_read(const std::string& path) {
  return UnreadableData(path + ": cannot be read: " + std::generic_category().message(errno));
}

DataError too_long(const std::string& path, std::size_t bytes_limit) {
  return DataError::in_file(path, "is longer than " + std::to_string(bytes_limit) + " bytes");
}

std::string read_raw(const std::string& path, std::size_t bytes_limit) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw cannot_read(path);
  std::string bytes;
  const auto block = std::make_unique<Block>();
  while (const std::size_t got = std::fread(block->data(), 1, block->size(), file.get())) {
    bytes.append(block->data(), got);
    if (bytes.size() > bytes_limit) throw too_long(path, bytes_limit);
  }
  if (std::ferror(file.get()) != 0) throw cannot_read(path);
  return bytes;
}

/// An inflating zlib stream over `bytes` (which must outlive it), gzip framing only.
class Inflater {
 public:
  explicit Inflater(std::string& bytes) {
    stream_.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    constexpr int gzip_only = 16;
    if (inflateInit2(&stream_, MAX_WBITS + gzip_only) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  int step(Block& out) {
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    return inflate(&stream_, Z_NO_FLUSH);
  }
  std::size_t made() const { return block_bytes - stream_.avail_out; }
  bool at_end() const { return stream_.avail_in == 0; }
  std::size_t left() const { return stream_.avail_in; }
  void next_member() { inflateReset(&stream_); }

 private:
  z_stream stream_{};
};

std::string inflated(const std::string& path, std::string& bytes, std::size_t bytes_limit) {
  Inflater inflater(bytes);
  std::string text;
  const auto block = std::make_unique<Block>();
  for (;;) {
    const int status = inflater.step(*block);
    text.append(block->data(), inflater.made());
    if (text.size() > bytes_limit) throw too_long(path, bytes_limit);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    const std::size_t offset = bytes.size() - inflater.left();
    if (status == Z_STREAM_END) {
      if (inflater.at_end()) return text;
      inflater.next_member();
    } else if (status == Z_BUF_ERROR) {
      throw DataError::at_byte(path, offset, "the gzip stream ends early");
    } else if (status != Z_OK) {
      throw DataError::at_byte(path, offset, "damaged gzip stream");
    }
  }
}

}  // namespace

std::string read_data_file(const std::string& path, std::size_t bytes_limit) {
  std::string bytes = read_raw(path, bytes_limit);
  const bool is_gzip = bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
  return is_gzip ? inflated(path, bytes, bytes_limit) : bytes;
}

}  // namespace exmy
