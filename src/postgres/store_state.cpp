#include "postgres/store_state.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "model/limits.hpp"

namespace duroxide::postgres {

namespace {

constexpr const char* releasing = "release_from_quarantine";
/// The row of a process that is dead may be locked for a while.
constexpr Milliseconds shortest_wait_for_death{100};

/// Takes a word from the front of a text.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

std::int64_t number_in(std::string_view word) {
  std::int64_t number = 0;
  (void)std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

}  // namespace

StoreState::StoreState(const StoreParts& parts, Batches::Host& host, Timers::Alarm alarm,
                       Turns::LookAside look_aside)
    : batches(parts.writer, parts.membership, host, parts.clock, parts.channel,
              parts.holds_answers),
      waiting(batches),
      results(batches, leases, cancelled),
      turn_fetches(batches, leases, holders, residents, results, parts.log),
      work_fetches(batches, leases, holders, parts.log),
      turns(batches, leases, holders, waiting, cancelled, residents, turn_fetches, work_fetches,
            std::move(look_aside), parts.log),
      work(batches, leases, holders, cancelled, work_fetches, results),
      activities(batches, leases),
      timers(batches, leases, holders, std::move(alarm)),
      messages(batches, waiting, turn_fetches),
      membership_(parts.membership),
      host_(host),
      life_sign_(parts.life_sign),
      clock_(parts.database_clock),
      log_(parts.log) {}

void StoreState::release_holder(Asker asker, const Reply<void>& reply) {
  turn_fetches.release(asker);
  work_fetches.release(asker);
  timers.release(asker);
  cancelled.release(asker);
  leases.forget(asker);
  if (!holders.is_known(asker)) {
    reply({});
    return;
  }
  Request request{"release_holder"};
  request.is_of_process = true;
  request.is_repeatable = true;
  request.calls.push_back(
      {"release_holder",
       Parameters().number(membership_->process()).number(holders.number_of(asker))});
  holders.forget(asker);
  request.done = [reply](const Outcome& outcome) {
    if (outcome || outcome.error().kind == ProviderError::Kind::invalid_lock_token) {
      reply({});  // what a dead process held was given back
    } else {
      reply(failure(outcome.error()));
    }
  };
  batches.submit(std::move(request), {true, true, true});
}

void StoreState::release_from_quarantine(const provider::ReleaseFromQuarantine& release,
                                         const Reply<std::uint64_t>& reply) {
  or_refuse<std::uint64_t>(releasing, reply, [&] {
    require(model::check_instance_id(release.instance));
    Request request{releasing};
    request.calls.push_back({releasing, Parameters().text(release.instance)});
    request.done = [this, reply, instance = release.instance](const Outcome& outcome) {
      if (!outcome) {
        reply(failure(outcome.error()));
      } else if (outcome->front().first().number(0) != 0) {
        reply(failure(refused(releasing, ProviderError::Kind::instance_not_found,
                              "there is no instance `" + instance + "`")));
      } else {
        turn_fetches.try_again();
        work_fetches.try_again();
        batches.look_for({true, true, true});
        reply(outcome->front().first().count(1));
      }
    };
    batches.submit(std::move(request), {true, true, true});
  });
}

void StoreState::apply(Request request, const std::vector<std::string>& touched) {
  for (const std::string& instance : touched) {
    waiting.touch(instance);
    batches.announce(instance);
  }
  // What it cancels may be leased to this process, too.
  request.done = [this, done = std::move(request.done)](Outcome outcome) {
    const bool is_done = outcome.has_value();
    done(std::move(outcome));
    if (is_done) {
      work.look_for_cancelled();
    }
  };
  batches.submit(std::move(request), {true, true, true});
}

void StoreState::give_life_sign() {
  Request request{"life_sign"};
  request.is_repeatable = true;
  request.calls.push_back(membership_->life_sign());
  request.done = [this](const Outcome& outcome) {
    if (!outcome) {
      return;  // the next one may be heard
    }
    const Rows::Row row = outcome->front().first();
    if (clock_) {
      clock_->set(from_milliseconds(row.number(0)));
    }
    batches.look_for({row.flag(1), row.flag(2), row.flag(3)});
    if (row.flag(4)) {
      work.look_for_cancelled();
    }
    if (const auto next_death = row.optional_number(5)) {
      // What a dead process held is taken over as soon as its time is over.
      const Milliseconds left(*next_death - row.number(0) + 1);
      if (left < life_sign_ && !std::exchange(is_death_due_, true)) {
        host_.give_life_sign_after(std::max(left, shortest_wait_for_death));
      }
    }
  };
  batches.submit(std::move(request));
  if (membership_->has_others()) {
    waiting.touch_all();
  }
}

void StoreState::death_due() {
  is_death_due_ = false;
  give_life_sign();
}

void StoreState::hear(const std::string& payload) {
  if (payload.empty()) {
    waiting.touch_all();
    batches.look_for({true, true, true});
    return;
  }
  std::string_view rest = payload;
  if (number_in(take_word(rest)) == membership_->process()) {
    return;  // of this process itself
  }
  membership_->note_others(1);
  const std::string_view kinds = take_word(rest);
  const auto tells = [kinds](char kind) { return kinds.find(kind) != std::string_view::npos; };
  batches.look_for({tells('t'), tells('w'), tells('m')});
  if (tells('c')) {
    work.look_for_cancelled();
  }
  if (tells('a')) {
    waiting.touch_all();
  }
  while (!rest.empty()) {
    waiting.touch_digest(number_in(take_word(rest)));
  }
}

void StoreState::joined_anew() {
  leases = Leases();
  residents.forget_all();
  holders.forget_all();
  waiting.touch_all();
  batches.look_for({true, true, true});
  if (log_) {
    LogRecord line;
    line.level = LogLevel::warn;
    line.message =
        "this process gave the database no sign of life for longer than its lease: others have "
        "taken over "
        "what it held, and it goes on under a new number";
    log_(line);
  }
}

void StoreState::lost_answers() {
  // Leases whose tokens have never come here are given back.
  Request request{"release_unknown"};
  request.is_of_process = true;
  request.is_repeatable = true;
  request.done = [](const Outcome& /*outcome*/) {};
  request.calls.push_back({"release_unknown", Parameters()
                                                  .number(membership_->process())
                                                  .numbers(Leases::tokens_of(leases.turns))
                                                  .numbers(Leases::tokens_of(leases.work))
                                                  .numbers(Leases::tokens_of(leases.timers))});
  batches.submit(std::move(request), {true, true, true});
}

void StoreState::refuse_parked() {
  const ProviderError closed{ProviderError::Kind::closed, {}, "the store is closed"};
  turn_fetches.refuse_parked(closed);
  turns.refuse_looking(closed);
  work_fetches.refuse_parked(closed);
  timers.refuse_parked(closed);
  ProviderError awaiting = closed;
  awaiting.operation = "await_cancelled_work";
  cancelled.refuse_parked(awaiting);
  waiting.refuse_all(closed);
}

}  // namespace duroxide::postgres
