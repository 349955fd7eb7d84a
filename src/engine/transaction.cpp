#include "engine/transaction.hpp"

#include <utility>

#include "model/invariant.hpp"

namespace duroxide::storage {

namespace {

/// The room of a request that did far more than others, as a bulk does, is given back.
constexpr std::size_t most_spare_effects = 1024;

void forget(std::vector<Transaction::Effect>& effects) {
  effects.clear();
  if (effects.capacity() > most_spare_effects) {
    effects.shrink_to_fit();
  }
}

}  // namespace

void tell(const LogSink& sink, LogLevel level, std::string message, std::string instance) {
  if (sink) {
    LogRecord record;
    record.level = level;
    record.message = std::move(message);
    record.instance = std::move(instance);
    sink(record);
  }
}

Transaction::Transaction(Batch& batch, Memory& memory, const Clock& clock,
                         const EngineOptions& options, LogSink log)
    : batch_(batch), memory_(memory), clock_(clock), options_(options), log_(std::move(log)) {}

void Transaction::log_unreadable(const StorageFailure& failed) const {
  log(LogLevel::error, "the store cannot be read: " + failed.error().message);
}

FoundInstance Transaction::require_instance(const std::string& id) {
  const auto number = instances().find(id);
  auto record = number ? instances().load(*number) : std::nullopt;
  if (!record) {
    throw StorageFailure(ProviderError::Kind::instance_not_found,
                         "there is no instance `" + id + "`");
  }
  return {*number, std::move(*record)};
}

void Transaction::begin() {
  batch_.begin_request();
  effects_.clear();
  makes_room_ = false;
}

void Transaction::undo() {
  batch_.undo_request();
  forget(effects_);
}

void Transaction::carry_out_effects() {
  // One of them may write of itself, which is a request with effects of its own.
  std::vector<Effect> effects = std::exchange(effects_, std::exchange(spare_, {}));
  for (const Effect& effect : effects) {
    effect();
  }
  forget(effects);
  spare_ = std::move(effects);
}

void Transaction::require_room() {
  // What makes room may be in one batch with others, which must not take what is kept for it.
  const bool may_have_all = makes_room_ && batch_.bytes() <= options_.most_bytes_with_reserve;
  batch_.make_room(options_.slack, may_have_all ? RoomFor::making_room : RoomFor::anything);
}

void Transaction::write_of_itself(const std::function<void()>& write) {
  begin();
  try {
    write();
    batch_.make_room(options_.slack);
  } catch (...) {
    undo();
    throw;
  }
  if (batch_.has_changes()) {
    timing().changed();
  }
  carry_out_effects();
}

void Transaction::go_back_to(const Savepoint& point) {
  DUROXIDE_INVARIANT(point.effects <= effects_.size(),
                     "a request goes back to a savepoint of its own, the latest first");
  batch_.undo_to(point.batch);
  effects_.resize(point.effects);
}

bool Transaction::has_done_enough(Timestamp began) const {
  return batch_.mark().rows >= options_.bulk_rows ||
         saturating_add(began, options_.longest_bulk) <= clock_.now();
}

model::Checked Transaction::unless_damaged(const std::string& instance,
                                           const std::function<void()>& act) {
  const Savepoint before = savepoint();
  try {
    act();
    return {};
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      throw;
    }
    go_back_to(before);
    log(LogLevel::warn,
        "the instance is damaged, and left as it is: " + failed.error().message +
            "; verify the store, and delete the instance by itself",
        instance);
    return model::flaw(failed.error().message);
  }
}

}  // namespace duroxide::storage
