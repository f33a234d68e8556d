#pragma once
// SHA-256 (FIPS 180-4), computed by OpenSSL's libcrypto.
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace exmy {

/// The hash of bytes that arrive in pieces. IoError if libcrypto refuses.
class Sha256 {
 public:
  Sha256();

  void update(std::string_view bytes);

  /// 64 lower-case hexadecimal digits, of all bytes so far; more may follow.
  std::string hex() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  using Context = std::unique_ptr<evp_md_ctx_st, Free>;

  Context context_;
};

/// The same for bytes that are all there.
std::string sha256_hex(std::string_view bytes);

}  // namespace exmy
