#pragma once

// Opens an earlier store in a system where nothing happens by itself.

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "provider/earlier_stores.hpp"
#include "support/deterministic_system.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::earlier_stores {

using Statuses = std::map<std::string, OrchestrationStatus>;

/// When the stores were written, by the clock that they were written with.
inline const Timestamp written_at = from_milliseconds(1'700'000'000'000);

/// An earlier store in a directory of its own.
struct Unpacked {
  explicit Unpacked(const EarlierStore& store) { unpack_store(store, directory); }

  testing::TempDir temp;
  std::filesystem::path directory = [this] {
    std::filesystem::create_directory(temp.path() / "store");
    return temp.path() / "store";
  }();
};

/// A store in a system without threads, an hour after it was left. Nothing happens but in `settle` and
/// in calls.
class OpenedStore {
 public:
  using Open = Result<Store, ProviderError> (*)(const std::filesystem::path&, const LmdbOptions&);

  explicit OpenedStore(const std::filesystem::path& directory, Open open = &LmdbProvider::open) {
    auto opened = open(directory, LmdbOptions()
                                      .durability(Durability::none)
                                      .map_size(std::uint64_t{16} << 20)
                                      .clock(clock)
                                      .actor_system(system.handle())
                                      .log_sink([this](const LogRecord& record) {
                                        complaints += record.level >= LogLevel::error
                                                          ? record.message + "\n"
                                                          : std::string();
                                      }));
    if (!opened) {
      error = opened.error();
      return;
    }
    store = *opened;
    client.emplace(*store);
    management.emplace(*store);
  }

  /// Lets happen what can within a minute.
  void settle() {
    for (int second = 0; second < 60; ++second) {
      system.run();
      clock->advance(std::chrono::seconds(1));
    }
    system.run();
  }

  void verify() {
    const auto report = management->verify().value();
    for (const StoreProblem& problem : report.problems) {
      UNSCOPED_INFO(problem.table << " " << problem.key << " of `" << problem.instance_id
                                  << "`: " << problem.what);
    }
    CHECK(report.is_clean());
  }

  Statuses statuses() {
    Statuses all;
    const auto ids = management->list_all_instances().value();
    for (const std::string& id : ids) {
      all.emplace(id, client->get_status(id).value());
    }
    return all;
  }

  std::vector<std::string> listed(const InstanceFilter& filter) {
    std::vector<std::string> ids;
    const auto rows = management->list_instances(filter).value();
    for (const InstanceSummary& row : rows) {
      ids.push_back(row.instance_id);
    }
    return ids;
  }

  test::DeterministicSystem system;
  std::shared_ptr<ManualClock> clock =
      std::make_shared<ManualClock>(written_at + std::chrono::hours(1));
  std::string complaints;
  std::optional<ProviderError> error;
  std::optional<Store> store;
  std::optional<Client> client;
  std::optional<ManagementClient> management;
};

}  // namespace duroxide::earlier_stores
