// Which keys of configurations differ, and how their values are shown.
#include "sim/compare/keys.hpp"

#include "tests/support/catch.hpp"

using namespace exmy;

namespace {

using Paths = std::vector<std::string>;

Paths differing_keys(const Json& a, const Json& b) {
  const Keys x = keys_of(a);
  const Keys y = keys_of(b);
  return differing({&x, &y});
}

}  // namespace

TEST_CASE("keys are dotted paths; lists of plain values are values; null and empty are absent") {
  const Json config =
      Json::parse(R"({"model": {"hidden": [8, 4], "kind": "mlp"}, "recipe": null, "formats": {},
    "policy": [{"match": {"role": ["weight", "update"], "op": []}, "format": "e5m2", "chunk": null}]})");
  const Keys expected{{"model.hidden", Json::array({8, 4})},
                      {"model.kind", "mlp"},
                      {"policy.0.match.role", Json::array({"weight", "update"})},
                      {"policy.0.format", "e5m2"}};
  CHECK(keys_of(config) == expected);
}

TEST_CASE("what makes no difference is left out") {
  const Json config =
      Json::parse(R"({"name": "a", "threads": 2, "checkpoint": {"every": 5}, "limits": {"wall_s": 3},
    "seed": 7, "schema_version": 1, "stats": {"name": "kept"}})");
  CHECK(keys_of(config) == Keys{{"stats.name", "kept"}});
}

TEST_CASE("only keys that differ, elements of arrays by number") {
  const auto policy = [](const char* last, int rules) {
    Json out{{"policy", Json::array()}, {"same", 1}};
    for (int i = 0; i < rules; ++i) out["policy"].push_back({{"format", i == rules - 1 ? last : "fp16"}});
    return out;
  };
  CHECK(differing_keys(policy("e5m2", 2), policy("e5m2", 2)).empty());
  CHECK(differing_keys(policy("e5m2", 2), policy("bf16", 2)) == Paths{"policy.1.format"});
  CHECK(differing_keys(policy("fp16", 2), policy("fp16", 3)) == Paths{"policy.2.format"});
  CHECK(differing_keys(policy("fp16", 9), policy("fp16", 11)) ==
        Paths{"policy.9.format", "policy.10.format"});
  CHECK(differing_keys({{"a", 1}}, {{"a", 1.0}}).empty());
  CHECK(differing_keys({{"a", 0}}, {{"b", 0}}) == Paths{"a", "b"});
}

TEST_CASE("a format that is an object is shown by its name") {
  const Json format = Json::parse(
      R"({"exponent_bits": 3, "mantissa_bits": 2, "bias": 5, "infinities": false, "nan": "none"})");
  CHECK(keys_of({{"formats", {{"six", format}}}}) == Keys{{"formats.six", "e3m2b5fn"}});
  CHECK(value_word(format) == "e3m2b5fn");
  Json bad = format;
  bad["nan"] = "some";
  CHECK(value_word(bad).starts_with("{\"bias\":5,"));
}

TEST_CASE("values as words") {
  CHECK(value_word(Json()) == "-");
  CHECK(value_word("e4m3fn") == "e4m3fn");
  CHECK(value_word(0.1) == "0.1");
  CHECK(value_word(true) == "true");
  CHECK(value_word(Json::array({128, 64})) == "128,64");
}

TEST_CASE("short paths stay different, and whole where an array is on the way") {
  CHECK(short_paths({"training.optimizer.lr", "seed"}) == Paths{"optimizer.lr", "seed"});
  CHECK(short_paths({"a.b.x.kind", "a.c.x.kind"}) == Paths{"b.x.kind", "c.x.kind"});
  CHECK(short_paths({"policy.1.match.role"}) == Paths{"policy.1.match.role"});
}
