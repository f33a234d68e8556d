#include "sim/base/sha256.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace exmy;

// NIST, "Descriptions of SHA-256": the messages of FIPS 180 and its appendix.
TEST_CASE("SHA-256 of the messages of the standard", "[base][sha256]") {
  REQUIRE(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  REQUIRE(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  REQUIRE(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  REQUIRE(sha256_hex(std::string(1000000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("pieces make the same hash, and it can be read on the way", "[base][sha256]") {
  Sha256 hash;
  REQUIRE(hash.hex() == sha256_hex(""));
  hash.update("a");
  hash.update("");
  REQUIRE(hash.hex() == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
  hash.update("bc");
  REQUIRE(hash.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
