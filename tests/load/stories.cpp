#include "load/stories.hpp"

#include <stdexcept>

namespace duroxide::load {

namespace {

using namespace std::chrono_literals;

template <class In>
void start(Player& player, const std::string& orchestration, const In& input,
           const StartOptions& options = StartOptions()) {
  must(player.client.start_orchestration(player.id, orchestration, input, options),
       "start " + player.id);
  player.ledger.count("orchestrations");
}

OrchestrationStatus end_of(Player& player, const std::string& id) {
  return must(player.client.wait_for_completion(id, ample), "wait for " + id);
}

void require_output(Player& player, int expected) {
  const auto status = end_of(player, player.id);
  if (status.output() != std::to_string(expected)) {
    throw std::runtime_error(player.id + " should have come to " + std::to_string(expected) +
                             ", but is " + status.to_string());
  }
}

void require_failure(Player& player, bool cancelled) {
  const auto status = end_of(player, player.id);
  if (!status.is_failed() || status.is_cancelled() != cancelled) {
    throw std::runtime_error(player.id + " should have failed, but is " + status.to_string());
  }
}

void play_chain(Player& player) {
  start(player, "Chain", 5);
  require_output(player, 5);
}

void play_fan_out(Player& player) {
  start(player, "FanOut", 5, StartOptions().tag("wide"));
  require_output(player, 15);
}

void play_family(Player& player) {
  start(player, "Family", 3);
  require_output(player, 3);
  const std::string detached = player.id + "-detached";
  if (end_of(player, detached).output() != "1") {
    throw std::runtime_error(detached + " should have come to 1");
  }
  player.ledger.count("orchestrations", 4);
  player.ledger.count("children", 3);
}

void play_sleeper(Player& player) {
  start(player, "Sleeper", 3, StartOptions().delay(2ms));
  require_output(player, 3);
  player.ledger.count("timers", 3);
}

void play_listener(Player& player) {
  start(player, "Listener", 3);
  for (int i = 1; i <= 3; ++i) {
    must(player.client.raise_event(player.id, "Signal", i), "signal " + player.id);
    must(player.client.enqueue_event(player.id, "Queue", 10 * i), "send to " + player.id);
  }
  player.ledger.count("signals", 6);
  require_output(player, 66);
}

void play_eternal(Player& player) {
  start(player, "Eternal", 4);
  require_output(player, 4);
  player.ledger.count("executions continued as new", 3);
}

void play_cancelled(Player& player) {
  start(player, "Stubborn", 1);
  must(player.client.cancel_orchestration(player.id, "enough"), "cancel " + player.id);
  require_failure(player, true);
  player.ledger.count("orchestrations");
  player.ledger.count("cancelled");
}

void play_terminated(Player& player) {
  start(player, "Stubborn", 1);
  must(player.management.terminate_instance(player.id, "enough"), "terminate " + player.id);
  require_failure(player, true);
  player.ledger.count("terminated");
}

void play_retrying(Player& player) {
  start(player, "Retrying", std::string());
  require_output(player, 1);
  player.ledger.forget(player.id);
  player.ledger.count("retries");
}

void play_fragile(Player& player) {
  start(player, "Fragile", std::string());
  require_failure(player, false);
  must(player.management.rewind_instance(player.id), "rewind " + player.id);
  require_output(player, 3);
  player.ledger.forget(player.id);
  player.ledger.count("rewound");
}

void play_doomed(Player& player) {
  start(player, "Doomed", std::string());
  require_failure(player, false);
  player.ledger.count("failed");
}

void play_patient(Player& player) {
  start(player, "Patient", std::string());
  require_output(player, 1);
  player.ledger.count("timeouts");
}

void play_talkative(Player& player) {
  start(player, "Talkative", 4);
  const auto value = must(player.client.wait_for_value(player.id, "word-1", ample, 0),
                          "wait for a value of " + player.id);
  if (!value) {
    throw std::runtime_error(player.id + " should have said a word");
  }
  must(player.client.wait_for_status_change(player.id, 0, ample),
       "wait for the status of " + player.id);
  must(player.client.raise_event(player.id, "Heard"), "signal " + player.id);
  require_output(player, 4);
  player.ledger.count("values and statuses", 9);
}

void play_late(Player& player) {
  start(player, "Late", std::string());
  const ActivityToken token = player.ledger.take(player.id);
  must(player.client.complete_activity(token, 7), "complete the activity of " + player.id);
  require_output(player, 7);
  player.ledger.count("completed from outside");
}

/// What has ended is exported and comes back under another id.
void play_travelled(Player& player) {
  start(player, "Chain", 1);
  require_output(player, 1);
  const auto document = must(player.management.export_instance(player.id), "export " + player.id);
  const std::string other = player.id + "-import";
  must(player.management.import_instance(document, other), "import " + other);
  if (end_of(player, other).output() != "1") {
    throw std::runtime_error(other + " should have come to 1");
  }
  player.ledger.count("imported");
}

}  // namespace

const std::vector<Story>& stories() {
  static const std::vector<Story> all = {
      {"chain", play_chain},         {"fan-out", play_fan_out},
      {"family", play_family},       {"sleeper", play_sleeper},
      {"listener", play_listener},   {"eternal", play_eternal},
      {"cancelled", play_cancelled}, {"terminated", play_terminated},
      {"retrying", play_retrying},   {"fragile", play_fragile},
      {"doomed", play_doomed},       {"patient", play_patient},
      {"talkative", play_talkative}, {"late", play_late},
      {"travelled", play_travelled},
  };
  return all;
}

}  // namespace duroxide::load
