// steps STEPS [metrics] [tracing] [unsampled]: runs twenty chains of so many steps with short activities, on a store
// that flushes nothing, with what is named. instructions.sh counts what it does.

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <duroxide/duroxide.hpp>

#include "support/temp_dir.hpp"

using namespace duroxide;

namespace {

constexpr std::size_t chains = 20;

Task<std::string> chain(OrchestrationContext ctx, std::size_t steps) {
  std::string value = "x";
  for (std::size_t i = 0; i < steps; ++i) {
    value = co_await ctx.schedule_activity("Nothing", value);
  }
  co_return value;
}

std::size_t number_of(std::string_view text) {
  std::size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) {
    throw std::invalid_argument("`" + std::string(text) + "` is no number of steps");
  }
  return number;
}

void run(std::size_t steps, const std::vector<std::string_view>& with) {
  const auto has = [&](std::string_view name) {
    return std::find(with.begin(), with.end(), name) != with.end();
  };
  const duroxide::testing::TempDir directory;
  constexpr std::uint64_t map_that_valgrind_can_make = std::uint64_t{1} << 30U;
  const Store store =
      LmdbProvider::open(directory.path() / "store", LmdbOptions()
                                                         .durability(Durability::none)
                                                         .map_size(map_that_valgrind_can_make)
                                                         .metrics(has("metrics")))
          .value();
  RuntimeOptions options;
  Client client(store);
  if (has("tracing") || has("unsampled")) {
    const auto throw_away = [](const std::string&) { return Result<void, std::string>(); };
    const double ratio = has("tracing") ? 1 : 0;
    const auto tracing = Tracing::to(throw_away, TracingOptions().sample_ratio(ratio)).value();
    options.interceptor(tracing);
    client = client.with_interceptor(tracing);
  }
  Runtime runtime(store, options);
  runtime.register_orchestration("Chain", chain)
      .register_activity(
          "Nothing", [](const std::string& input) { return input; }, ActivityKind::short_running);
  runtime.start().value();
  for (std::size_t i = 0; i < chains; ++i) {
    client.start_orchestration("chain-" + std::to_string(i), "Chain", steps).value();
  }
  for (std::size_t i = 0; i < chains; ++i) {
    if (!client.wait_for_completion("chain-" + std::to_string(i)).value().is_completed()) {
      throw std::runtime_error("a chain has not completed");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string_view> arguments(argv + 1, argv + argc);
    if (arguments.empty()) {
      throw std::invalid_argument("how many steps?");
    }
    run(number_of(arguments.front()), {arguments.begin() + 1, arguments.end()});
    return 0;
  } catch (const std::exception& failed) {
    std::cerr << "steps: " << failed.what() << "\n";
    return 1;
  }
}
