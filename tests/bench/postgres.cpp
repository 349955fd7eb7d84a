#include "postgres.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <duroxide/postgres_provider.hpp>

#include "faults/child.hpp"
#include "full_database.hpp"
#include "postgres/server.hpp"
#include "support/temp_dir.hpp"
#include "window.hpp"
#include "workloads.hpp"

using namespace duroxide;
using namespace std::chrono_literals;
using postgres_test::PostgresServer;
using postgres_test::query;

namespace {

namespace fs = std::filesystem;

constexpr double micro = 1e6;

/// How much of each.
struct Much {
  std::size_t transactions;
  std::size_t hellos;
  std::size_t fan_outs;
  std::size_t steps;
  std::size_t waiting;  ///< instances that a killed process has in hand
  std::chrono::seconds idle;
};
constexpr Much earnest{1'000, 500, 1'000, 1'000, 200, 20s};
constexpr Much try_out{50, 20, 50, 50, 20, 3s};

// Floors: what this store is meant to reach beside raw transactions.
constexpr double most_transactions_of_a_hello = 3;
constexpr double least_fan_outs = 1'000;
constexpr double least_share_of_raw = 0.7;
constexpr double most_statements_of_idle = 1;
constexpr auto takeover_lease = 2s;

Store connect(const std::string& address, const std::string& schema,
              Milliseconds lease = Milliseconds(15'000)) {
  return must(PostgresProvider::connect(address, PostgresOptions().schema(schema).lease(lease)));
}

/// A transaction that inserts a row of 200 bytes, again and again, by pgbench: the latencies in seconds.
std::vector<double> raw_transactions(const std::string& address, std::size_t times) {
  query(address, "create table if not exists raw_rows (id bigserial primary key, data text)");
  const testing::TempDir directory;
  std::ofstream(directory.path() / "insert.sql")
      << "insert into raw_rows (data) values (repeat('x', 200));\n";
  const std::string command = "cd '" + directory.path().string() +
                              "' && pgbench -n -M prepared -f insert.sql -c 1 -t " +
                              std::to_string(times) + " -l --log-prefix=raw '" + address +
                              "' >output 2>&1 || { cat output >&2; exit 1; }";
  if (std::system(command.c_str()) != 0) {  // NOLINT: a program of the package, with words of ours
    throw std::runtime_error("pgbench failed");
  }
  std::vector<double> latencies;
  for (const auto& entry : fs::directory_iterator(directory.path())) {
    if (entry.path().filename().string().starts_with("raw.")) {
      std::ifstream log(entry.path());
      // Client, number, microseconds; then what does not matter here.
      for (std::string line; std::getline(log, line);) {
        std::size_t client = 0;
        std::size_t number = 0;
        double microseconds = 0;
        if (std::sscanf(line.c_str(), "%zu %zu %lf", &client, &number, &microseconds) == 3) {
          latencies.push_back(microseconds / micro);
        }
      }
    }
  }
  return latencies;
}

double p50(std::vector<double> latencies) {
  std::sort(latencies.begin(), latencies.end());
  return quantile(latencies, 0.5) * micro;
}

/// What the server has done for one unit of a workload. Statements inside functions are not counted by themselves.
struct ServerCounts {
  double transactions = 0;  ///< that write
  double statements = 0;
  double wal = 0;   ///< bytes
  double time = 0;  ///< microseconds, of statements; commits are none
};

ServerCounts server_counts(const std::string& address) {
  const auto number = [&](const char* what, const char* where) {
    return std::stod(query(address, std::string("select coalesce(sum(") + what +
                                        "), 0) from pg_stat_statements where query " + where));
  };
  return {number("calls", "~ 'begin_batch'"), number("calls", "!~ 'pg_stat_statements'"),
          std::stod(query(address, "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")),
          number("total_exec_time * 1000", "!~ 'pg_stat_statements'")};
}

/// What `work`, which does so many units, has the server do for each.
template <class Work>
ServerCounts counted(const std::string& address, std::size_t units, const Work& work) {
  const ServerCounts before = server_counts(address);
  work();
  const ServerCounts after = server_counts(address);
  const auto each = [units](double less, double more) {
    return (more - less) / static_cast<double>(units);
  };
  return {each(before.transactions, after.transactions), each(before.statements, after.statements),
          each(before.wal, after.wal), each(before.time, after.time)};
}

/// What one round came to.
struct Round {
  double raw_p50 = 0;   ///< microseconds
  double raw_rate = 0;  ///< transactions in a second, one after the other
  double hello_p50 = 0;
  double fan_outs = 0;     ///< in a second
  double steps = 0;        ///< in a second, of one chain
  double fan_out_cpu = 0;  ///< microseconds of processors, in this process
  ServerCounts hello;
  ServerCounts fan_out;
  ServerCounts step;
};

Round run_once(const std::string& address, const std::string& schema, const Much& much) {
  Round round;
  const auto raw = raw_transactions(address, much.transactions);
  double seconds = 0;
  for (const double each : raw) {
    seconds += each;
  }
  round.raw_p50 = p50(raw);
  round.raw_rate = static_cast<double>(raw.size()) / seconds;
  Workloads workloads(connect(address, schema));
  (void)workloads.hellos(much.hellos / 10);
  round.hello = counted(address, much.hellos,
                        [&] { round.hello_p50 = p50(workloads.hellos(much.hellos).latencies); });
  round.fan_out = counted(address, much.fan_outs, [&] {
    const Run run = workloads.fan_outs(much.fan_outs, 100);
    round.fan_outs = run.rate();
    round.fan_out_cpu = run.counts.cpu;
  });
  round.step =
      counted(address, much.steps, [&] { round.steps = workloads.chains(1, much.steps).rate(); });
  return round;
}

/// Statements in a second of a runtime that has nothing to do.
double idle_statements(const std::string& address, std::chrono::seconds time) {
  const Workloads workloads(connect(address, "idle"));
  std::this_thread::sleep_for(2s);  // what is left to do once it has begun
  // Statements inside functions are not counted, transactions are by themselves.
  const std::string count =
      "select coalesce(sum(calls), 0) from pg_stat_statements where query !~ 'pg_stat_statements'";
  const double before = std::stod(query(address, count));
  std::this_thread::sleep_for(time);
  return (std::stod(query(address, count)) - before) / static_cast<double>(time.count());
}

Task<std::string> hold(OrchestrationContext context) {
  const std::string input = "x";
  co_return co_await context.schedule_activity<std::string>("Held", input);
}

/// Seconds from the death of a process until others have ended all that it had in hand: instances whose
/// activities it was at.
double takeover(const std::string& address, std::size_t instances) {
  faults::Child victim([&] {
    const Store store = connect(address, "takeover", takeover_lease);
    Runtime runtime{store, RuntimeOptions().worker_concurrency(64)};
    runtime.register_orchestration("Hold", hold);
    runtime.register_activity("Held", [](const std::string&) -> std::string {
      faults::tell("held");
      std::this_thread::sleep_for(1h);
      return "";
    });
    must(runtime.start());
    Client client(store);
    for (std::size_t i = 0; i < instances; ++i) {
      must(client.start_orchestration("held-" + std::to_string(i), "Hold", "x"));
    }
    faults::tell("started");
    (void)faults::wait_for_word();
  });
  const std::size_t at_once = std::min<std::size_t>(instances, 64);
  bool all_started = false;
  for (std::size_t held = 0; held < at_once || !all_started;) {
    const auto told = victim.next();
    if (!told) {
      throw std::runtime_error("the process that was to be killed has ended");
    }
    held += *told == "held" ? 1U : 0U;
    all_started = all_started || *told == "started";
  }
  const Store store = connect(address, "takeover", takeover_lease);
  Runtime runtime{store};
  runtime.register_orchestration("Hold", hold);
  runtime.register_activity("Held", [](const std::string& input) { return input; });
  must(runtime.start());
  const Client client(store);
  const auto begin = SteadyClock::now();
  victim.kill();
  for (std::size_t i = 0; i < instances; ++i) {
    must(client.wait_for_completion("held-" + std::to_string(i)));
  }
  return seconds_since(begin);
}

/// What DBOS comes to on the same server (dbos/dbos.sh).
Row measure_dbos(const std::string& address, const Much& much) {
  query(address, "create database dbos");
  std::string database = address;
  database.replace(database.find("/postgres?"), 10, "/dbos?");
  const testing::TempDir directory;
  const fs::path output = directory.path() / "output";
  const std::string command = std::string(DUROXIDE_DBOS) + " '" + database + "' " +
                              std::to_string(much.hellos) + " " + std::to_string(much.fan_outs) +
                              " " + std::to_string(much.steps) + " >'" + output.string() + "'";
  if (std::system(command.c_str()) != 0) {  // NOLINT: a script of ours
    throw std::runtime_error("DBOS could not be measured");
  }
  Row row{"DBOS on the same server", "workflow", {}, {}};
  std::ifstream read(output);
  std::string name;
  for (double value = 0; read >> name >> value;) {
    const bool is_time = name == "hello_p50_us";
    row.figures.push_back({name, value, is_time ? "us" : "a second"});
  }
  return row;
}

template <class Read>
Spread over(const std::vector<Round>& rounds, const Read& read) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const Round& round : rounds) {
    values.push_back(read(round));
  }
  return Spread(std::move(values));
}

/// What a unit has the server do, as a row tells it.
std::vector<Figure> counts_over(const std::vector<Round>& rounds, ServerCounts Round::*counts) {
  const auto figure = [&](const char* name, double ServerCounts::*count, const char* unit) {
    return Figure{name, over(rounds, [&](const Round& round) { return round.*counts.*count; }),
                  unit};
  };
  return {figure("transactions that write", &ServerCounts::transactions, ""),
          figure("statements", &ServerCounts::statements, ""),
          figure("log of the server", &ServerCounts::wal, "bytes"),
          figure("time of its statements", &ServerCounts::time, "us")};
}

}  // namespace

void measure_postgres(Report& report, const Options& options) {
  const Much& much = options.quick ? try_out : earnest;
  const PostgresServer server({"shared_preload_libraries=pg_stat_statements"});
  const std::string& address = server.address();
  report.disk = "a private PostgreSQL on " + report.disk;
  // Once, as a process is forked while this one has no threads.
  const double taken_over = takeover(address, much.waiting);
  query(address, "create extension if not exists pg_stat_statements");
  std::vector<Round> rounds;
  for (std::size_t i = 0; i < options.runs; ++i) {
    rounds.push_back(run_once(address, "run" + std::to_string(i), much));
  }
  report.rows.push_back(
      {"a raw transaction of one inserted row",
       "transaction",
       {{"p50", over(rounds, [](const Round& r) { return r.raw_p50; }), "us"},
        {"rate", over(rounds, [](const Round& r) { return r.raw_rate; }), "transactions/s"}},
       {}});
  report.rows.push_back({"hello",
                         "hello",
                         {{"p50", over(rounds, [](const Round& r) { return r.hello_p50; }), "us"},
                          {"in raw transactions",
                           over(rounds, [](const Round& r) { return r.hello_p50 / r.raw_p50; }), "",
                           true, most_transactions_of_a_hello, true}},
                         counts_over(rounds, &Round::hello)});
  report.rows.push_back({"fan-out of 5, 100 in flight",
                         "fan-out",
                         {{"rate", over(rounds, [](const Round& r) { return r.fan_outs; }),
                           "fan-outs/s", true, least_fan_outs}},
                         counts_over(rounds, &Round::fan_out)});
  report.rows.back().counts.push_back(
      {"processor of this process",
       over(rounds, [](const Round& round) { return round.fan_out_cpu; }), "us"});
  report.rows.push_back({"a chain of " + std::to_string(much.steps),
                         "step",
                         {{"rate", over(rounds, [](const Round& r) { return r.steps; }), "steps/s"},
                          {"in the rate of raw transactions",
                           over(rounds, [](const Round& r) { return r.steps / r.raw_rate; }), "",
                           true, least_share_of_raw}},
                         counts_over(rounds, &Round::step)});
  report.rows.push_back({"a runtime with nothing to do",
                         "second",
                         {{"statements", Spread(idle_statements(address, much.idle)), "a second",
                           true, most_statements_of_idle, true}},
                         {}});
  report.rows.push_back(measure_full_database(address, options));
  if (options.dbos) {
    report.rows.push_back(measure_dbos(address, much));
  }
  const double lease = std::chrono::duration<double>(takeover_lease).count();
  report.rows.push_back({std::to_string(much.waiting) + " instances of a process that is killed",
                         "takeover",
                         {{"all have ended after", taken_over, "s", true, lease + 1, true}},
                         {}});
}
