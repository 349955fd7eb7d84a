#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "model/boxed.hpp"
#include "storage/common.hpp"

namespace duroxide::storage {

/// For the end of an instance, or a change of its custom status before that.
struct StatusWait {
  using Answer = provider::Answer<OrchestrationStatus>;

  std::optional<std::uint64_t> after_custom_status;
  Reply<Answer> reply;

  [[nodiscard]] bool is_over(const OrchestrationStatus& status) const {
    return status.is_terminal() ||
           (after_custom_status && status.custom_status_version() > *after_custom_status);
  }
};

/// For a value of an instance.
struct ValueWait {
  using Answer = provider::Answer<std::optional<StoredValue>>;

  std::string key;
  std::uint64_t after_version = 0;
  Reply<Answer> reply;

  [[nodiscard]] bool is_over(const std::optional<StoredValue>& value) const {
    return value && value->version > after_version;
  }
};

/// For the answer to an update or a query; none if the wait is taken back before there is one.
struct UpdateWait {
  using Answer = provider::Answer<std::optional<provider::UpdateAnswer>>;

  std::string update_id;
  Reply<Answer> reply;
  /// A query, which stands nowhere else. There are as many waits as calls that wait, and few are this.
  model::Boxed<provider::Question> question = {};
  /// A turn has answered the query; it is told once that turn is committed.
  bool is_answered = false;
};

using Wait = std::variant<StatusWait, ValueWait, UpdateWait>;

/// Those who wait for something of an instance. Each wait leaves once.
class Waits {
 public:
  /// The sender must have no wait of that id.
  void add(Number number, Holder sender, std::uint64_t wait_id, Wait wait);
  [[nodiscard]] bool any(Number number) const;
  /// Whether exactly one waits for something of the instance.
  [[nodiscard]] bool has_one(Number number) const;
  /// Whether somebody waits for the answer to this update.
  [[nodiscard]] bool is_asked(Number number, std::string_view update_id) const;
  /// A turn that is not committed yet has answered a query: it is handed out no more.
  void set_answered(Number number, std::string_view question_id);
  /// What is asked of the code of an instance.
  [[nodiscard]] std::vector<provider::Question> questions(Number number) const;

  /// Removes the waits of one instance for which `answered` returns true. It must not come back here.
  void remove_if(Number number, const std::function<bool(const Wait&)>& answered);
  /// Removes and returns the waits of one instance.
  [[nodiscard]] std::vector<Wait> take(Number number);
  /// Removes one wait and returns it with its instance.
  [[nodiscard]] std::optional<std::pair<Number, Wait>> stop(Holder sender, std::uint64_t wait_id);
  [[nodiscard]] std::vector<Wait> take_all();
  /// Forgets the waits of one who is gone.
  void drop(Holder sender);

 private:
  using Id = std::pair<Holder, std::uint64_t>;
  using Place = std::pair<Number, Id>;
  struct Held {
    Number number = 0;
    Wait wait;
  };

  /// Calls `act` with each wait of the instance, as it stands in `waits_`.
  template <class Act>
  void each_of(Number number, const Act& act) const;
  [[nodiscard]] std::set<Place>::const_iterator first_of(Number number) const {
    return by_instance_.lower_bound({number, {}});
  }

  std::map<Id, Held> waits_;
  std::set<Place> by_instance_;
};

}  // namespace duroxide::storage
