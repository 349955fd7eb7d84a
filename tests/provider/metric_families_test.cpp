// What a store says as families of metrics: of what it holds, and of what its engine has done.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/metrics.hpp>

#include "model/metrics.hpp"
#include "provider/world.hpp"
#include "support/prometheus_check.hpp"

namespace duroxide::metric_families_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using namespace std::chrono_literals;
using Labels = PrometheusCheck::Labels;
using Problems = std::vector<std::string>;

namespace {

PrometheusCheck metrics(World& world) {
  const auto families =
      world.manage<Answer<std::vector<MetricFamily>>>(management::GetMetricFamilies{}).value();
  PrometheusCheck check(prometheus_text(families));
  CHECK(check.problems() == Problems());
  return check;
}

std::optional<double> instances(const PrometheusCheck& check, const std::string& orchestration,
                                const std::string& status) {
  return check.value("duroxide_instances", {{"orchestration", orchestration}, {"status", status}});
}

}  // namespace

TEST_CASE("metric families: what the store holds", "[metrics][overview]") {
  const auto backend = GENERATE(Backend::memory, Backend::lmdb);
  World world(backend);
  for (const auto* id : {"a", "b", "c", "d"}) {
    world.start(id, *id == 'd' ? "Other" : "Test");
  }
  world.enqueue(start_item("later"), 1h).value();
  const auto items = world.fetch(4);
  world.ack(complete_of(items.at(0))).value();
  world.ack(fail_of(items.at(1))).value();
  auto ack = ack_of(items.at(2), {started_event(), scheduled_event(2)});
  ack.worker_items = {activity(items.at(2), 2)};
  world.ack(ack).value();
  world.manage<Done>(management::Pause{PauseScope::of_instance("d")}).value();

  const PrometheusCheck check = metrics(world);
  CHECK(instances(check, "Test", "running") == 2);
  CHECK(instances(check, "Test", "completed") == 1);
  CHECK(instances(check, "Test", "failed") == 1);
  CHECK(instances(check, "Test", "cancelled") == 0);
  CHECK(instances(check, "Other", "running") == 1);
  CHECK(check.value("duroxide_paused_instances") == 1);
  CHECK(check.value("duroxide_quarantined_items") == 0);
  CHECK(check.value("duroxide_executions") == 5);
  CHECK(check.value("duroxide_history_events") == 4);
  CHECK(check.value("duroxide_queue_depth", {{"queue", "activities"}}) == 1);
  CHECK(check.value("duroxide_queue_depth", {{"queue", "timers"}}) == 1);
  CHECK(check.value("duroxide_queue_depth", {{"queue", "messages"}}) == 1);
  CHECK(check.value("duroxide_readers") == 0);
  CHECK(check.value("duroxide_oldest_reader_age_seconds") == 0);
  CHECK(check.value("duroxide_damaged_pages") == 0);
  const bool is_on_disk = backend == Backend::lmdb;
  for (const char* size : {"duroxide_store_used_bytes", "duroxide_store_file_bytes",
                           "duroxide_log_file_bytes", "duroxide_log_held_bytes"}) {
    CAPTURE(size);
    CHECK((check.value(size).value_or(0) > 0) == is_on_disk);
  }
  CHECK(check.names().contains("duroxide_store_reusable_bytes"));
}

TEST_CASE("metric families: names of orchestrations are few, and none is lost", "[metrics]") {
  World world(Backend::memory);
  const std::size_t names = model::most_names + 5;
  for (std::size_t i = 0; i < names; ++i) {
    world.start("i" + std::to_string(i), "O" + std::to_string(i));
  }
  world.start("like the rest", "other");
  world.start("one more", "O9");  // the last by alphabet, and the one with the most instances
  const PrometheusCheck check = metrics(world);
  double sum = 0;
  std::size_t series = 0;
  for (const auto& sample : check.samples()) {
    if (sample.name == "duroxide_instances") {
      sum += sample.value;
      ++series;
    }
  }
  CHECK(sum == static_cast<double>(names + 2));
  CHECK(series == 4 * (model::most_names + 1));
  CHECK(instances(check, "O9", "running") == 2);
  CHECK(instances(check, "other", "running") == 6);
}

TEST_CASE("metric families: what the engine has done", "[metrics]") {
  const auto backend = GENERATE(Backend::memory, Backend::lmdb);
  World world(backend);
  const auto before = metrics(world);
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = ack_of(item, {started_event(), scheduled_event(2)});
  ack.worker_items = {activity(item, 2)};
  ack.timers = {timer(item, 3, world.clock->now() + 10s)};
  world.ack(ack).value();

  // Handed out, given up, and handed out again.
  const auto work = world.fetch_work().at(0);
  CHECK(work.attempt_count == 1);
  world.ask<Done>(*world.worker, AbandonWorker{work.lock_token, {}, false, {}, {}}).value();
  CHECK(world.fetch_work().at(0).attempt_count == 2);

  world.clock->advance(12s);
  const auto due = world.due().value();
  REQUIRE(due.lock_tokens.size() == 1);
  world.ask<Done>(*world.timers, AckTimer{due.lock_tokens}).value();

  const PrometheusCheck check = metrics(world);
  const auto grown = [&](const char* name, const Labels& labels = {}) {
    return check.value(name, labels).value() - before.value(name, labels).value();
  };
  CHECK(grown("duroxide_turn_wait_seconds_count") == 1);
  CHECK(grown("duroxide_activity_wait_seconds_count") == 2);
  CHECK(grown("duroxide_redeliveries_total", {{"queue", "activities"}}) == 1);
  CHECK(grown("duroxide_redeliveries_total", {{"queue", "turns"}}) == 0);
  CHECK(grown("duroxide_timer_lateness_seconds_count") == 1);
  CHECK(grown("duroxide_timer_lateness_seconds_sum") == 2);
  CHECK(grown("duroxide_timer_lateness_seconds_bucket", {{"le", "1"}}) == 0);
  CHECK(grown("duroxide_timer_lateness_seconds_bucket", {{"le", "5"}}) == 1);
  const double commits = grown("duroxide_commits_total");
  CHECK(commits >= 3);
  CHECK((grown("duroxide_log_written_bytes_total") > 0) == (backend == Backend::lmdb));
}

TEST_CASE("metric families: flushes are measured", "[metrics][lmdb]") {
  const TempDir directory;
  World world([&directory](ActorSystem system, std::shared_ptr<Clock> clock) {
    return LmdbProvider::open(directory.path(), LmdbOptions()
                                                    .clock(std::move(clock))
                                                    .actor_system(std::move(system))
                                                    .durability(Durability::full)
                                                    .log_sink({}))
        .value();
  });
  for (int i = 0; i < 10; ++i) {
    world.start("i" + std::to_string(i));
  }
  const PrometheusCheck check = metrics(world);
  const double commits = check.value("duroxide_commits_total").value();
  CHECK(commits >= 10);
  CHECK(check.value("duroxide_flush_duration_seconds_count").value() >= commits);
  CHECK(check.value("duroxide_flush_duration_seconds_sum").value() > 0);
  CHECK(check.value("duroxide_log_written_bytes_total").value() > 1000);
  CHECK(check.value("duroxide_checkpoint_failures_total") == 0);
}

TEST_CASE("metric families: an engine that counts nothing tells what the store holds",
          "[metrics]") {
  World world([](ActorSystem system, std::shared_ptr<Clock> clock) {
    return MemoryProvider::create(MemoryOptions()
                                      .clock(std::move(clock))
                                      .actor_system(std::move(system))
                                      .log_sink({})
                                      .metrics(false));
  });
  world.start("a");
  world.ack(complete_of(world.fetch_one())).value();
  const PrometheusCheck check = metrics(world);
  CHECK(instances(check, "Test", "completed") == 1);
  CHECK(check.names().contains("duroxide_queue_depth"));
  CHECK_FALSE(check.names().contains("duroxide_commits_total"));
  CHECK_FALSE(check.names().contains("duroxide_turns_total"));
}

}  // namespace duroxide::metric_families_test
