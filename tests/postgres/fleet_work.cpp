#include "postgres/fleet_work.hpp"

#include <atomic>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace duroxide::postgres_test {

namespace {

using namespace std::chrono_literals;

using Words = std::vector<std::string>;

constexpr std::size_t kinds = 8;
/// Calls that stand before this event of a history fail.
constexpr std::uint64_t first_that_succeeds = 8;

Task<Words> chain(OrchestrationContext context, int steps) {
  Words marks;
  for (int i = 0; i < steps; ++i) {
    marks.push_back(co_await context.schedule_activity<std::string>("Mark", context.instance_id()));
  }
  co_return marks;
}

Task<Words> fan_out(OrchestrationContext context, int width) {
  std::vector<DurableFuture<std::string>> calls;
  for (int i = 0; i < width; ++i) {
    calls.push_back(context.schedule_activity<std::string>("Mark", context.instance_id()));
  }
  auto all = when_all(std::move(calls));
  Words marks = co_await std::move(all);
  co_return marks;
}

Task<Words> family(OrchestrationContext context, int children) {
  std::vector<DurableFuture<Words>> calls;
  for (int i = 0; i < children; ++i) {
    const int steps = 2;
    calls.push_back(context.schedule_sub_orchestration<Words>("Chain", steps));
  }
  auto all = when_all(std::move(calls));
  Words marks;
  for (const Words& each : co_await std::move(all)) {
    marks.insert(marks.end(), each.begin(), each.end());
  }
  co_return marks;
}

Task<Words> sleeper(OrchestrationContext context, int naps) {
  Words marks;
  for (int i = 0; i < naps; ++i) {
    co_await context.schedule_timer(20ms);
    marks.push_back(co_await context.schedule_activity<std::string>("Mark", context.instance_id()));
  }
  co_return marks;
}

Task<Words> listener(OrchestrationContext context, int signals) {
  Words marks;
  for (int i = 0; i < signals; ++i) {
    marks.push_back(co_await context.wait_for_external_event<std::string>("Signal"));
  }
  marks.push_back(co_await context.dequeue_event<std::string>("Queue"));
  co_return marks;
}

/// A step in each execution; the marks are carried on.
Task<Words> rounds(OrchestrationContext context, int left) {
  Words marks = context.get_value<Words>("marks").value_or(Words());
  marks.push_back(co_await context.schedule_activity<std::string>("Mark", context.instance_id()));
  context.set_value("marks", marks);
  if (left > 1) {
    co_await context.continue_as_new(left - 1);
  }
  co_return marks;
}

/// The first step fails twice before it is done.
Task<Words> retrier(OrchestrationContext context, int steps) {
  const auto stubborn =
      ActivityOptions().retry(RetryPolicy().max_attempts(10).backoff(Backoff::fixed(10ms)));
  Words marks;
  for (int i = 0; i < steps; ++i) {
    marks.push_back(
        co_await context.schedule_activity<std::string>("Flaky", context.instance_id(), stubborn));
  }
  co_return marks;
}

/// Does something again and again until it is well, or has taken too long: a server may be gone meanwhile.
template <class Do>
void insist(const std::string& what, const Do& act) {
  const auto last = std::chrono::steady_clock::now() + 120s;
  while (true) {
    const auto done = act();
    if (done) {
      return;
    }
    if (std::chrono::steady_clock::now() > last) {
      throw std::runtime_error(what + ": " + done.error().to_string());
    }
    std::this_thread::sleep_for(50ms);
  }
}

}  // namespace

Marks::Marks(const std::filesystem::path& file)
    : file_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (file_ < 0) {
    throw std::system_error(errno, std::generic_category(), file.string());
  }
}

Marks::~Marks() {
  ::close(file_);
}

std::string Marks::make(const std::string& step) {
  static std::atomic<std::uint64_t> made{0};
  std::string mark = std::to_string(::getpid()) + "-" + std::to_string(++made);
  const std::string line = mark + " " + step + "\n";
  if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    throw std::system_error(errno, std::generic_category(), "a mark cannot be written");
  }
  return mark;
}

std::map<std::string, std::string> Marks::all(const std::filesystem::path& file) {
  std::map<std::string, std::string> marks;
  std::ifstream in(file);
  for (std::string mark, step; in >> mark >> step;) {
    marks.emplace(std::move(mark), std::move(step));
  }
  return marks;
}

Piece piece(std::size_t number) {
  const std::string id = "piece-" + std::to_string(number);
  switch (number % kinds) {
    case 0:
      return {id, "Chain", 5};
    case 1:
      return {id, "FanOut", 5};
    case 2:
      return {id, "Family", 6};
    case 3:
      return {id, "Sleeper", 3};
    case 4:
      return {id, "Listener", 3, true};
    case 5:
      return {id, "Rounds", 4};
    case 6:
      return {id, "Retrier", 2};
    default:
      return {id, "Hello", 1};
  }
}

void register_pieces(Runtime& runtime, Marks& marks) {
  runtime.register_orchestration("Hello", chain)
      .register_orchestration("Chain", chain)
      .register_orchestration("FanOut", fan_out)
      .register_orchestration("Family", family)
      .register_orchestration("Sleeper", sleeper)
      .register_orchestration("Listener", listener)
      .register_orchestration("Rounds", rounds)
      .register_orchestration("Retrier", retrier)
      .register_activity("Mark", [&marks](const std::string& step) { return marks.make(step); })
      .register_activity("Flaky", [&marks](ActivityContext& context, const std::string& step) {
        if (context.event_id() < first_that_succeeds) {
          throw std::runtime_error("it does not succeed at once");
        }
        return marks.make(step);
      });
}

void start_piece(Client& client, const Piece& piece) {
  const int size = piece.orchestration == "Family" ? 3
                   : piece.is_told                 ? 2
                                                   : static_cast<int>(piece.steps);
  insist("the start of " + piece.instance, [&] {
    return client.start_orchestration(piece.instance, piece.orchestration, size,
                                      StartOptions().reuse(ReusePolicy::use_existing));
  });
  if (!piece.is_told) {
    return;
  }
  // Under keys, as nobody knows of a call that failed whether it was done.
  for (const std::string key : {"1", "2"}) {
    insist("an event to " + piece.instance, [&] {
      return client.raise_event(piece.instance, "Signal", piece.instance + "/" + key,
                                RaiseOptions().key(key));
    });
  }
  insist("a message to " + piece.instance, [&] {
    return client.enqueue_event(piece.instance, "Queue", piece.instance + "/3",
                                RaiseOptions().key("3"));
  });
}

std::vector<std::string> check_piece(const Client& client, const Piece& piece,
                                     const std::map<std::string, std::string>& written,
                                     std::map<std::string, std::string>& counted) {
  const auto status = client.wait_for_completion(piece.instance, 300s);
  if (!status) {
    return {piece.instance + ": " + status.error().to_string()};
  }
  const auto marks = status->output_as<Words>();
  if (!marks) {
    return {piece.instance + " has not completed: " + status->to_string()};
  }
  std::vector<std::string> problems;
  if (marks->size() != piece.steps) {
    problems.push_back(piece.instance + " has " + std::to_string(marks->size()) + " steps");
  }
  for (const std::string& mark : *marks) {
    if (!counted.emplace(mark, piece.instance).second) {
      problems.push_back(piece.instance + " has the mark " + mark + ", which was counted before");
    }
    const auto found = written.find(mark);
    const bool was_run =
        found != written.end() && (found->second == piece.instance ||
                                   found->second.starts_with(piece.instance + "::"));  // by a child
    const bool is_its_own = piece.is_told ? mark.starts_with(piece.instance + "/") : was_run;
    if (!is_its_own) {
      problems.push_back(piece.instance + " has the mark " + mark + ", which is not of its steps");
    }
  }
  return problems;
}

}  // namespace duroxide::postgres_test
