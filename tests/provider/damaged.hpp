#pragma once

// Stores with damage in them, and what a check of them says.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "engine/instances.hpp"
#include "provider/faulty_world.hpp"
#include "provider/filled_world.hpp"
#include "storage/keys.hpp"

namespace duroxide::testing {

// What numbers the instances of a filled world have.

inline constexpr std::uint64_t zero = 0;
inline constexpr std::uint64_t one = 1;
inline constexpr std::uint64_t busy = 3;
inline constexpr std::uint64_t again = 5;
inline constexpr std::uint64_t waiting = 6;
inline constexpr std::uint64_t later = 7;
inline constexpr std::uint64_t nobody = 99;

inline VerifyReport verify(World& world, OnProgress on_progress = {}) {
  return world
      .manage<provider::Answer<VerifyReport>>(management::VerifyStore{std::move(on_progress)})
      .value();
}

inline std::string describe(const VerifyReport& report) {
  std::string text;
  for (const StoreProblem& problem : report.problems) {
    text +=
        problem.table + " " + problem.key + " " + problem.instance_id + ": " + problem.what + "\n";
  }
  return text;
}

inline void check_clean(World& world) {
  const auto report = verify(world);
  INFO(describe(report));
  CHECK(report.is_clean());
  CHECK(report.complete);
}

/// A filled world, and what is found in it after a row was planted.
class Damaged {
 public:
  Damaged() { fill(faulty_.world); }

  [[nodiscard]] std::string get(storage::Table table, const std::string& key) const {
    return std::string(faulty_.kv->snapshot()->get(table, key).value());
  }
  [[nodiscard]] storage::InstanceRecord record(std::uint64_t number) const {
    return storage::decode_instance(get(storage::Table::instances, storage::make_key(number)))
        .value();
  }
  void plant(storage::Table table, std::string key, std::optional<std::string> value) {
    faulty_.kv->plant(table, std::move(key), std::move(value));
  }
  void plant(std::uint64_t number, const storage::InstanceRecord& record) {
    plant(storage::Table::instances, storage::make_key(number), storage::encode_instance(record));
  }

  /// That there is a problem with this row, and says so.
  void finds(storage::Table table, const std::string& key, const std::string& what,
             const std::string& instance = "busy") {
    const auto report = verify(faulty_.world);
    INFO(describe(report));
    CHECK_FALSE(report.is_clean());
    CHECK(report.problem_count == report.problems.size());
    const bool found =
        std::any_of(report.problems.begin(), report.problems.end(), [&](const auto& problem) {
          return problem.table == to_string(table) && problem.key == storage::hex(key) &&
                 problem.what.find(what) != std::string::npos && problem.instance_id == instance;
        });
    CHECK(found);
  }

 private:
  FaultyWorld faulty_;
};

}  // namespace duroxide::testing
