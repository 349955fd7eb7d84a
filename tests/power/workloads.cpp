#include "power/workloads.hpp"

#include <exception>
#include <string>
#include <thread>

namespace duroxide::power {

namespace {

std::string id_of(const char* prefix, int i) {
  return std::string(prefix) + std::to_string(i);
}

void take_steps(Site& s, const std::string& prefix, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string id = prefix + std::to_string(i);
    const std::string input = std::to_string(1 + s.random().below(4));
    switch (i % 3) {
      case 0:
        s.start(id, "Sum", input, {"tag", prefix});
        break;
      case 1:
        s.start(id, "Rounds", input);
        break;
      default:
        s.start(id, "Family", input);
        break;
    }
  }
  for (int i = 0; i < count; ++i) {
    s.finish(prefix + std::to_string(i));
  }
}

void steps(Site& s) {
  s.open();
  s.start_runtime();
  take_steps(s, "first", 6);
  s.start("open", "Signal", "");
  s.restart();
  s.see("open");
  take_steps(s, "second", 4);
  s.raise("open", "now");
  s.finish("open");
}

void send_some(Site& s, const std::string& id, int first, int count) {
  for (int i = first; i < first + count; ++i) {
    s.enqueue(id, id + "-" + std::to_string(i));
  }
}

void messages(Site& s) {
  s.open();
  s.start("early", "Collect", "");
  send_some(s, "early", 0, 5);  // nobody takes them yet
  s.start_runtime();
  s.start("late", "Collect", "");
  send_some(s, "late", 0, 10);
  send_some(s, "early", 5, 5);
  s.restart();
  send_some(s, "late", 10, 20);
  s.see("late");
  for (const char* id : {"early", "late"}) {
    s.enqueue(id, "end");
    s.finish(id);
  }
}

void manage(Site& s, const std::string& prefix) {
  const auto named = [&](const char* name) { return prefix + name; };
  s.start(named("cancelled"), "Signal", "");
  s.start(named("terminated"), "Signal", "", {"doomed"});
  s.start(named("deleted"), "Family", "2");
  s.start(named("moved"), "Sum", "3");
  s.start(named("pruned"), "Rounds", "4");
  s.start(named("fragile"), "Fragile", "");
  s.start(named("paused"), "Collect", "");
  s.pause(PauseScope::of_instance(named("paused")), true);
  send_some(s, named("paused"), 0, 3);
  s.cancel(named("cancelled"));
  s.finish(named("cancelled"));
  s.terminate(named("terminated"));
  s.finish(named("moved"));
  s.move(named("moved"), "Sum", "3");
  s.fork(named("moved"), named("forked"), "Sum", "3");
  s.finish(named("deleted"));
  s.remove(named("deleted"));
  s.finish(named("pruned"));
  s.prune(named("pruned"));
  s.see(named("pruned"));
  s.finish(named("fragile"));
  s.behaviour().mended = true;
  s.rewind(named("fragile"), "Fragile");
  s.finish(named("fragile"));
  s.finish(named("forked"));
  s.start(named("deleted"), "Sum", "2");  // under an id that was deleted
  s.pause(PauseScope::of_instance(named("paused")), false);
  s.enqueue(named("paused"), "end");
  s.finish(named("paused"));
  s.finish(named("deleted"));
}

void management(Site& s) {
  s.open();
  s.start_runtime();
  manage(s, "");
  s.pause(PauseScope::of_store(), true);
  s.start("waits", "Sum", "2");
  s.restart();
  s.pause(PauseScope::of_orchestration("Sum"), true);
  s.pause(PauseScope::of_store(), false);
  s.pause(PauseScope::of_orchestration("Sum"), false);
  s.finish("waits");
}

void backups(Site& s) {
  s.open();
  s.start_runtime();
  s.backup("empty");
  take_steps(s, "a", 4);
  s.start("open", "Collect", "");
  send_some(s, "open", 0, 4);
  s.backup("open");
  s.start("fragile", "Fragile", "");
  s.finish("fragile");
  s.restart();
  s.backup("restarted");
  s.enqueue("open", "end");
  s.finish("open");
}

void growth(Site& s) {
  s.open(Durability::full, std::uint64_t{1} << 20);
  s.start_runtime();
  for (int i = 0; i < 10; ++i) {
    const std::string id = id_of("large", i);
    s.start(id, "Large", std::to_string(20'000 + s.random().below(300'000)));
    s.finish(id);
    if (i == 5) {
      for (int gone = 0; gone < 4; ++gone) {
        s.remove(id_of("large", gone));  // its pages are used again
      }
    }
  }
  take_steps(s, "small", 3);
}

void upgrade(Site& s) {
  s.open();
  s.start_runtime();
  for (int i = 0; i < 5; ++i) {
    s.see(id_of("old", i));
  }
  take_steps(s, "new", 3);
}

/// Whatever of it a killed process has left.
void opening(Site& s) {
  s.open();
  s.start_runtime();
  const auto there = s.management().list_all_instances();
  const std::string id = id_of("opening", static_cast<int>(there.value().size()));
  s.start(id, "Sum", "2");
  s.finish(id);
  s.backup("of " + id);
}

/// Several clients at once, each with instances of its own, beside backups.
void crowd(Site& s) {
  s.open();
  s.start_runtime();
  std::exception_ptr failed;
  std::thread manager([&] {
    try {
      manage(s, "m-");
    } catch (...) {
      failed = std::current_exception();
    }
  });
  std::thread sender([&] {
    try {
      s.start("crowd", "Collect", "");
      send_some(s, "crowd", 0, 60);
      s.enqueue("crowd", "end");
      s.finish("crowd");
    } catch (...) {
      std::terminate();
    }
  });
  take_steps(s, "c", 8);
  s.backup("beside");
  manager.join();
  sender.join();
  if (failed) {
    std::rethrow_exception(failed);
  }
}

void relaxed(Site& s) {
  s.open(Durability::relaxed);
  s.start_runtime();
  take_steps(s, "r", 6);
  manage(s, "");
}

void never_flushed(Site& s) {
  s.open(Durability::none);
  s.start_runtime();
  take_steps(s, "n", 6);
}

void prepare_upgrade(const std::filesystem::path& root) {
  {
    Site s(root, 1);
    s.open(Durability::none);
    s.start_runtime();
    for (int i = 0; i < 5; ++i) {
      s.start(id_of("old", i), i % 2 == 0 ? "Signal" : "Sum", "3");
    }
    // More than one commit takes.
    for (int i = 0; i < 1050; ++i) {
      s.start(id_of("cancelled", i), "Signal", "");
      s.terminate(id_of("cancelled", i));
    }
    for (int i = 0; i < 5; ++i) {
      if (i % 2 == 0) {
        s.terminate(id_of("old", i));
      }
      s.finish(id_of("old", i));
    }
  }
  make_store_of_format_2(root);
}

}  // namespace

const std::vector<Workload>& workloads() {
  static const std::vector<Workload> all{
      {"steps", steps},
      {"messages", messages},
      {"management", management},
      {"backups", backups},
      {"growth", growth},
      {"upgrade", upgrade, 4, prepare_upgrade},
      {"opening", opening, 1, nullptr, 8, 30},
      {"crowd", crowd},
      {"relaxed", relaxed, 1, nullptr, 0, 0, false},
  };
  return all;
}

const Workload& workload_without_flushes() {
  static const Workload workload{"never flushed", never_flushed};
  return workload;
}

}  // namespace duroxide::power
