#include "load/operators.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/socket_client.hpp"
#include "load/stories.hpp"

namespace duroxide::load {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr std::uint32_t page_size = 50;
constexpr std::uint32_t looked_at = 5;

/// What is deleted meanwhile is no mistake.
template <class R>
void must_or_be_gone(const R& result, const std::string& what) {
  using Kind = ClientError::Kind;
  if (!result && result.error().kind != Kind::instance_not_found &&
      result.error().kind != Kind::execution_not_found) {
    throw std::runtime_error(what + ": " + result.error().to_string());
  }
}

void look_at(const ManagementClient& management, const std::string& id) {
  must(management.get_instance_details(id), "details of " + id);
  must_or_be_gone(management.get_instance_info(id), "info of " + id);
  must_or_be_gone(management.get_instance_tree(id), "tree of " + id);
  must_or_be_gone(management.get_execution_history(id), "history of " + id);
  must_or_be_gone(management.list_messages(id), "messages of " + id);
  must_or_be_gone(management.list_pending_activities(id), "activities of " + id);
}

std::uint64_t page_through(const ManagementClient& management, const InstanceFilter& filter) {
  std::optional<std::string> cursor;
  std::uint64_t pages = 0;
  do {
    const auto page = must(management.list_page(filter, page_size, cursor), "a page");
    for (std::size_t i = 0; i < page.instances.size() && i < looked_at; ++i) {
      look_at(management, page.instances[i].instance_id);
    }
    cursor = page.next_cursor;
    ++pages;
  } while (cursor && pages < looked_at);
  return pages;
}

void read_everything(const ManagementClient& management, Ledger& ledger) {
  InstanceFilter filter;
  ledger.count("pages", page_through(management, filter));
  filter.order = InstanceOrder::updated;
  filter.descending = true;
  filter.status = {ExecutionStatus::failed};
  ledger.count("pages", page_through(management, filter));
  InstanceFilter wide;
  wide.tags = {"wide"};
  ledger.count("pages", page_through(management, wide));
  must(management.get_instance_counts(), "counts");
  must(management.get_queue_depths(), "depths");
  must(management.get_system_health(), "health");
  must(management.list_stuck(), "what is stuck");
}

void listen(const ManagementClient& management, Ledger& ledger) {
  ChangeFilter filter;
  filter.turns = true;
  constexpr std::uint32_t buffer = 16;  // so small that changes are dropped
  auto changes = must(management.subscribe(filter, buffer), "subscribe");
  for (int i = 0; i < 3; ++i) {
    const auto batch = must(changes.next(20ms), "changes");
    ledger.count("changes heard", batch.changes.size());
    ledger.count("changes missed", batch.missed);
  }
  ledger.count("subscriptions");
}

/// The answer of the engine that runs on a store, which is asked through its socket; none if what was
/// asked for is gone.
std::optional<json> asked(const std::filesystem::path& store, const std::string& command,
                          const json& arguments) {
  constexpr int no_interrupts = -1;
  const auto client = gateway::SocketClient::connect(store, no_interrupts);
  if (!client || *client == nullptr) {
    throw std::runtime_error(client ? "no engine answers" : client.error().message);
  }
  const auto go_on = [](const json&) { return true; };
  auto answer = (*client)->run({command, arguments}, {go_on, go_on});
  if (answer) {
    return std::move(*answer);
  }
  if (answer.error().kind != gateway::CommandError::Kind::not_found) {
    throw std::runtime_error(command + ": " + answer.error().message);
  }
  return std::nullopt;
}

void pause_and_resume(const ManagementClient& management, const PauseScope& scope, Ledger& ledger) {
  must(management.pause(scope), "pause");
  must(management.list_paused(), "what is paused");
  must(management.resume(scope), "resume");
  ledger.count("pauses");
}

}  // namespace

void verify(const ManagementClient& management, Ledger& ledger, const std::string& which) {
  const auto report = must(management.verify(), "verify " + which);
  for (const StoreProblem& problem : report.problems) {
    ledger.problem(which + ": " + problem.table + " " + problem.key + " " + problem.instance_id +
                   ": " + problem.what);
  }
  if (!report.is_clean()) {
    ledger.problem(which + " is not clean");
  }
  ledger.count("verifications");
}

void operate(const Store& store, Ledger& ledger, const std::filesystem::path& backup) {
  const Client client(store);  // comes and goes
  const ManagementClient management = must(client.management(), "management");
  ledger.count("clients");
  read_everything(management, ledger);
  listen(management, ledger);
  pause_and_resume(management, PauseScope::of_orchestration("Chain"), ledger);
  pause_and_resume(management, PauseScope::of_store(), ledger);
  PruneOptions newest;
  newest.keep_last = 1;
  must(management.prune_instances({}, newest), "prune");
  must(management.backup(backup), "backup");
  ledger.count("backups");
  verify(management, ledger, "the store at work");
}

void ask_from_outside(const std::filesystem::path& store) {
  const auto listed = asked(store, "list", {{"limit", page_size}});
  std::uint32_t looked = 0;
  for (const json& instance : listed->at("instances")) {
    if (looked++ == looked_at) {
      break;
    }
    for (const char* command : {"show", "history", "tree", "messages"}) {
      (void)asked(store, command, {{"instance", instance.at("instance_id")}});
    }
  }
  for (const char* command : {"count", "stats", "health", "stuck"}) {
    (void)asked(store, command, json::object());
  }
}

}  // namespace duroxide::load
