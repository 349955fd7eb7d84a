#include "engine/starts.hpp"

#include <string>
#include <string_view>

#include "engine/change_notes.hpp"
#include "engine/deadline.hpp"
#include "engine/messages.hpp"
#include "engine/waiting.hpp"
#include "model/encoding.hpp"
#include "model/ids.hpp"
#include "model/keyed_digest.hpp"
#include "model/limits.hpp"

namespace duroxide::storage {

void check_start(const work::StartOrchestration& start) {
  require(model::check_instance_id(start.instance));
  require(model::check_name("orchestration name", start.orchestration));
  require(model::check_payload("input", start.input));
  if (start.version) {
    require(model::check_version(*start.version));
  }
  require(model::check_tags(start.tags));
  require(model::check_headers(start.headers));
  if (start.timeout_ms && (*start.timeout_ms == 0 ||
                           *start.timeout_ms > static_cast<std::uint64_t>(max_delay.count()))) {
    throw StorageFailure(ProviderError::Kind::invalid_input,
                         "the timeout is not longer than zero, or longer than 100 years");
  }
}

std::uint64_t content_digest(const Opening& opening, const std::string& instance,
                             const std::string& name, const Payload& content) {
  if (!opening.digest_key) {
    return model::digest_of_start(name, content);
  }
  // With the id: equal inputs of two instances do not show.
  std::string bytes = instance;
  bytes.push_back('\0');
  bytes.append(name);
  bytes.push_back('\0');
  bytes.append(std::string_view(content));
  const std::uint64_t digest = model::keyed_digest(*opening.digest_key, bytes);
  return digest == 0 ? 1 : digest;
}

std::uint64_t start_digest(const Opening& opening, const work::StartOrchestration& start) {
  return content_digest(opening, start.instance, start.orchestration, start.input);
}

bool is_start_digest(const Opening& opening, const work::StartOrchestration& start,
                     std::uint64_t digest) {
  return digest == start_digest(opening, start) ||
         (opening.digest_key && digest == model::digest_of_start(start.orchestration, start.input));
}

void create_instance(Transaction& transaction, const work::StartOrchestration& start,
                     std::optional<Timestamp> due) {
  const Number number = transaction.numbers().next_instance();

  InstanceRecord record;
  record.id = start.instance;
  record.orchestration = start.orchestration;
  record.created_at = transaction.numbers().creation_time(transaction.now());
  record.updated_at = record.created_at;
  record.execution_started_at = record.created_at;
  record.start_opening = transaction.opening().id;
  record.incarnation = new_incarnation();
  record.parent = start.parent;
  record.start_due = due;
  record.tags = start.tags;
  record.start_digest = start_digest(transaction.opening(), start);
  record.start_version = start.version.value_or("");
  if (start.parent) {
    record.parent_number = transaction.instances().find(start.parent->instance).value_or(0);
  }
  add_deadline(transaction, number, record, due.value_or(transaction.now()), start.timeout_ms);
  transaction.instances().create(number, record);
  note_change(transaction, ChangeKind::started, record);
  transaction.after_applied([&transaction, number] {
    transaction.outcome().touched.insert(number);
    note_start(transaction, number);
  });
  if (due) {
    transaction.batch().put_new(Table::timers, TimerRow{*due, number, 0, 0}.bytes(),
                                model::encode_work_item_shared(start));
    transaction.outcome().timers_touched = true;
  } else {
    stage_message(transaction, number, 0, start);
  }
}

std::optional<Number> accept_start(Transaction& transaction, const work::StartOrchestration& start,
                                   std::optional<Milliseconds> delay) {
  check_start(start);
  if (const auto number = transaction.instances().find(start.instance)) {
    return number;
  }
  std::optional<Timestamp> due;
  if (delay && *delay > Milliseconds::zero()) {
    due = saturating_add(transaction.now(), *delay);
  }
  create_instance(transaction, start, due);
  return std::nullopt;
}

}  // namespace duroxide::storage
