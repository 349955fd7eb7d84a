#include "postgres/database.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>

#include "postgres/refusals.hpp"

namespace duroxide::postgres {

namespace {

/// Where the session's thread leaves what is to be done on the thread that waits.
class Errands {
 public:
  void add(std::function<void()> errand) {
    {
      const std::lock_guard lock(mutex_);
      errands_.push_back(std::move(errand));
    }
    added_.notify_one();
  }
  [[nodiscard]] std::function<void()> take() {
    std::unique_lock lock(mutex_);
    added_.wait(lock, [this] { return !errands_.empty(); });
    auto errand = std::move(errands_.front());
    errands_.pop_front();
    return errand;
  }

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::deque<std::function<void()>> errands_;
};

}  // namespace

Answers Database::read(std::vector<Call> calls) {
  const auto errands = std::make_shared<Errands>();
  const auto outcome = std::make_shared<std::optional<Outcome>>();
  Request request;
  request.operation = "read";
  // One snapshot for all of them, for which the transaction must be begun by a statement. And plans are made for the very values: a filter names few of the things
  // that it could name, and a plan for all of them would use no index.
  request.calls.push_back(
      {"begin_reading", {}, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"});
  request.calls.push_back({"plan_for_values", {}, "SET LOCAL plan_cache_mode = force_custom_plan"});
  const auto own_calls = request.calls.size();
  std::move(calls.begin(), calls.end(), std::back_inserter(request.calls));
  request.calls.push_back({"end_reading", {}, "COMMIT"});
  request.done = [outcome](Outcome answered) { *outcome = std::move(answered); };
  request.is_repeatable = true;
  sessions_->run(std::move(request),
                 [errands](std::function<void()> errand) { errands->add(std::move(errand)); });
  while (!*outcome) {
    errands->take()();
  }
  if (!**outcome) {
    throw Refusal((*outcome)->error());
  }
  Answers answers = std::move(**outcome).value();
  answers.pop_back();
  answers.erase(answers.begin(), answers.begin() + static_cast<std::ptrdiff_t>(own_calls));
  return answers;
}

Rows Database::read_one(Call call) {
  std::vector<Call> calls;
  calls.push_back(std::move(call));
  return std::move(read(std::move(calls)).front());
}

}  // namespace duroxide::postgres
