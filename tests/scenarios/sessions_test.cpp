// Sessions: their activities run on one thread of one runtime, as long as that is there.

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "scenario.hpp"

namespace duroxide::sessions_test {

using namespace duroxide::scenario;

namespace {

/// Where an activity ran, and for what.
struct Place {
  std::string runtime;
  std::string thread;
  std::string session;
  int input = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("runtime", runtime), cereal::make_nvp("thread", thread),
            cereal::make_nvp("session", session), cereal::make_nvp("input", input));
  }
};
using Places = std::vector<Place>;

ActivityOptions on(const std::string& session) {
  return session.empty() ? ActivityOptions() : ActivityOptions().session(session);
}

std::string this_thread() {
  std::ostringstream text;
  text << std::this_thread::get_id();
  return text.str();
}

/// Calls of three sessions and of none, all at once.
Task<Places> side_by_side(OrchestrationContext context) {
  std::vector<DurableFuture<Place>> calls;
  for (int i = 0; i < 5; ++i) {
    for (const char* session : {"", "a", "b", "c"}) {
      const int input = static_cast<int>(calls.size());
      calls.push_back(context.schedule_activity<Place>("Where", input, on(session)));
    }
  }
  Places places = co_await when_all(std::move(calls));
  co_return places;
}

/// On the session, beside it, on it.
Task<Places> in_turn(OrchestrationContext context) {
  Places places;
  int input = 0;
  for (const char* session : {"a", "", "a"}) {
    places.push_back(co_await context.schedule_activity<Place>("Where", input, on(session)));
    ++input;
  }
  co_return places;
}

Task<Place> stubborn(OrchestrationContext context, int succeeds_at) {
  const auto options = on("a").retry(RetryPolicy().max_attempts(5).backoff(Backoff::none()));
  Place place = co_await context.schedule_activity<Place>("Flaky", succeeds_at, options);
  co_return place;
}

/// An execution for each call; the second goes on as a newer version.
Task<Places> chain(OrchestrationContext context, Places places) {
  const auto input = static_cast<int>(context.execution_id());
  places.push_back(co_await context.schedule_activity<Place>("Where", input, on("a")));
  if (input < 3) {
    co_await context.continue_as_new(places, "2.0.0");
  }
  co_return places;
}

/// Answers what is said to it, each time in a new execution.
Task<int> conversation(OrchestrationContext context, int answered) {
  const std::string said = co_await context.dequeue_event("said");
  if (said == "bye") {
    co_return answered;
  }
  const auto options = on(context.instance_id());
  const Place place = co_await context.schedule_activity<Place>("Where", answered, options);
  context.set_value("answer", place);
  co_await context.continue_as_new(answered + 1);
  co_return 0;
}

/// Keeps a worker busy.
Task<std::string> hold(OrchestrationContext context) {
  co_return co_await context.schedule_activity("Hold", std::string(), on("held"));
}

/// What a runtime has that is called `name`.
struct Registrations {
  std::string name = "only";
  /// The threads that each attempt of `Flaky` ran on.
  std::shared_ptr<std::vector<std::string>> attempts = std::make_shared<std::vector<std::string>>();
  std::shared_ptr<Gate> entered = std::make_shared<Gate>();
  std::shared_ptr<Gate> leave = std::make_shared<Gate>();
  std::shared_ptr<Gate> used = std::make_shared<Gate>();

  void operator()(Runtime& runtime) const {
    runtime.register_orchestration("SideBySide", side_by_side)
        .register_orchestration("InTurn", in_turn)
        .register_orchestration("Stubborn", stubborn)
        .register_versioned("Chain", "1.0.0", chain)
        .register_versioned("Chain", "2.0.0", chain)
        .register_orchestration("Conversation", conversation)
        .register_orchestration("Hold", hold)
        .register_activity("Hold",
                           [entered = entered, leave = leave] {
                             entered->open();
                             leave->wait();
                             return "held";
                           })
        .register_activity(
            "Where",
            [name = name, used = used](ActivityContext& context, int input) {
              if (context.session_id()) {
                used->open();
              }
              return Place{name, this_thread(), context.session_id().value_or(""), input};
            })
        .register_activity(
            "Flaky", [name = name, attempts = attempts](ActivityContext& context, int succeeds_at) {
              // No lock: a session runs one at a time, on one thread.
              attempts->push_back(this_thread() + context.session_id().value_or("-"));
              const auto attempt = static_cast<int>(attempts->size());
              if (attempt < succeeds_at) {
                throw std::runtime_error("attempt " + std::to_string(attempt));
              }
              return Place{name, this_thread(), context.session_id().value_or(""), attempt};
            });
  }
};

template <class T>
T output_of(Scenario& s, const std::string& instance) {
  auto output = s.client().wait_for_output<T>(instance, ample);
  if (!output) {
    FAIL(output.error().message);
  }
  return *output;
}

/// Instances of `Conversation`, and what they last answered.
class Conversations {
 public:
  Conversations(Scenario& s, int count) : s_(&s) {
    for (int i = 0; i < count; ++i) {
      ids_.push_back("conversation-" + std::to_string(i));
      s.start(ids_.back(), "Conversation", 0);
    }
  }

  /// Says something to each of them, and returns where their answers were made.
  std::map<std::string, Place> talk() {
    for (const std::string& id : ids_) {
      REQUIRE(s_->client().enqueue_event(id, "said", std::string("hello")));
    }
    std::map<std::string, Place> places;
    for (const std::string& id : ids_) {
      const auto answer = s_->client().wait_for_value(id, "answer", ample, seen_[id]).value();
      REQUIRE(answer);
      seen_[id] = answer->version;
      places[id] = decode_payload<Place>(answer->value).value();
      CHECK(places[id].session == id);
      CHECK(places[id].input == rounds_);
    }
    ++rounds_;
    return places;
  }
  void end() {
    for (const std::string& id : ids_) {
      REQUIRE(s_->client().enqueue_event(id, "said", std::string("bye")));
      CHECK(s_->wait(id).output() == std::to_string(rounds_));
    }
  }

 private:
  Scenario* s_;
  std::vector<std::string> ids_;
  std::map<std::string, std::uint64_t> seen_;
  int rounds_ = 0;
};

void check_all_in(const std::map<std::string, Place>& places, const std::string& runtime) {
  for (const auto& [id, place] : places) {
    INFO(id);
    CHECK(place.runtime == runtime);
  }
}

void check_same_threads(const std::map<std::string, Place>& left,
                        const std::map<std::string, Place>& right) {
  for (const auto& [id, place] : left) {
    INFO(id);
    CHECK(right.at(id).thread == place.thread);
  }
}

}  // namespace

TEST_CASE("sessions side by side, each on one thread, and activities without", "[sessions]") {
  Scenario s(EVERY_BACKEND, Registrations(), RuntimeOptions().worker_concurrency(GENERATE(1U, 4U)));
  s.start("i", "SideBySide");
  const auto places = output_of<Places>(s, "i");
  REQUIRE(places.size() == 20);
  std::map<std::string, std::set<std::string>> threads;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const char* const sessions[] = {"", "a", "b", "c"};
    CHECK(places[i].session == sessions[i % 4]);
    CHECK(places[i].input == static_cast<int>(i));
    threads[places[i].session].insert(places[i].thread);
  }
  for (const char* session : {"a", "b", "c"}) {
    CHECK(threads[session].size() == 1);
  }
  CHECK(s.depths() == QueueDepths{});
}

TEST_CASE("a session lasts between its activities, and between instances", "[sessions]") {
  Scenario s(EVERY_BACKEND, Registrations(), RuntimeOptions().worker_concurrency(4));
  std::set<std::string> threads;
  for (const char* instance : {"i", "j", "k"}) {
    s.start(instance, "InTurn");
    const auto places = output_of<Places>(s, instance);
    REQUIRE(places.size() == 3);
    CHECK(places[1].session.empty());
    threads.insert(places[0].thread);
    threads.insert(places[2].thread);
  }
  CHECK(threads.size() == 1);
}

TEST_CASE("the attempts of a call stay on its session", "[sessions][retry][same-process]") {
  const Registrations registrations;
  Scenario s(EVERY_BACKEND, registrations, RuntimeOptions().worker_concurrency(4));
  const int succeeds_at = GENERATE(2, 6);
  s.start("i", "Stubborn", succeeds_at);
  if (succeeds_at == 2) {
    const auto place = output_of<Place>(s, "i");
    CHECK(place.session == "a");
    CHECK(place.input == 2);
  } else {
    CHECK(s.failure_of("i").message == "attempt 5");
  }
  const std::vector<std::string>& attempts = *registrations.attempts;
  CHECK(attempts.size() == (succeeds_at == 2 ? 2 : 5));
  CHECK(std::set<std::string>(attempts.begin(), attempts.end()).size() == 1);
  CHECK(attempts.front().back() == 'a');
}

TEST_CASE("a session goes on across executions and versions",
          "[sessions][continue-as-new][versioning]") {
  Scenario s(EVERY_BACKEND, Registrations(), RuntimeOptions().worker_concurrency(4));
  s.start("i", "Chain", Places(), StartOptions().version("1.0.0"));
  const auto places = output_of<Places>(s, "i");
  REQUIRE(places.size() == 3);
  for (const Place& place : places) {
    CHECK(place.session == "a");
    CHECK(place.thread == places[0].thread);
  }
  const auto version = [&](std::uint64_t execution) {
    return std::get<event::OrchestrationStarted>(s.history("i", execution).front().kind).version;
  };
  CHECK(version(1) == "1.0.0");
  CHECK(version(2) == "2.0.0");
  CHECK(version(3) == "2.0.0");
}

TEST_CASE("a session stays with its runtime until that stops",
          "[sessions][restart][same-process]") {
  Scenario s(EVERY_BACKEND, Registrations{"first"}, RuntimeOptions().worker_concurrency(2));
  Conversations conversations(s, 4);
  const auto before = conversations.talk();
  check_all_in(before, "first");
  Runtime second(s.engine_store(), RuntimeOptions().worker_concurrency(8));
  Registrations{"second"}(second);
  REQUIRE(second.start());
  for (int round = 0; round < 5; ++round) {
    const auto places = conversations.talk();
    check_all_in(places, "first");
    check_same_threads(before, places);
  }
  s.stop_runtime();
  const auto moved = conversations.talk();
  check_all_in(moved, "second");
  s.start_runtime();
  for (int round = 0; round < 5; ++round) {
    const auto places = conversations.talk();
    check_all_in(places, "second");
    check_same_threads(moved, places);
  }
  conversations.end();
}

TEST_CASE("what is too much for one runtime goes to another, a session as a whole",
          "[sessions][same-process]") {
  const Registrations first{"first"};
  const Registrations other{"second"};
  Scenario s(EVERY_BACKEND, first, RuntimeOptions().worker_concurrency(1));
  s.start("held", "Hold");
  first.entered->wait();
  Runtime second(s.engine_store(), RuntimeOptions().worker_concurrency(3));
  other(second);
  REQUIRE(second.start());
  // The first may have taken something in advance, which waits for its only worker.
  for (int i = 0; i < 20; ++i) {
    s.start(std::to_string(i), "SideBySide");
  }
  other.used->wait();
  first.leave->open();
  std::map<std::string, std::set<std::string>> homes;
  for (int i = 0; i < 20; ++i) {
    const auto places = output_of<Places>(s, std::to_string(i));
    REQUIRE(places.size() == 20);
    for (const Place& place : places) {
      homes[place.session].insert(place.runtime + place.thread);
    }
  }
  for (const char* session : {"a", "b", "c"}) {
    CHECK(homes[session].size() == 1);
  }
  CHECK(s.wait("held").output() == "held");
  CHECK(s.depths() == QueueDepths{});
}

}  // namespace duroxide::sessions_test
