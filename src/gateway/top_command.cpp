// `top`: how the store does, again and again.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/client_errors.hpp"
#include "gateway/alarm_clock.hpp"
#include "gateway/answers.hpp"
#include "gateway/change_counter.hpp"
#include "gateway/command_groups.hpp"
#include "gateway/commands.hpp"
#include "gateway/json_text.hpp"
#include "gateway/time_text.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;
using Type = ArgumentType;
using Steady = std::chrono::steady_clock;

constexpr Milliseconds default_interval{2000};
constexpr Milliseconds shortest_interval{100};

/// How many of each kind do not get on; a kind with none is left out.
Result<json, CommandError> count_stuck(const ManagementClient& management) {
  const auto stuck = management.list_stuck();
  if (!stuck) {
    return failure(CommandError(stuck.error()));
  }
  std::map<std::string, std::uint64_t> kinds;
  for (const StuckInstance& each : *stuck) {
    ++kinds[std::string(to_string(each.kind))];
  }
  return json(kinds);
}

/// Adds how many activities an instance waits for, and what is to be known of the first of them:
/// there may be very many, with large inputs.
void add_activities(const std::vector<PendingActivity>& activities, json& row) {
  constexpr std::size_t most_named = 3;
  row["activity_count"] = activities.size();
  json& named = row["activities"] = json::array();
  for (std::size_t i = 0; i < activities.size() && i < most_named; ++i) {
    const PendingActivity& each = activities[i];
    named.push_back({{"name", each.name},
                     {"scheduled_at", time_text(each.scheduled_at)},
                     {"attempts", each.attempts}});
  }
}

/// The oldest of those that run, with the activities that they wait for.
Result<json, CommandError> longest_running(const ManagementClient& management, std::uint32_t rows) {
  json found = json::array();
  if (rows == 0) {
    return found;
  }
  InstanceFilter running;
  running.status = {ExecutionStatus::running};
  const auto page = management.list_page(running, rows);
  if (!page) {
    return failure(CommandError(page.error()));
  }
  for (const InstanceSummary& each : page->instances) {
    const auto activities = management.list_pending_activities(each.instance_id);
    const bool damaged = !activities && client::is_damage(activities.error());
    if (!activities && !damaged && activities.error().kind == ClientError::Kind::storage_error) {
      return failure(CommandError(activities.error()));
    }
    json row = json_of(each);
    if (damaged) {
      row["damage"] = json_of_text(activities.error().message);
    }
    add_activities(activities ? *activities : std::vector<PendingActivity>(), row);
    found.push_back(std::move(row));
  }
  return found;
}

json rates_of(const ChangeCounter::Counts& counts, Steady::duration since) {
  const double seconds = std::chrono::duration<double>(since).count();
  const auto rate = [&](std::uint64_t count) {
    return seconds > 0 ? static_cast<double>(count) / seconds : 0.0;
  };
  return {{"starts", rate(counts.started)},
          {"ends", rate(counts.completed + counts.failed + counts.cancelled)},
          {"failures", rate(counts.failed)},
          {"missed", counts.missed}};
}

/// One look, without rates.
CommandResult look(const StoreInUse& store, std::uint32_t rows) {
  const auto metrics = store.management.get_system_metrics();
  if (!metrics) {
    return failure(CommandError(metrics.error()));
  }
  auto stuck = count_stuck(store.management);
  if (!stuck) {
    return stuck;
  }
  auto longest = longest_running(store.management, rows);
  if (!longest) {
    return longest;
  }
  return json{{"at", time_text(store.clock->now())},
              {"live", store.live},
              {"metrics", json_of(*metrics)},
              {"rates", json()},
              {"tells_changes", true},
              {"stuck", std::move(*stuck)},
              {"longest", std::move(*longest)}};
}

CommandResult look_again_and_again(const StoreInUse& store, std::uint32_t rows,
                                   Milliseconds interval, Sink& sink) {
  auto counter = ChangeCounter::begin(store.management);
  if (!counter) {
    return failure(std::move(counter).error());
  }
  std::optional<Steady::time_point> last;  // only where there is something to count
  while (true) {
    auto found = look(store, rows);
    if (!found) {
      return found;
    }
    if (*counter) {
      const auto counts = (*counter)->take();
      if (!counts) {
        return failure(counts.error());
      }
      const auto now = Steady::now();
      if (last) {
        (*found)["rates"] = rates_of(*counts, now - *last);
      }
      last = now;
    } else {
      (*found)["tells_changes"] = false;
    }
    if (!sink.item(*found)) {
      return failure(CommandError(CommandError::Kind::interrupted, "interrupted"));
    }
    // From here on: a store whose look takes longer than that is left in peace as long nevertheless.
    const AlarmClock alarm(interval);
    if (!sink.wait_until_readable(alarm.file())) {
      return failure(CommandError(CommandError::Kind::interrupted, "interrupted"));
    }
  }
}

CommandResult top(const StoreInUse& store, const Arguments& arguments, Sink& sink) {
  const std::uint32_t rows = *arguments.small_number("rows");
  if (arguments.flag("once") || !store.live) {
    return look(store, rows);
  }
  return look_again_and_again(store, rows,
                              arguments.duration("interval").value_or(default_interval), sink);
}

Result<void, CommandError> check_top(const Arguments& arguments) {
  const auto interval = arguments.duration("interval");
  if (interval && *interval < shortest_interval) {
    return failure(usage_error("the interval is shorter than 100ms; nobody reads so fast"));
  }
  return {};
}

}  // namespace

std::vector<Command> top_commands() {
  return {
      {.name = "top",
       .help = "Watch how the store does: counts, rates, queues, what runs longest, until Ctrl-C",
       .examples = {"duroxide --store orders top", "duroxide --store orders top --once",
                    "duroxide --store orders --json top --interval 10s"},
       .details =
           "At a terminal it is drawn anew in its place, elsewhere written one after the other;\n"
           "with --json each look is a line. Rates are of the time since the last look, so the\n"
           "first one has none, nor has --once, nor a store in PostgreSQL, which tells of no\n"
           "changes. \"queues\" are what waits and what is in work. Of what is stuck, 1,000 of "
           "each\n"
           "kind are counted. Each look costs some reads, and two more for each instance in the\n"
           "list.",
       .arguments = {{.name = "interval",
                      .type = Type::duration,
                      .option = "-i,--interval",
                      .help = "how often; default: 2s"},
                     {.name = "rows",
                      .type = Type::number,
                      .option = "--rows",
                      .help = "so many of those that run longest; at a terminal as many as fit",
                      .most = 100,
                      .by_default = std::uint64_t{10}},
                     {.name = "once", .type = Type::flag, .option = "--once", .help = "one look"}},
       .follows = true,
       .check = check_top,
       .run = top}};
}

}  // namespace duroxide::gateway
