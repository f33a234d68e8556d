#pragma once

#include <cstddef>
#include <string>

namespace exmy {

/// Largest data file that is read, before and after decompression.
inline constexpr std::size_t data_file_bytes_limit = std::size_t{1} << 31;

/// All bytes of the file at `path`; a file that starts with the gzip magic (1f 8b) is decompressed, whatever
/// its name, and may have several members (RFC 1952). Throws DataError: no such file, a directory,
/// unreadable, longer than `bytes_limit`, a gzip stream that ends early, is damaged, or is followed by other
/// bytes.
std::string read_data_file(const std::string& path, std::size_t bytes_limit = data_file_bytes_limit);

}  // namespace exmy
