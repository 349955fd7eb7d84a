#include "postgres/batch.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

namespace duroxide::postgres {

namespace {

constexpr int most_conflicts = 5;
constexpr int most_losses = 5;
constexpr auto first_pause = std::chrono::milliseconds(20);
constexpr auto longest_pause = std::chrono::milliseconds(1000);

ProviderError error_for(const Request& request, ProviderError::Kind kind, const char* message,
                        bool retryable) {
  return ProviderError{kind, request.operation, message, retryable};
}

/// Whether it is of note that a transaction was committed.
bool is_opened(const std::vector<Request>& requests, const std::vector<std::size_t>& places) {
  return !std::all_of(places.begin(), places.end(),
                      [&](std::size_t place) { return requests[place].is_light; });
}

}  // namespace

BatchRunner::BatchRunner(Session& session, Membership* membership, std::function<bool()> gives_up)
    : session_(session), membership_(membership), gives_up_(std::move(gives_up)) {}

std::vector<Outcome> BatchRunner::run(const std::vector<Request>& requests) {
  std::vector<Outcome> outcomes(requests.size(), Outcome(Answers()));
  Places all(requests.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i] = i;
  }
  if (!run_together(requests, all, outcomes)) {
    for (const std::size_t place : all) {
      (void)run_together(requests, {place}, outcomes);
    }
  }
  return outcomes;
}

void BatchRunner::reconnect() {
  auto pause = first_pause;
  while (true) {
    try {
      if (session_.is_connected()) {
        return;
      }
      session_.connect();
      if (membership_ != nullptr) {
        Membership::skip_numbers(session_);
      }
      return;
    } catch (const DatabaseError&) {
      session_.disconnect();
      if (gives_up_()) {
        throw;
      }
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, longest_pause);
  }
}

bool BatchRunner::run_together(const std::vector<Request>& requests, const Places& all,
                               std::vector<Outcome>& outcomes) {
  Places places = all;
  int conflicts = 0;
  int losses = 0;
  const auto fail_all = [&](const DatabaseError& failed) {
    for (const std::size_t place : places) {
      outcomes[place] = failure(failed.told_for(requests[place].operation));
    }
  };
  while (!places.empty()) {
    try {
      reconnect();
      commit(requests, places, outcomes);
      return true;
    } catch (const DatabaseError& failed) {
      try {
        if (failed.is_lost() && membership_ != nullptr) {
          membership_->note_loss();
        }
        if (failed.is_lost() && ++losses < most_losses) {
          reconnect();
          if (membership_ != nullptr && is_opened(requests, places) &&
              membership_->was_committed(session_)) {
            // It is done, and what it has answered is lost. What can be made again finds itself done.
            const auto answer_lost = [&](std::size_t place) {
              if (!requests[place].is_repeatable) {
                outcomes[place] = failure(error_for(
                    requests[place], ProviderError::Kind::storage,
                    "the connection to the database was lost before it had answered: look "
                    "whether it was done",
                    true));
              }
              return !requests[place].is_repeatable;
            };
            std::erase_if(places, answer_lost);
          }
        } else if (failed.is_conflict() && ++conflicts < most_conflicts) {
          std::this_thread::sleep_for(first_pause * conflicts);
        } else if (failed.is_of_dead_process() && membership_ != nullptr) {
          membership_->join(session_);
          const auto refuse = [&](std::size_t place) {
            if (requests[place].is_of_process) {
              outcomes[place] =
                  failure(error_for(requests[place], ProviderError::Kind::invalid_lock_token,
                                    "this process gave no sign of life for longer than its "
                                    "lease, and others have taken over what it held",
                                    false));
            }
            return requests[place].is_of_process;
          };
          std::erase_if(places, refuse);
        } else if (places.size() > 1) {
          return false;
        } else {
          fail_all(failed);
          return true;
        }
      } catch (const DatabaseError& given_up) {
        fail_all(given_up);
        return true;
      }
    }
  }
  return true;
}

void BatchRunner::commit(const std::vector<Request>& requests, const Places& places,
                         std::vector<Outcome>& outcomes) {
  std::vector<const Call*> calls;
  Call opening;
  // A batch of looks and fetches that find nothing writes nothing, and so waits for no disk.
  const bool has_opening = membership_ != nullptr && is_opened(requests, places);
  if (has_opening) {
    const bool is_flushed = std::any_of(places.begin(), places.end(), [&](std::size_t place) {
      return !requests[place].is_light && !requests[place].can_wait;
    });
    opening = membership_->begin_batch(is_flushed);
    calls.push_back(&opening);
  }
  for (const std::size_t place : places) {
    for (const Call& call : requests[place].calls) {
      calls.push_back(&call);
    }
  }
  std::vector<Rows> answers = session_.run(calls);
  auto next = answers.begin();
  if (has_opening) {
    membership_->note_others(next->first().number(0));
    ++next;
  }
  for (const std::size_t place : places) {
    const auto end = next + static_cast<std::ptrdiff_t>(requests[place].calls.size());
    outcomes[place] = Answers(std::make_move_iterator(next), std::make_move_iterator(end));
    next = end;
  }
}

}  // namespace duroxide::postgres
