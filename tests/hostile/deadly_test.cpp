// User code that ends the process, each time: it reaches quarantine by its name, and nothing else does.

#include <csignal>
#include <cstdlib>
#include <memory>
#include <thread>

#include <unistd.h>
#include <catch2/catch.hpp>

#include "child_process.hpp"
#include "neighbours.hpp"

namespace duroxide::deadly_test {

using namespace duroxide::hostile;

namespace {

constexpr std::uint32_t allowed = 5;
/// Each delivery that is allowed ends a process; so may the first, whose turn ran ahead of the disk
/// and left no trace, and one more before it was known that it had to be counted.
constexpr int most_deaths = static_cast<int>(allowed) + 2;

void die(const std::string& way) {
  if (way == "exit") {
    std::exit(3);
  } else if (way == "_exit") {
    ::_exit(3);
  } else if (way == "abort") {
    std::abort();
  } else if (way == "segfault") {
    std::raise(SIGSEGV);
  } else if (way == "terminate") {
    // From a function that promises not to throw, as most destructors do.
    const auto promised = [](const std::string& text) noexcept { return text.at(text.size()); };
    (void)promised(way);
  }
}

/// What ends the process, and by which message its turn comes.
struct Deadly {
  std::string way;
  std::string after;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("way", way), cereal::make_nvp("after", after));
  }
};

Task<std::string> dies(OrchestrationContext context, Deadly deadly) {
  const std::string& after = deadly.after;
  if (after == "activity") {
    co_await context.schedule_activity("Echo", after);
  } else if (after == "timer") {
    co_await context.schedule_timer(1ms);
  } else if (after == "child") {
    co_await context.schedule_sub_orchestration("Child");
  } else if (after == "event") {
    co_await context.wait_for_external_event("Now");
  } else if (after == "query") {
    context.on_query<std::string, std::string>("Die", [&deadly](const std::string& text) {
      die(deadly.way);
      return text;
    });
    context.set_custom_status("to be asked");
    co_await context.wait_for_external_event("Never");
  }
  die(deadly.way);
  co_return "it lives";
}

Task<std::string> child(OrchestrationContext context) {
  co_return co_await context.schedule_activity("Echo", std::string("child"));
}

Task<std::string> calls_deadly(OrchestrationContext context, Deadly deadly) {
  co_return co_await context.schedule_activity("Die", deadly.way);
}

Task<std::string> takes_long(OrchestrationContext context) {
  co_return co_await context.schedule_activity("Long");
}

/// What main() of a program would do that has such code: it opens its store, starts what is to be
/// there, and works. The activity of `long` is at work whenever the process ends, unless `alone`.
int program(const std::filesystem::path& directory, const std::string& orchestration,
            const Deadly& deadly, bool alone) {
  const Store store = open_store(directory);
  Client client(store);
  const ManagementClient management(store);
  Runtime runtime(store, quiet().max_attempts(allowed).control_socket(false));
  const auto gate = std::make_shared<Gate>();
  const auto at_work = std::make_shared<Gate>();
  beside_good([&](Runtime& r) {
    r.register_orchestration("Dies", dies)
        .register_orchestration("Child", child)
        .register_orchestration("CallsDeadly", calls_deadly)
        .register_orchestration("TakesLong", takes_long)
        .register_activity("Die",
                           [](std::string way) {
                             die(way);
                             return std::string("it lives");
                           })
        .register_activity("Long", [gate, at_work] {
          at_work->open();
          gate->wait();
          return std::string("at last");
        });
  })(runtime);
  const auto ask = [&client] {
    client.query<std::string>("bad", "Die", std::string(), 100s,
                              [](const Result<std::string, ClientError>&) {});
  };
  const bool has_begun = client.get_orchestration_status("bad").value().is_running();
  if (deadly.after == "query" && has_begun) {
    ask();  // before anything else can be handed out
  }
  if (alone) {
    gate->open();
  }
  if (!runtime.start()) {
    return 10;
  }
  const auto existing = StartOptions().reuse(ReusePolicy::use_existing);
  const auto innocent = client.start_orchestration("long", "TakesLong", std::string(), existing);
  if (!innocent) {
    return 11;
  }
  if (innocent->created()) {
    at_work->wait();
  }
  if (!client.start_orchestration("bad", orchestration, deadly, existing)) {
    return 12;
  }
  if (deadly.after == "event" && !client.raise_event("bad", "Now")) {
    return 13;
  }
  if (deadly.after == "query" && !has_begun) {
    // When its first turn is through, so that the question is all that the deadly one brings.
    while (!client.get_orchestration_status("bad").value().custom_status()) {
      std::this_thread::yield();
    }
    ask();
  }
  std::vector<QuarantinedItem> left_alone;
  while (left_alone.empty()) {
    left_alone = management.list_quarantined().value();
    std::this_thread::yield();
  }
  gate->open();
  const auto ended = client.wait_for_completion("long", 100s);
  if (!ended || ended->output() != "at last") {
    return 14;
  }
  left_alone = management.list_quarantined().value();
  if (left_alone.size() != 1 || left_alone[0].instance_id != "bad") {
    return 15;
  }
  const char* culprit = orchestration == "Dies" ? "Dies" : "Die";
  if (!contains(left_alone[0].reason, culprit)) {
    return 16;
  }
  if (!client.cancel_orchestration("bad", "enough") || !client.wait_for_completion("bad", 100s)) {
    return 17;
  }
  return is_sound(store) ? 0 : 18;
}

/// Whether it came to the end of `program`. User code exits with another code, and a sanitizer that
/// finds fault with how it does with yet another.
bool has_lived(const ProcessEnd& end) {
  return end.signal == 0 && (end.code == 0 || (end.code >= 10 && end.code < 20) || end.code > 90);
}

/// Starts the program again and again until it lives. How often it died; fails if it never lives, or
/// is not content then.
int deaths_of(const std::string& orchestration, const Deadly& deadly, bool alone = false) {
  const TempDir temp;
  int deaths = 0;
  while (deaths <= most_deaths) {
    const ProcessEnd end =
        in_process([&] { return program(temp.path(), orchestration, deadly, alone); });
    CAPTURE(end.code, end.signal, deaths);
    if (has_lived(end)) {
      CHECK(end.code == 0);
      return deaths;
    }
    REQUIRE(end.signal != SIGALRM);
    ++deaths;
  }
  FAIL("it never reached quarantine");
  return deaths;
}

constexpr const char* ways[] = {"exit", "_exit", "abort", "segfault", "terminate"};
constexpr const char* occasions[] = {"start", "activity", "timer", "child", "event", "query"};

}  // namespace

TEST_CASE("an activity that ends the process reaches quarantine, whatever way it takes",
          "[hostile][poison][activities]") {
  for (const char* way : ways) {
    INFO(way);
    CHECK(deaths_of("CallsDeadly", {way, ""}, true) >= static_cast<int>(allowed));
  }
}

TEST_CASE("an activity that ends the process is told from one that is at work each time it does",
          "[hostile][poison][activities]") {
  CHECK(deaths_of("CallsDeadly", {"_exit", ""}) >= static_cast<int>(allowed));
}

TEST_CASE("a turn that ends the process reaches quarantine, whatever way it takes",
          "[hostile][poison][turns]") {
  for (const char* way : ways) {
    INFO(way);
    CHECK(deaths_of("Dies", {way, "start"}) >= static_cast<int>(allowed));
  }
}

TEST_CASE("a turn that ends the process reaches quarantine, whatever message it comes with",
          "[hostile][poison][turns]") {
  for (const char* occasion : occasions) {
    INFO(occasion);
    CHECK(deaths_of("Dies", {"_exit", occasion}) >= static_cast<int>(allowed));
  }
}

}  // namespace duroxide::deadly_test
