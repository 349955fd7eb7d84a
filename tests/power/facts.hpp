#pragma once

// What a program was told about a store, and may rely on from then on whatever happens. The program
// notes it as marks in the trace; whoever looks at an image asks for all that was noted before.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <duroxide/store.hpp>

namespace duroxide::power {

/// What is known of an instance.
struct KnownInstance {
  /// Whether it was started, or known to be deleted; neither while it may be either.
  enum class Presence : std::uint8_t { unknown, present, absent };
  Presence presence = Presence::unknown;
  std::string orchestration;
  std::string input;
  std::vector<std::string> tags;
  std::optional<std::string> status;  ///< how it has ended, as text
  /// By execution: how many events were seen, and what they were.
  std::map<std::uint64_t, std::pair<std::size_t, std::uint64_t>> histories;
  std::vector<std::string> messages;            ///< data that was sent to it
  std::map<std::string, std::uint64_t> values;  ///< by key, the version that was seen
  std::uint64_t custom_status_version = 0;
  std::set<std::pair<std::uint64_t, std::uint64_t>> begun;  ///< activities: execution and event
  bool cancel_asked = false;
  bool rewound = false;             ///< after it had failed
  std::uint64_t pruned_before = 0;  ///< executions below this number are gone
};

class Facts {
 public:
  /// Takes in a mark. Unknown ones are an error.
  void learn(const std::string& text);

  /// What the store does not hold of it; empty if it holds all.
  [[nodiscard]] std::vector<std::string> missing(const Store& store) const;
  /// Directories below the root that must hold backups, and what must be in each.
  [[nodiscard]] const std::map<std::string, Facts>& backups() const { return backups_; }
  /// Whether the store must be there.
  [[nodiscard]] bool is_made() const { return is_made_; }
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] const std::map<std::string, KnownInstance>& instances() const { return instances_; }

 private:
  [[nodiscard]] Facts without_backups() const;

  bool is_made_ = false;
  std::map<std::string, KnownInstance> instances_;
  std::map<std::string, bool> paused_;  ///< by scope: whether it must be, or must not be
  std::map<std::string, Facts> begun_backups_;
  std::map<std::string, Facts> backups_;
};

/// Each notes one fact, after the call that tells it has returned.
namespace fact {

void made();
/// `instance` was started, or came into the store in another way.
void started(const std::string& instance, const std::string& orchestration,
             const std::string& input, const std::vector<std::string>& tags = {});
void sent(const std::string& instance, const std::string& data);
void begun(const std::string& instance, std::uint64_t execution, std::uint64_t event);
/// Reads what can be read of the instance now, and notes it, each thing by one of the next four.
void seen(const Store& store, const std::string& instance);
void ended(const std::string& instance, const std::string& status);
void history(const std::string& instance, std::uint64_t execution, std::size_t count,
             std::uint64_t digest);
void value(const std::string& instance, const std::string& key, std::uint64_t version);
void custom_status(const std::string& instance, std::uint64_t version);
/// Before what may change everything that is known of it.
void may_change(const std::string& instance);
void gone(const std::string& instance);
void cancel_asked(const std::string& instance);
void rewound(const std::string& instance, const std::string& orchestration);
/// Executions below `first_kept`, before the call and after it.
void may_be_pruned(const std::string& instance, std::uint64_t first_kept);
void pruned(const std::string& instance, std::uint64_t first_kept);
/// `scope` as `kind:name`. Before the call, and after it.
void pause_may_change(const std::string& scope);
void paused(const std::string& scope, bool is);
/// Around a backup into a directory below the root.
void backup_begins(const std::string& directory);
void backup_done(const std::string& directory);

}  // namespace fact

}  // namespace duroxide::power
