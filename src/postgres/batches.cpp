#include "postgres/batches.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "model/archive.hpp"

namespace duroxide::postgres {

std::int64_t digest_of_instance(std::string_view id) {
  return static_cast<std::int64_t>(model::checksum(id));
}

Batches::Batches(std::shared_ptr<Runner> runner, std::shared_ptr<Membership> membership, Host& host,
                 std::shared_ptr<Clock> clock, std::string channel, bool holds_answers)
    : runner_(std::move(runner)),
      membership_(std::move(membership)),
      host_(host),
      clock_(std::move(clock)),
      channel_(std::move(channel)),
      held_(membership_),
      holds_answers_(holds_answers),
      process_(membership_->process()) {}

CallContext Batches::context() const {
  return {membership_->given_time(), membership_->process(), membership_->has_others(), now()};
}

void Batches::submit(Request request, Brings brings) {
  waiting_.push_back(std::move(request));
  expect(brings);
}

void Batches::look(Request request) {
  waiting_.push_back(std::move(request));
  ask_soon();
}

void Batches::expect(Brings brings) {
  note(brings);
  ask_soon();
}

void Batches::note(Brings brings) {
  brought_.turns = brought_.turns || brings.turns;
  brought_.work = brought_.work || brings.work;
  note_news(brings);
  hint(brings);
}

void Batches::note_news(Brings brings) {
  news_of_turns_ += brings.turns ? 1U : 0U;
  news_of_work_ += brings.work ? 1U : 0U;
}

void Batches::hint(Brings brings) {
  hints_.turns = hints_.turns || brings.turns;
  hints_.work = hints_.work || brings.work;
  hints_.timers = hints_.timers || brings.timers;
}

void Batches::look_for(Brings brings) {
  note_news(brings);
  look_first(brings);
}

void Batches::look_first(Brings brings) {
  hint(brings);
  if (brings.turns || brings.work || brings.timers) {
    ask_soon();
  }
}

void Batches::ask_soon() {
  ++asked_;
  if (is_running_) {
    is_wanted_ = true;
  } else if (!std::exchange(is_scheduled_, true)) {
    host_.run_soon();
  }
}

bool Batches::go_ahead() {
  bool has_handed_out = false;
  if (!is_running_) {
    for (Request& request : waiting_) {
      if (const auto go_ahead = std::exchange(request.go_ahead, nullptr)) {
        const bool is_ahead = go_ahead(request);
        note({!is_ahead, false, false});
      }
    }
    for (Part* part : parts_) {
      has_handed_out = part->go_ahead() || has_handed_out;
    }
  }
  return has_handed_out;
}

void Batches::run() {
  if (is_running_) {
    return;
  }
  is_scheduled_ = false;
  Runner::Batch batch = take_waiting();
  const Brings brings = std::exchange(brought_, {});
  for (Part* part : parts_) {
    part->join(batch);
  }
  if (!batch.empty() || is_flush_due_) {
    start(std::move(batch), brings);
  }
}

void Batches::start(Runner::Batch batch, Brings brings) {
  untold_.turns = untold_.turns || brings.turns;
  untold_.work = untold_.work || brings.work;
  const bool is_held = flush_or_hold(batch);
  add_locks(batch);
  if (!is_held) {
    add_announcement(batch);
  }
  is_running_ = true;
  runner_->run(std::move(batch), host_.post(), [this] { ended(); });
}

Runner::Batch Batches::take_waiting() {
  // What was gathered ends leases, which a request behind it may give back.
  Runner::Batch batch;
  for (Part* part : parts_) {
    part->bring(batch);
  }
  for (const Request& request : waiting_) {
    note({request.go_ahead != nullptr, false, false});  // nobody could be handed its turn
  }
  std::move(waiting_.begin(), waiting_.end(), std::back_inserter(batch));
  waiting_.clear();
  return batch;
}

void Batches::close() {
  waiting_ = take_waiting();
  parts_.clear();
}

void Batches::run_last() {
  is_running_ = false;
  is_flush_due_ = true;
  run();
}

bool Batches::flush_or_hold(Runner::Batch& batch) {
  if (holds_answers_ && !is_flush_due_ && held_.can_hold(batch)) {
    held_.hold(batch);
    return true;
  }
  for (Request& each : batch) {
    each.can_wait = false;
  }
  if (is_flush_due_ || !held_.is_empty()) {
    is_flush_due_ = false;
    waits_for_ack_ = false;
    batch.push_back(held_.flush([this](Request request) { submit(std::move(request)); }));
  }
  return false;
}

void Batches::flush_due() {
  if (std::exchange(waits_for_ack_, false) && !held_.is_empty()) {
    is_flush_due_ = true;
    ask_soon();
  }
}

void Batches::add_announcement(Runner::Batch& batch) {
  const Brings brings = std::exchange(untold_, {});
  const std::vector<std::int64_t> ids(announced_.begin(), announced_.end());
  announced_.clear();
  if (!membership_->has_others()) {
    return;
  }
  Request announcement{"announce"};
  announcement.is_light = true;
  announcement.calls.push_back({"announce", Parameters()
                                                .optional_number(membership_->given_time())
                                                .text(channel_)
                                                .number(membership_->process())
                                                .numbers(ids)
                                                .flag(brings.turns)
                                                .flag(brings.work)});
  batch.push_back(std::move(announcement));
}

void Batches::add_locks(Runner::Batch& batch) {
  std::set<std::string> changed;
  for (const Request& request : batch) {
    changed.insert(request.changes.begin(), request.changes.end());
  }
  if (changed.size() < 2 || !membership_->has_others()) {
    return;  // nobody can wait for it in a circle
  }
  Request locks{"lock_instances"};
  locks.is_light = true;
  locks.calls.push_back(
      {"lock_instances", Parameters().texts(std::vector(changed.begin(), changed.end()))});
  batch.insert(batch.begin(), std::move(locks));
}

void Batches::ended() {
  is_running_ = false;
  const bool expects_ack = std::exchange(expects_ack_, false);
  if (!held_.is_empty() && !waits_for_ack_ && !is_flush_due_) {
    if (expects_ack) {
      waits_for_ack_ = true;
      host_.flush_later();
    } else {
      is_flush_due_ = true;
      ask_soon();
    }
  }
  if (const auto process = membership_->process(); process != process_) {
    process_ = process;
    host_.joined_anew();
  } else if (const auto losses = membership_->losses(); losses != losses_) {
    losses_ = losses;
    host_.lost_answers();
  }
  if (std::exchange(is_wanted_, false)) {
    ask_soon();
  }
}

}  // namespace duroxide::postgres
