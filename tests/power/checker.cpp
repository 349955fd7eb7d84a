#include "power/checker.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <tuple>

#include <duroxide/duroxide.hpp>
#include <duroxide/provider.hpp>

#include "power/orchestrations.hpp"
#include "power/site.hpp"
#include "support/deterministic_system.hpp"

namespace duroxide::power {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

using Problems = std::vector<std::string>;
/// An activity: instance, execution, event.
using Call = std::tuple<std::string, std::uint64_t, std::uint64_t>;

/// A store in an actor system without threads, so that an image is looked at in one way only.
class Opened {
 public:
  enum class Use : std::uint8_t { write, read };

  Opened(const fs::path& directory, Use use, Problems& problems)
      : directory_(directory.filename().string()), problems_(problems) {
    const LogSink log = [this](const LogRecord& record) {
      if (record.level >= LogLevel::error) {
        complain("logs " + record.message);
      }
    };
    const auto options = LmdbOptions()
                             .durability(Durability::none)
                             .map_size(std::uint64_t{256} << 20)
                             .clock(clock_)
                             .actor_system(system_.handle())
                             .log_sink(log);
    auto opened = use == Use::write ? LmdbProvider::open(directory, options)
                                    : LmdbProvider::open_read_only(directory, options);
    if (opened) {
      store_ = std::move(*opened);
    } else if (use == Use::write || !may_be_unreadable(opened.error().kind)) {
      complain("cannot be opened: " + opened.error().to_string());
    }
  }

  [[nodiscard]] bool is_open() const { return store_.has_value(); }
  [[nodiscard]] const Store& store() const { return *store_; }
  void complain(const std::string& what) { problems_.push_back(directory_ + " " + what); }

  void verify() {
    const auto report = ManagementClient(*store_).verify();
    if (!report) {
      complain("cannot be verified: " + report.error().message);
      return;
    }
    for (const StoreProblem& problem : report->problems) {
      complain("is not sound: " + problem.table + " " + problem.key + " of `" +
               problem.instance_id + "`: " + problem.what);
    }
    if (!report->is_clean() && report->problems.empty()) {
      complain("was not verified whole");
    }
  }

  void look_for(const Facts& facts) {
    for (const std::string& missing : facts.missing(*store_)) {
      complain("has lost something: " + missing);
    }
  }

  /// Lets a runtime work until nothing runs any more.
  void go_on(const Facts& facts);

 private:
  /// A reader makes no store, and brings none to this release's format.
  [[nodiscard]] static bool may_be_unreadable(ProviderError::Kind kind) {
    return kind == ProviderError::Kind::no_store || kind == ProviderError::Kind::read_only ||
           kind == ProviderError::Kind::not_a_directory;
  }
  [[nodiscard]] std::vector<InstanceSummary> instances() {
    return ManagementClient(*store_).list_instances().value();
  }
  [[nodiscard]] std::set<Call> completed_calls();
  void let_all_end();
  void check_ends(const Facts& facts);

  std::string directory_;
  Problems& problems_;
  test::DeterministicSystem system_;
  /// After everything that the workload has noted.
  std::shared_ptr<ManualClock> clock_ =
      std::make_shared<ManualClock>(system_clock()->now() + std::chrono::hours(1));
  std::optional<Store> store_;
};

std::set<Call> Opened::completed_calls() {
  std::set<Call> calls;
  const ManagementClient management(*store_);
  for (const InstanceSummary& each : instances()) {
    const auto executions = management.list_executions(each.instance_id).value();
    for (const std::uint64_t execution : executions) {
      const auto history = management.read_execution_history(each.instance_id, execution).value();
      for (const Event& event : history) {
        if (std::holds_alternative<event::ActivityCompleted>(event.kind) ||
            std::holds_alternative<event::ActivityFailed>(event.kind)) {
          calls.emplace(each.instance_id, execution, event.source_event_id);
        }
      }
    }
  }
  return calls;
}

/// Resumes what is paused, and sends whatever is waited for.
void Opened::let_all_end() {
  const ManagementClient management(*store_);
  Client client(*store_);
  const auto paused = management.list_paused().value();
  for (const PausedItem& item : paused) {
    if (!management.resume(item.scope)) {
      complain("cannot resume");
    }
  }
  for (const InstanceSummary& each : instances()) {
    const std::string& id = each.instance_id;
    if (each.status.is_running()) {
      const bool sent = (each.orchestration_name != "Collect" ||
                         client.enqueue_event(id, "items", std::string("end"))) &&
                        (each.orchestration_name != "Signal" || client.raise_event(id, "go"));
      if (!sent) {
        complain("takes no message for `" + id + "`");
      }
    }
  }
}

/// How often a text has this item, among those that end with a comma.
std::size_t count_of(const std::string& text, const std::string& item) {
  std::size_t count = 0;
  const std::string all = "," + text;
  const std::string wanted = "," + item + ",";
  for (std::size_t at = all.find(wanted); at != std::string::npos; at = all.find(wanted, at + 1)) {
    ++count;
  }
  return count;
}

void Opened::check_ends(const Facts& facts) {
  const ManagementClient management(*store_);
  Client client(*store_);
  for (const InstanceSummary& each : instances()) {
    const auto status = client.get_orchestration_status(each.instance_id).value();
    if (status.is_running()) {
      complain("does not get on with `" + each.instance_id + "`");
      continue;
    }
    const auto executions = management.list_executions(each.instance_id).value();
    const auto history =
        management.read_execution_history(each.instance_id, executions.back()).value();
    const auto* began = std::get_if<event::OrchestrationStarted>(&history.front().kind);
    const std::string wrong = began == nullptr
                                  ? "has no beginning"
                                  : wrong_end(each.orchestration_name, began->input, status);
    if (!wrong.empty()) {
      complain("comes to something else with `" + each.instance_id + "`: " + wrong);
    }
    const auto known = facts.instances().find(each.instance_id);
    if (each.orchestration_name == "Collect" && known != facts.instances().end()) {
      for (const std::string& sent : known->second.messages) {
        if (sent != "end" && count_of(status.output(), sent) != 1) {
          complain("delivers " + sent + " not once");
        }
      }
    }
  }
}

void Opened::go_on(const Facts& facts) {
  const auto completed = completed_calls();
  auto behaviour = std::make_shared<Behaviour>();
  behaviour->mended = true;
  behaviour->began = [&](const ActivityContext& context) {
    if (completed.count({context.instance_id(), context.execution_id(), context.event_id()}) > 0) {
      complain("does again what was completed: " + context.token().to_string());
    }
  };
  {
    Runtime runtime(*store_,
                    RuntimeOptions().control_socket(false).log_sink([](const LogRecord&) {}));
    register_all(runtime, behaviour);
    if (!runtime.start()) {
      complain("lets no runtime start");
      return;
    }
    let_all_end();
    const ManagementClient management(*store_);
    // Time passes only when nothing else can happen; the longest timer that is left is short.
    for (int idle = 0; idle < 20 && !management.find_running_instances().value().empty(); ++idle) {
      system_.run();
      clock_->advance(5ms);
    }
    system_.run();
  }
  check_ends(facts);
}

/// A directory of which the trace says that a backup was written to it, or may be.
void check_backup(const fs::path& directory, const Facts* facts, Problems& problems) {
  Opened backup(directory, Opened::Use::write, problems);
  if (backup.is_open()) {
    backup.verify();
    if (facts != nullptr) {
      backup.look_for(*facts);
    }
  }
}

void check_backups(const fs::path& root, const Facts& facts, Problems& problems) {
  for (const auto& [directory, known] : facts.backups()) {
    if (fs::exists(root / directory / "data.mdb")) {
      check_backup(root / directory, &known, problems);
    } else {
      problems.push_back(directory + " has lost its backup");
    }
  }
  // One that was not acknowledged is there as a whole, or under the name of what is not finished.
  if (fs::exists(root / backup_directory)) {
    for (const auto& entry : fs::directory_iterator(root / backup_directory)) {
      const std::string name =
          std::string(backup_directory) + "/" + entry.path().filename().string();
      if (facts.backups().count(name) == 0 && fs::exists(entry.path() / "data.mdb")) {
        check_backup(entry.path(), nullptr, problems);
      }
    }
  }
}

}  // namespace

std::vector<std::string> check_image(const fs::path& root, const Facts& facts, Depth depth,
                                     bool asks_all) {
  Problems problems;
  const fs::path directory = store_directory(root);
  const Facts nothing;
  const Facts& asked = asks_all ? facts : nothing;
  if (depth == Depth::go_on) {
    Opened reader(directory, Opened::Use::read, problems);
    if (reader.is_open()) {
      reader.verify();
      reader.look_for(asked);
    }
  }
  {
    if (asked.is_made() && !fs::exists(directory / "data.mdb")) {
      problems.emplace_back("the store is gone");
    }
    Opened opened(directory, Opened::Use::write, problems);
    if (!opened.is_open()) {
      return problems;
    }
    opened.verify();
    opened.look_for(asked);
    if (depth == Depth::go_on && problems.empty()) {
      opened.go_on(asked);
      opened.verify();
    }
  }
  {
    Opened again(directory, Opened::Use::write, problems);
    if (again.is_open()) {
      again.verify();
    }
  }
  if (asks_all) {
    check_backups(root, facts, problems);
  }
  return problems;
}

}  // namespace duroxide::power
