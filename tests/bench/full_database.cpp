#include "full_database.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <duroxide/duroxide.hpp>
#include <duroxide/postgres_provider.hpp>

#include "full_store.hpp"
#include "model/encoding.hpp"
#include "pages.hpp"
#include "postgres/server.hpp"
#include "run.hpp"

using namespace duroxide;
using postgres_test::query;

namespace {

constexpr const char* schema = "full";
constexpr double most_ms = 20;

std::string literal_of(const std::string& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "'\\x";
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += digits[value >> 4U];
    text += digits[value & 15U];
  }
  return text + "'::bytea";
}

/// A history of the shape that all have: it waits for an event, or has ended.
std::string history_of(const std::vector<Event>& end) {
  const Timestamp at = system_clock()->now();
  std::vector<Event> events{
      {1, 0, at, event::OrchestrationStarted{"Orders", "1.0.0", "input", {}, {}}},
      {2, 0, at, event::ExternalSubscribed{"Go"}}};
  events.insert(events.end(), end.begin(), end.end());
  return literal_of(model::encode_events(events));
}

/// As `fill_full_store` fills a store, by statements of the database's own; what triggers would count is counted
/// at the end.
FullStore fill(const std::string& address, std::uint64_t instances) {
  FullStore shape;
  shape.instances = instances;
  shape.children = (instances - 1) / 100;
  const Timestamp now = system_clock()->now();
  const auto whole_time = std::chrono::milliseconds(std::chrono::hours(24 * 30));
  const auto begin = to_milliseconds(now - whole_time);
  const auto step = whole_time.count() / static_cast<std::int64_t>(instances);
  const auto broken = application_error(ErrorKind::orchestration_failed, "it broke");
  const std::string count = std::to_string(instances);
  query(address, std::string("set search_path to \"") + schema + "\";" + R"(
    set session_replication_role to replica;
    create temporary table made as
      select i, i + 1 as number, 'instance-' || i as id,
        (array['Orders','Payments','Shipping','Invoices','Returns','Stock','Mail','Reports','Imports',
               'Cleanup'])[i % 10 + 1] as orchestration,
        case when i < 2 or (i * 7 + i / 10) % 20 > 10 then 0
             when (i * 7 + i / 10) % 20 = 10 then 2 else 1 end as status,
        )" + std::to_string(begin) +
                     " + i * " + std::to_string(step) + R"( as created_at, i % 1000 as took
      from generate_series(0::bigint, )" +
                     count + R"( - 1) as i;
    insert into instances (number, id, incarnation, orchestration, version, status, created_at, listed_at,
                           execution_started_at, parent_id, parent_execution, parent_event, parent_number,
                           start_version, tags)
      select number, id, number, orchestration, '1.0.0', status, created_at,
        case when status = 0 then (created_at + took) / 1000 * 1000 else created_at + took end, created_at,
        case when is_child then 'instance-0' end, case when is_child then 1 end,
        case when is_child then i end, case when is_child then 1 end, '1.0.0',
        case when i % 20 = 3 then array['urgent'] else '{}' end
      from made, lateral (select i > 0 and i % 100 = 0 as is_child) c;
    insert into instance_tags select 'urgent', created_at, number from made where i % 20 = 3;
    insert into turns (number, event_count, updated_at, last_token, last_process, code)
      select number, case status when 0 then 2 else 3 end, created_at + took, number, 1,
        orchestration || chr(1) || '1.0.0' from made;
    insert into history select number, 1, 1, case status when 0 then )" +
                     history_of({}) + " when 1 then " +
                     history_of({{3, 0, now, event::OrchestrationCompleted{"done"}}}) + " else " +
                     history_of({{3, 0, now, event::OrchestrationFailed{broken}}}) +
                     R"( end from made;
    insert into executions
      select number, 1, '1.0.0', status, created_at, created_at + took, 3,
        case status when 1 then 'done'::bytea end, )" +
                     "case status when 2 then " + literal_of(model::encode_error(broken)) +
                     " end, case status when 2 then " + literal_of(model::encode_error(broken)) +
                     R"( end from made where status <> 0;
    insert into counts
      select orchestration, status, count(*) from made group by orchestration, status
      union all select '', -1, count(*) from made where status <> 0
      union all select '', -2, 3 * count(*) from made where status <> 0;
    select setval('instance_numbers', )" +
                     count + ")");
  // What a server does by itself in time.
  query(address, "vacuum analyze");
  return shape;
}

}  // namespace

Row measure_full_database(const std::string& address, const Options& options) {
  const std::uint64_t instances = options.quick ? 5'000 : 1'000'000;
  const std::size_t times = options.quick ? 3 : 51;
  const Store store = must(PostgresProvider::connect(address, PostgresOptions().schema(schema)));
  const FullStore shape = fill(address, instances);
  const ManagementClient client(store);
  if (must(client.get_instance_counts()).total != instances) {
    throw std::runtime_error("the store does not hold what it was filled with");
  }
  const auto p50 = [&](const std::function<void()>& call) {
    return time_calls(times, call)[times / 2] * milli;
  };
  auto figures = measure_pages(client, shape, times, most_ms, Turning::by_cursor);
  InstanceFilter second_half;
  second_half.offset = static_cast<std::uint32_t>(instances / 2);
  figures.push_back({"page behind an offset of half, p50",
                     p50([&] { must(client.list_page(second_half)); }), "ms"});
  figures.push_back({"counts by status, p50", p50([&] { must(client.get_instance_counts()); }),
                     "ms", true, most_ms, true});
  figures.push_back({"details of an instance, p50",
                     p50([&] { must(client.get_instance_details(shape.running_id)); }), "ms"});
  figures.push_back({"metrics, p50", p50([&] { must(client.get_system_metrics()); }), "ms"});
  figures.push_back({"health, p50", p50([&] { must(client.get_system_health()); }), "ms"});
  return {"management, on a database of " + std::to_string(instances) + " instances",
          "",
          std::move(figures),
          {}};
}
