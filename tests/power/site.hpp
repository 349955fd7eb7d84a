#pragma once

// The place where a workload runs, and short words for what it does: each calls, and notes what it was
// told once the call has returned.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/duroxide.hpp>

#include "power/orchestrations.hpp"
#include "property/random.hpp"

namespace duroxide::power {

/// Where the store lies below the root: two directories deep, which the opening makes.
[[nodiscard]] std::filesystem::path store_directory(const std::filesystem::path& root);
/// Where backups are made, each in a directory of its own.
inline constexpr const char* backup_directory = "backups";

class Site {
 public:
  Site(std::filesystem::path root, std::uint64_t seed);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  void open(Durability durability = Durability::full,
            std::uint64_t map_size = std::uint64_t{1} << 30);
  void start_runtime(const RetentionPolicy& retention = RetentionPolicy());
  void stop_runtime();
  /// Stops the runtime if there is one, and closes the store.
  void close();
  /// Closes, opens and starts anew.
  void restart();

  void start(const std::string& id, const std::string& orchestration, const std::string& input,
             const std::vector<std::string>& tags = {});
  void enqueue(const std::string& id, const std::string& data);
  void raise(const std::string& id, const std::string& data);
  /// Waits for the end.
  void finish(const std::string& id);
  void see(const std::string& id);
  void cancel(const std::string& id);
  void terminate(const std::string& id);
  void remove(const std::string& id);
  void rewind(const std::string& id, const std::string& orchestration);
  void fork(const std::string& id, const std::string& new_id, const std::string& orchestration,
            const std::string& input);
  /// Exports, deletes and imports it.
  void move(const std::string& id, const std::string& orchestration, const std::string& input);
  void prune(const std::string& id);
  void pause(const PauseScope& scope, bool pause);
  void backup(const std::string& name);

  [[nodiscard]] property::Random& random() { return random_; }
  [[nodiscard]] Client& client() { return *client_; }
  [[nodiscard]] const ManagementClient& management() const { return *management_; }
  [[nodiscard]] Behaviour& behaviour() { return *behaviour_; }

 private:
  std::filesystem::path root_;
  std::uint64_t checkpoint_size_;
  property::Random random_;
  std::shared_ptr<Behaviour> behaviour_ = std::make_shared<Behaviour>();
  Durability durability_ = Durability::full;
  std::uint64_t map_size_ = 0;
  std::optional<Store> store_;
  std::optional<Client> client_;
  std::optional<ManagementClient> management_;
  std::optional<Runtime> runtime_;
};

}  // namespace duroxide::power
