// Writes the stores of this folder. It is not part of the build: it is compiled against the release
// whose format is wanted, see README.md.
//
//   writer DIRECTORY          the store is closed
//   writer DIRECTORY killed   the process ends with the store open and the runtime at work
//   writer pack DATA FILE     what the tests unpack, see packed.hpp

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <unistd.h>

#include <duroxide/duroxide.hpp>
#include <duroxide/provider.hpp>

#include "packed.hpp"
#include "programs.hpp"

namespace {

using namespace duroxide;
using namespace duroxide::earlier_stores;
using namespace std::chrono_literals;

constexpr std::uint32_t allowed_attempts = 2;

[[noreturn]] void give_up(const std::string& what) {
  std::cerr << "writer: " << what << '\n';
  std::_Exit(1);
}

template <class R>
void must(const R& result) {
  if (!result) {
    give_up(result.error().message);
  }
}

/// The releases of the time offer nothing to wait for in these cases.
void wait_until(const std::string& what, const std::function<bool()>& holds) {
  for (int tries = 0; !holds(); ++tries) {
    if (tries == 30'000) {
      give_up("it never came to this: " + what);
    }
    std::this_thread::sleep_for(1ms);
  }
}

/// Takes the first turn of the only instance there is too often, and ends none of them.
void make_poison(const Store& store) {
  const auto& provider = provider_of(store);
  caf::scoped_actor self(provider.home_system());
  for (std::uint32_t attempt = 0; attempt < allowed_attempts; ++attempt) {
    using Items = provider::Answer<std::vector<provider::OrchestrationItem>>;
    self->request(provider, caf::infinite, provider::FetchOrchestrationItem{})
        .receive(
            [&](Items& items) {
              provider::AbandonOrchestrationItem give_back;
              give_back.lock_token = items->at(0).lock_token;
              self->request(provider, caf::infinite, give_back)
                  .receive([](Done& done) { must(done); },
                           [](caf::error&) { give_up("the store has ended"); });
            },
            [](caf::error&) { give_up("the store has ended"); });
  }
  self->request(provider, caf::infinite, provider::ReleaseHolder{})
      .receive([](Done&) {}, [](caf::error&) { give_up("the store has ended"); });
}

class Writer {
 public:
  explicit Writer(const std::string& directory)
      : store_(open(directory)), client_(store_), management_(client_.management().value()) {}

  void write() {
    must(client_.start_orchestration("poison", "Greet", std::string("poison")));
    make_poison(store_);
    must(client_.start_orchestration("paused", "Greet", std::string("paused")));
    must(management_.pause(PauseScope::of_instance("paused")));
    start_all();
    raise_early();
    runtime_.emplace(store_, RuntimeOptions()
                                 .max_attempts(allowed_attempts)
                                 .control_socket(false)
                                 .log_sink([](const LogRecord&) {}));
    register_programs(*runtime_, false);
    must(runtime_->start());
    wait_for_all();
    must(client_.cancel_orchestration("cancelled", "not wanted any more"));
    must(client_.wait_for_completion("cancelled", 30s));
  }

  /// Stops the runtime; then the store goes with this object.
  void stop() { runtime_.reset(); }

 private:
  static Store open(const std::string& directory) {
    auto opened =
        LmdbProvider::open(directory, LmdbOptions().clock(std::make_shared<ManualClock>()));
    must(opened);
    return *opened;
  }

  void start(const std::string& instance, const std::string& orchestration,
             const std::string& input = {}) {
    must(client_.start_orchestration(instance, orchestration, input,
                                     StartOptions().tag("of " + orchestration)));
  }

  void start_all() {
    start("completed", "Greet", "world");
    start("failed", "Ask", "may I");
    start("cancelled", "Collect");
    start("waiting", "Collect");
    start("early", "Collect");
    start("queue", "TakeThree");
    start("sleeping", "Sleep");
    start("racing", "Race");
    start("parent", "HaveChild", "child");
    must(client_.start_orchestration("rounds", "GoRound", 1));
    start("recorded", "Record");
    start("fan", "FanOut");
    start("handed-over", "HandOver");
    start("insisting", "Insist");
    start("unregistered", "Newcomer");
    must(client_.start_orchestration("tomorrow", "Greet", std::string("tomorrow"),
                                     StartOptions().delay(24h)));
  }

  /// Before anybody waits for it.
  void raise_early() {
    must(client_.raise_event("early", "second", std::string("two")));
    must(client_.raise_event("rounds", "first", std::string("one")));
    must(client_.enqueue_event("queue", "items", std::string("1")));
    must(client_.enqueue_event("queue", "items", std::string("2")));
  }

  /// Until nothing goes on by itself any more.
  void wait_for_all() {
    for (const char* ended : {"completed", "failed"}) {
      must(client_.wait_for_completion(ended, 30s));
    }
    for (const char* collects : {"cancelled", "waiting", "early", "racing", "child", "recorded"}) {
      wait_for_event(collects, 1, "ExternalSubscribed");
    }
    wait_for_event("early", 1, "ExternalEvent");
    wait_for_event("rounds", 3, "ExternalSubscribed");
    wait_for_event("queue", 1, "QueueSubscribed", 3);
    wait_for_event("sleeping", 1, "TimerCreated");
    wait_for_event("insisting", 1, "TimerCreated");
    wait_for_event("fan", 1, "ActivityCompleted", 2);
    wait_until("a heartbeat", [this] {
      const auto calls = management_.list_pending_activities("handed-over");
      return calls && calls->size() == 1 && calls->front().progress.has_value();
    });
    wait_until("quarantine", [this] {
      const auto items = management_.list_quarantined();
      return items && items->size() == 1;
    });
  }

  void wait_for_event(const std::string& instance, std::uint64_t execution, std::string_view type,
                      int count = 1) {
    wait_until(instance + " " + std::string(type), [&] {
      const auto events = management_.read_execution_history(instance, execution);
      int found = 0;
      if (events) {
        for (const Event& event : *events) {
          found += event_type(event.kind) == type ? 1 : 0;
        }
      }
      return found >= count;
    });
  }

  Store store_;
  Client client_;
  ManagementClient management_;
  std::optional<Runtime> runtime_;
};

void add_number(std::string& packed, std::size_t number) {
  for (; number >= 0x80; number >>= 7) {
    packed.push_back(static_cast<char>(0x80 | (number & 0x7f)));
  }
  packed.push_back(static_cast<char>(number));
}

/// Repeats what is as long as possible, looking for the last place where the next bytes stood.
std::string packed_form(const std::string& bytes) {
  constexpr std::size_t shortest = 6;  // as a step takes four bytes or more
  std::unordered_map<std::string_view, std::size_t> places;
  const std::string_view all = bytes;
  std::string packed;
  std::size_t plain_from = 0;
  std::size_t at = 0;
  const auto end_step = [&](std::size_t repeated, std::size_t back) {
    add_number(packed, at - plain_from);
    packed += all.substr(plain_from, at - plain_from);
    add_number(packed, repeated);
    add_number(packed, back);
  };
  while (at + shortest <= all.size()) {
    std::size_t repeated = 0;
    const auto known = places.find(all.substr(at, shortest));
    const std::size_t from = known == places.end() ? at : known->second;
    while (from < at && at + repeated < all.size() && all[from + repeated] == all[at + repeated]) {
      ++repeated;
    }
    const std::size_t next = at + (repeated > 0 ? repeated : 1);
    if (repeated > 0) {
      end_step(repeated, at - from);
      plain_from = next;
    }
    for (; at < next && at + shortest <= all.size(); ++at) {
      places[all.substr(at, shortest)] = at;
    }
    at = next;
  }
  at = all.size();
  end_step(0, 0);
  return packed;
}

int pack(const std::string& data, const std::string& file) {
  std::ifstream in(data, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const std::string packed = packed_form(bytes);
  if (unpacked(packed) != bytes) {
    give_up("it does not come out as it went in");
  }
  std::ofstream(file, std::ios::binary) << packed;
  std::cout << bytes.size() << " bytes, packed " << packed.size() << '\n';
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> given(words + 1, words + count);
  if (given.size() == 3 && given[0] == "pack") {
    return pack(given[1], given[2]);
  }
  if (given.empty()) {
    give_up("where?");
  }
  Writer writer(given[0]);
  writer.write();
  if (given.size() > 1) {
    ::_exit(0);
  }
  writer.stop();
  return 0;
}
