#include "storage/logged/checkpointer.hpp"

#include <chrono>
#include <exception>
#include <new>
#include <utility>
#include <vector>

#include "model/invariant.hpp"
#include "model/metrics.hpp"

namespace duroxide::storage {

namespace {

/// Whether or not there is memory for what the error says.
void note_failure(CheckpointEnd& end, const ProviderError& error) noexcept {
  end.kind = CheckpointEnd::Kind::failed;
  end.error.kind = error.kind;
  end.error.retryable = error.retryable;
  try {
    end.error.message = error.message;
  } catch (const std::bad_alloc&) {
    end.error.message.clear();
  }
}

}  // namespace

Checkpointer::Checkpointer(LmdbKv& tables, Layers& layers, Reached& reached,
                           model::Metrics* metrics)
    : tables_(tables), layers_(layers), reached_(reached), metrics_(metrics), thread_([this] {
        run();
      }) {}

void Checkpointer::begin(CheckpointWork work) {
  DUROXIDE_INVARIANT(!under_way_, "one checkpoint is under way at a time");
  DUROXIDE_INVARIANT(work.layers.last() == work.anchor.reached.number,
                     "a checkpoint writes what it says that the tables reach");
  {
    const std::lock_guard lock(mutex_);
    work_ = std::move(work);
  }
  under_way_ = true;
  changed_.notify_all();
}

std::optional<CheckpointEnd> Checkpointer::take_end() {
  if (!under_way_) {
    return std::nullopt;
  }
  const std::lock_guard lock(mutex_);
  under_way_ = !end_.has_value();
  return std::exchange(end_, std::nullopt);
}

bool Checkpointer::has_ended() {
  if (!under_way_) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  return end_.has_value();
}

CheckpointEnd Checkpointer::wait_for_end() {
  DUROXIDE_INVARIANT(under_way_, "who waits for a checkpoint has begun one");
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return end_.has_value(); });
  under_way_ = false;
  CheckpointEnd end = std::move(*end_);
  end_.reset();
  return end;
}

void Checkpointer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return work_.has_value() || stopping_; });
    if (!work_) {
      return;
    }
    std::optional<CheckpointWork> work = std::exchange(work_, std::nullopt);
    lock.unlock();
    CheckpointEnd end = write_measured(*work);
    // Before the end is told, and without the lock: what is in the tables need not stay in memory, and
    // to let go of it takes a while.
    work.reset();
    lock.lock();
    end_ = std::move(end);
    changed_.notify_all();
  }
}

CheckpointEnd Checkpointer::write_measured(const CheckpointWork& work) {
  if (metrics_ == nullptr) {
    return write(work);
  }
  const model::Instant began = std::chrono::steady_clock::now();
  CheckpointEnd end = write(work);
  if (end.kind == CheckpointEnd::Kind::done) {
    metrics_->checkpoint_duration.observe(std::chrono::steady_clock::now() - began);
  } else if (end.kind == CheckpointEnd::Kind::failed) {
    metrics_->failed_checkpoints.add();
  }
  return end;
}

CheckpointEnd Checkpointer::write(const CheckpointWork& work) {
  CheckpointEnd end;
  end.anchor = work.anchor;
  try {
    const Changes anchored = change_to(work.anchor);
    std::vector<const Changes*> changes;
    for (std::size_t index = 0; index < work.layers.size(); ++index) {
      changes.push_back(&work.layers[index].changes);
    }
    changes.push_back(&anchored);
    const auto begun = [&](std::uint64_t transaction) {
      reached_.note(transaction, work.anchor.reached.number);
    };
    if (!tables_.commit_if_it_fits(changes, begun)) {
      end.kind = CheckpointEnd::Kind::map_full;
      return end;
    }
    layers_.drop(work.anchor.reached.number);
  } catch (const StorageFailure& failed) {
    note_failure(end, failed.error());
  } catch (const std::exception&) {  // there is no memory
    end.kind = CheckpointEnd::Kind::failed;
    end.error.retryable = true;
  }
  return end;
}

}  // namespace duroxide::storage
