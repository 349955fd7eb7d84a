#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/events.hpp>
#include <duroxide/headers.hpp>
#include <duroxide/payload.hpp>

namespace duroxide::DUROXIDE_ABI {

/// The messages that travel through the store's queues. `instance` is always the receiver.
namespace work {

struct StartOrchestration {
  std::string instance;
  std::string orchestration;
  Payload input;
  std::optional<std::string> version;  ///< none means the newest registered
  std::optional<ParentLink> parent;
  std::vector<std::string> tags = {};  ///< to find it by
  /// From its start on, over all executions; then it is asked to stop, and ends as timed out.
  std::optional<std::uint64_t> timeout_ms = std::nullopt;
  Headers headers = {};
  bool operator==(const StartOrchestration&) const = default;
};

/// An execution's last message to itself: begins the next one.
struct ContinueAsNew {
  std::string instance;
  std::uint64_t execution_id = 0;  ///< of the execution to begin
  std::string orchestration;
  Payload input;
  std::optional<std::string> version;
  std::optional<ParentLink> parent;
  CarriedState carried;
  Headers headers = {};
  bool operator==(const ContinueAsNew&) const = default;
};

/// The only item of the worker queue.
struct ActivityExecute {
  std::string instance;
  std::uint64_t execution_id = 0;
  std::uint64_t id = 0;  ///< event id of the schedule
  std::string name;
  Payload input;
  std::string orchestration;
  std::string version;
  std::optional<std::string> tag = std::nullopt;
  std::optional<std::string> session = std::nullopt;
  /// Of the instance, see `ActivityToken`. The store sets it when the item is queued.
  std::uint64_t incarnation = 0;
  std::optional<ActivityTimeouts> timeouts = std::nullopt;
  /// When it must have begun to run. The store sets it when the item is queued.
  std::optional<Timestamp> start_due = std::nullopt;
  Headers headers = {};
  bool operator==(const ActivityExecute&) const = default;
};

struct ActivityCompleted {
  std::string instance;
  std::uint64_t execution_id = 0;
  std::uint64_t id = 0;
  Payload result;
  bool operator==(const ActivityCompleted&) const = default;
};
struct ActivityFailed {
  std::string instance;
  std::uint64_t execution_id = 0;
  std::uint64_t id = 0;
  ErrorDetails details;
  bool operator==(const ActivityFailed&) const = default;
};

/// Waits in the timer queue until `fire_at`, then goes to the instance.
struct TimerFired {
  std::string instance;
  std::uint64_t execution_id = 0;
  std::uint64_t id = 0;
  Timestamp fire_at;
  bool operator==(const TimerFired&) const = default;
};

struct ExternalRaised {
  std::string instance;
  std::string name;
  Payload data;
  bool operator==(const ExternalRaised&) const = default;
};

struct SubOrchCompleted {
  std::string instance;  ///< the parent
  std::uint64_t execution_id = 0;
  std::uint64_t id = 0;
  Payload result;
  bool operator==(const SubOrchCompleted&) const = default;
};
struct SubOrchFailed {
  std::string instance;  ///< the parent
  std::uint64_t execution_id = 0;
  std::uint64_t id = 0;
  ErrorDetails details;
  bool operator==(const SubOrchFailed&) const = default;
};

struct CancelInstance {
  std::string instance;
  std::string reason;
  /// Set if a parent gives up its child: then it is for that very child, not for whoever else has
  /// the id.
  std::optional<ParentLink> parent = std::nullopt;
  /// Nobody asks: it has taken longer than it may, see `StartOrchestration::timeout_ms`.
  bool timed_out = false;
  bool operator==(const CancelInstance&) const = default;
};

struct QueueMessage {
  std::string instance;
  std::string name;
  Payload data;
  bool operator==(const QueueMessage&) const = default;
};

/// Asks for a value of `instance`. The store answers it itself, with a `KeyValueRead` to the reader,
/// in the transaction that sends it.
struct ReadKeyValue {
  std::string instance;
  std::string key;
  ParentLink reader;
  bool operator==(const ReadKeyValue&) const = default;
};
struct KeyValueRead {
  std::string instance;  ///< the reader
  std::uint64_t execution_id = 0;
  std::uint64_t id = 0;
  std::optional<Payload> value;  ///< none: no such instance or key
  bool operator==(const KeyValueRead&) const = default;
};

/// Asks the instance's code something. The answer goes to whoever waits for it at the store; see
/// `provider::AskUpdate`.
struct UpdateRequest {
  std::string instance;
  std::string id;  ///< the same update, asked again, has the same
  std::string name;
  Payload input;
  bool operator==(const UpdateRequest&) const = default;
};

/// Asks for the end of `instance`. The store answers it itself, with an `AwaitedCompleted` or an
/// `AwaitedFailed` to the reader: in the transaction that sends it if the instance has ended or there is
/// none, else in that which ends it.
struct AwaitInstance {
  std::string instance;
  ParentLink reader;
  bool given_up = false;  ///< the reader waits no more
  bool operator==(const AwaitInstance&) const = default;
};
struct AwaitedCompleted {
  std::string instance;  ///< the reader
  std::uint64_t execution_id = 0;
  std::uint64_t id = 0;
  Payload output;
  bool operator==(const AwaitedCompleted&) const = default;
};
struct AwaitedFailed {
  std::string instance;  ///< the reader
  std::uint64_t execution_id = 0;
  std::uint64_t id = 0;
  ErrorDetails details;
  bool operator==(const AwaitedFailed&) const = default;
};

}  // namespace work

/// The order of the alternatives is part of the store's format: append, never reorder.
using WorkItem = std::variant<work::StartOrchestration, work::ContinueAsNew, work::ActivityExecute,
                              work::ActivityCompleted, work::ActivityFailed, work::TimerFired,
                              work::ExternalRaised, work::SubOrchCompleted, work::SubOrchFailed,
                              work::CancelInstance, work::QueueMessage, work::ReadKeyValue,
                              work::KeyValueRead, work::UpdateRequest, work::AwaitInstance,
                              work::AwaitedCompleted, work::AwaitedFailed>;

/// The instance an item is for.
[[nodiscard]] DUROXIDE_API const std::string& target_instance(const WorkItem& item);

}  // namespace duroxide::DUROXIDE_ABI
