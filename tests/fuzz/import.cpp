// Documents that are imported. What is refused leaves the store as it was; what is taken is consistent,
// and exported again it is the document that came in.
//
// Input: a document, or else bytes that say which of the samples to take and how to edit it.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/instance_export.hpp>

#include "fuzz/bytes.hpp"
#include "fuzz/documents.hpp"
#include "fuzz/edits.hpp"
#include "fuzz/target.hpp"
#include "model/kinds.hpp"
#include "provider/filled_world.hpp"
#include "provider/world.hpp"

namespace duroxide::fuzz {

const char* const target_name = "import";

namespace {

using provider::Answer;
using testing::Backend;
using testing::World;

/// So that what it has piled up in memory is no burden.
constexpr int inputs_per_world = 1000;

/// The last is never destroyed: an actor system cannot be when the process ends, behind what the actor
/// library itself has destroyed.
World& world() {
  static World* current = nullptr;
  static int left = 0;
  if (left-- == 0) {
    if (current != nullptr) {
      current->close();
      delete current;
    }
    current = new World(Backend::memory);
    testing::fill(*current);
    left = inputs_per_world;
  }
  return *current;
}

void edit_whole(InstanceExport& exported, Bytes& bytes) {
  ExportedExecution& last = exported.executions.back();
  switch (bytes.byte() % 12) {
    case 0:
      exported.executions.push_back(last);
      break;
    case 1:
      last.execution_id = bytes.number();
      break;
    case 2:
      exported.custom_status_version = bytes.number();
      break;
    case 3:
      exported.parent = ParentLink{"parent", bytes.byte(), bytes.byte()};
      break;
    case 4:
      exported.start_due = from_milliseconds(bytes.number());
      break;
    case 5:
      exported.values.clear();
      break;
    case 6:
      last.version = "1.0.0";
      break;
    case 7:
      last.started_at = Timestamp::max();
      break;
    case 8:
      exported.instance_id = "busy::2";
      break;
    default:  // all the others change nothing
      break;
  }
}

/// What the end of the history says, so that an edit does not fail at that.
void follow_history(ExportedExecution& execution) {
  execution.status = execution.events.empty() ? ExecutionStatus::running
                                              : model::status_after(execution.events.back().kind);
  execution.ended_at.reset();
  if (execution.status != ExecutionStatus::running) {
    execution.ended_at = from_milliseconds(1'000);
  }
  execution.version.clear();
  if (!execution.events.empty()) {
    if (const auto* start =
            std::get_if<event::OrchestrationStarted>(&execution.events.front().kind)) {
      execution.version = start->version;
    }
  }
}

std::optional<InstanceExport> edited_sample(std::string_view input) {
  static const auto all = documents();
  Bytes bytes(input);
  auto exported = instance_from_json(all[bytes.byte() % all.size()].second).value();
  exported.instance_id = "imported";
  ExportedExecution& last = exported.executions.back();
  const bool follows = bytes.byte() % 8 != 0;
  edit_history(last.events, bytes);
  edit_messages(exported.messages, bytes, exported.instance_id, last.execution_id);
  if (follows) {
    follow_history(last);
  }
  edit_whole(exported, bytes);
  return exported;
}

std::optional<InstanceExport> export_of(std::string_view input) {
  if (input.empty() || input.front() != '{') {
    return edited_sample(input);
  }
  auto exported = instance_from_json(input);
  if (!exported) {
    require(!exported.error().message.empty(), "a document was refused without a reason");
    return std::nullopt;
  }
  return std::move(*exported);
}

SystemMetrics metrics_of(World& store) {
  return store.manage<management::GetSystemMetrics::Response>(management::GetSystemMetrics{})
      .value();
}

bool is_same(const SystemMetrics& a, const SystemMetrics& b) {
  return a.total_instances == b.total_instances && a.total_executions == b.total_executions &&
         a.total_events == b.total_events && a.running_instances == b.running_instances;
}

void require_clean(World& store, const std::string& when) {
  const auto report = store.manage<Answer<VerifyReport>>(management::VerifyStore{{}}).value();
  std::string found;
  for (const StoreProblem& problem : report.problems) {
    found += "\n  " + problem.table + " " + problem.key + ": " + problem.what;
  }
  require(report.is_clean(), "the store is not as it should be " + when + found);
}

/// What an import gives anew.
InstanceExport comparable(InstanceExport exported) {
  exported.created_at = exported.updated_at = Timestamp();
  return exported;
}

/// Without what the import itself has sent: whatever makes it take its next turn, and the failures of
/// children that cannot be started anew.
void drop_what_is_new(const InstanceExport& given, InstanceExport& found) {
  if (!given.executions.back().events.empty() && found.messages.size() > given.messages.size()) {
    found.messages.resize(given.messages.size());
  }
}

void check_taken(World& store, const InstanceExport& given) {
  require_clean(store, "with what was imported:\n" + to_json(given));
  const auto again =
      store.manage<Answer<InstanceExport>>(management::ExportInstance{given.instance_id});
  require(again.has_value(), "what was imported cannot be exported:\n" + to_json(given));
  const InstanceExport expected = comparable(given);
  InstanceExport found = comparable(*again);
  drop_what_is_new(given, found);
  require(found == expected,
          "what was imported was\n" + to_json(given) + "and is exported as\n" + to_json(*again));
  const auto deleted = store.manage<Answer<DeleteInstanceResult>>(
      management::DeleteInstances{{given.instance_id}, true});
  require(deleted.has_value(), "what was imported cannot be deleted:\n" + to_json(given));
}

}  // namespace

void try_input(std::string_view input) {
  const auto exported = export_of(input);
  if (!exported) {
    return;
  }
  World& store = world();
  const SystemMetrics before = metrics_of(store);
  const auto answer = store.manage<Answer<RestoredInstance>>(management::ImportInstance{*exported});
  if (answer) {
    check_taken(store, *exported);
  } else {
    require(answer.error().kind == ProviderError::Kind::invalid_input ||
                answer.error().kind == ProviderError::Kind::instance_already_exists,
            "a document was refused as what it is not: " + answer.error().message);
  }
  require(is_same(before, metrics_of(store)), "the store counts other than before");
}

std::vector<Sample> samples() {
  std::vector<Sample> found;
  const auto all = documents();
  for (std::size_t i = 0; i < all.size(); ++i) {
    found.push_back({all[i].first + ".json", all[i].second});
    // Which sample, to follow its history, to number it anew; then edits, and messages.
    const std::string sample{static_cast<char>(i), '\1'};
    found.push_back({"edited-" + all[i].first, sample + std::string(8, '\0')});
    found.push_back(
        {"events-" + all[i].first, sample + std::string("\1\2\x09\1\0\5\x09\1\0\x0c\0\0\0\0", 14)});
    found.push_back(
        {"messages-" + all[i].first, sample + std::string("\1\0\3\4\6\0\4\x0a\0\4\3\2\0\0", 14)});
  }
  return found;
}

}  // namespace duroxide::fuzz
