#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include <duroxide/provider_messages.hpp>
#include <duroxide/status.hpp>

#include "postgres/batches.hpp"
#include "postgres/leases.hpp"
#include "postgres/refusal.hpp"

namespace duroxide::postgres {

/// Those in this process who wait for something of an instance. What has become of it is looked at at the
/// end of each batch that touches it, and when another process says that it has changed.
class Waiting final : public Batches::Part {
 public:
  using StatusReply = Reply<OrchestrationStatus>;
  using ValueReply = Reply<std::optional<StoredValue>>;
  using AnswerReply = Reply<std::optional<provider::UpdateAnswer>>;

  /// `batches` must outlive it.
  explicit Waiting(Batches& batches);

  void wait_for_status(Asker asker, const provider::WaitForStatus& request, StatusReply reply);
  void wait_for_value(Asker asker, const provider::WaitForValue& request, ValueReply reply);
  void wait_for_start(Asker asker, const provider::WaitForStart& request, StatusReply reply);
  /// For the answer to an update, which is being sent. Gives the number of the wait.
  std::uint64_t wait_for_update(Asker asker, std::uint64_t wait_id, const std::string& instance,
                                const std::string& update, AnswerReply reply);
  /// For the answer to a question, likewise.
  std::uint64_t wait_for_question(Asker asker, std::uint64_t wait_id, const std::string& instance,
                                  const std::string& question, AnswerReply reply);
  /// What was sent is committed, for the instance of that number.
  void sent(std::uint64_t wait, std::int64_t number);
  /// It was not sent: its wait is answered so.
  void refuse(std::uint64_t wait, const ProviderError& error);
  /// The instance has ended: the answer is looked for in its history.
  void look_in_history(std::uint64_t wait);
  /// The same, for a wait whose answer goes to `reply` instead.
  void answer_or_refuse(std::uint64_t wait, AnswerReply reply);

  /// Whether somebody here waits for the answer to this update.
  [[nodiscard]] bool is_asked(const std::string& instance, const std::string& update) const;
  /// A turn has answered.
  void answer(const std::string& instance, const provider::UpdateAnswer& answer);
  /// A turn has begun an execution and ended it at once.
  void begun(const std::string& instance);

  /// The instance may have changed: it is looked at at the end of the next batch.
  void touch(const std::string& instance);
  /// A turn changes its instance: it is looked at for those alone whom that may answer.
  void touch(const std::string& instance, const provider::AckOrchestrationItem& ack,
             bool is_first_turn);
  /// The same, as others tell of it.
  void touch_digest(std::int64_t digest);
  void touch_all();

  void stop(Asker asker, std::uint64_t wait_id);
  /// Forgets the waits of one who is gone.
  void drop(Asker asker);
  void refuse_all(const ProviderError& error);

  void join(Runner::Batch& batch) override;

 private:
  static constexpr const char* for_update = "update";
  static constexpr const char* for_question = "query";

  struct ForStatus {
    std::optional<std::uint64_t> after_custom_status;
    StatusReply reply;
  };
  struct ForValue {
    std::string key;
    std::uint64_t after_version = 0;
    ValueReply reply;
  };
  struct ForStart {
    bool first_turn = false;
    bool has_begun = false;
    StatusReply reply;
  };
  struct ForAnswer {
    std::string id;
    bool is_question = false;
    bool is_sent = false;
    AnswerReply reply;
  };
  struct Wait {
    Asker asker = 0;
    std::uint64_t wait_id = 0;
    std::string instance;
    std::optional<std::int64_t> number = std::nullopt;  ///< of the instance, once it was seen
    bool was_seen = false;    ///< a look has succeeded: it waits through losses of the database
    bool is_stopped = false;  ///< whatever is there answers it
    std::variant<ForStatus, ForValue, ForStart, ForAnswer> what = {};
  };
  using Waits = std::map<std::uint64_t, Wait>;

  std::uint64_t add(Wait wait);
  [[nodiscard]] Waits::iterator find(std::uint64_t id) { return waits_.find(id); }
  /// Whether what the turn has decided may be what somebody waits for. Answers are given by `answer`.
  [[nodiscard]] static bool may_answer(const Wait& wait, const provider::AckOrchestrationItem& ack,
                                       bool is_first_turn);
  /// Takes it out, and gives it.
  Wait take(Waits::iterator wait);
  [[nodiscard]] Request look(std::uint64_t id, const Wait& wait);
  /// For one that has just come: before what is asked behind it, which may put another instance in the place
  /// of its own.
  void look_first(std::uint64_t id);
  void looked(std::uint64_t id, const Outcome& outcome);
  /// What can be said of an instance that is not there, or not any more.
  void answer_without(Waits::iterator wait);
  void answer_with(Waits::iterator wait, const Rows::Row& row, const Outcome& outcome);
  static void refuse(Wait wait, const ProviderError& error);

  Batches& batches_;
  Waits waits_;
  std::map<std::pair<Asker, std::uint64_t>, std::uint64_t> by_asker_;
  std::multimap<std::string, std::uint64_t> by_instance_;
  std::set<std::uint64_t> due_;
  std::uint64_t newest_ = 0;
};

}  // namespace duroxide::postgres
