#include "fixture.hpp"

namespace duroxide::runtime::test {

namespace {

std::uint64_t next_token() {
  static std::uint64_t last = 0;
  return ++last;
}

}  // namespace

Fixture::Fixture(RuntimeOptions options) {
  environment->provider = provider.actor();
  environment->clock = clock;
  environment->options = options.log_sink([this](const LogRecord& line) {
    (line.level < LogLevel::warn ? told : logged).push_back(line);
  });
  environment->store_works = std::make_shared<std::atomic<bool>>(true);
}

provider::OrchestrationItem start_item(const std::string& instance,
                                       const std::string& orchestration,
                                       std::optional<std::string> version) {
  work::StartOrchestration start;
  start.instance = instance;
  start.orchestration = orchestration;
  start.version = std::move(version);
  provider::OrchestrationItem item;
  item.instance = instance;
  item.orchestration_name = orchestration;
  item.messages = {start};
  item.lock_token = next_token();
  return item;
}

provider::OrchestrationItem next_item(const std::string& instance, std::uint64_t history_size,
                                      WorkItem message) {
  provider::OrchestrationItem item;
  item.instance = instance;
  item.orchestration_name = "O";
  item.version = "1.0.0";
  item.history_included = false;
  item.history_size = history_size;
  item.messages = {std::move(message)};
  item.lock_token = next_token();
  return item;
}

provider::WorkerItem activity_item(const std::string& name, std::uint64_t token) {
  provider::WorkerItem item;
  item.item.instance = "i" + std::to_string(token);
  item.item.execution_id = 1;
  item.item.id = 2;
  item.item.name = name;
  item.item.input = "in";
  item.lock_token = token;
  return item;
}

}  // namespace duroxide::runtime::test
