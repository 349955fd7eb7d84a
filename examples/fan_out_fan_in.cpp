// Fan-out and fan-in: an orchestration counts the words of many lines at once, one activity a line,
// and adds up what comes back. Types of your own travel as JSON.
#include <chrono>
#include <cstddef>
#include <iostream>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include <duroxide/duroxide.hpp>

using namespace duroxide;
using namespace std::chrono_literals;

std::size_t count_words(const std::string& line) {
  std::istringstream words(line);
  std::size_t count = 0;
  for (std::string word; words >> word;) {
    ++count;
  }
  return count;
}

Task<std::size_t> count_all(OrchestrationContext ctx, std::vector<std::string> lines) {
  std::vector<DurableFuture<std::size_t>> counts;
  for (const std::string& line : lines) {
    counts.push_back(ctx.schedule_activity<std::size_t>("CountWords", line));
  }
  const std::vector<std::size_t> counted = co_await when_all(std::move(counts));
  co_return std::accumulate(counted.begin(), counted.end(), std::size_t{0});
}

int main() {
  const std::vector<std::string> poem = {"So much depends",  "upon", "a red wheel", "barrow",
                                         "glazed with rain", "water"};
  Store store = MemoryProvider::create();
  Runtime runtime{store};
  runtime.register_orchestration("CountAll", count_all)
      .register_activity("CountWords", count_words);
  if (auto started = runtime.start(); !started) {
    std::cerr << "fan_out_fan_in: " << started.error().to_string() << '\n';
    return 1;
  }

  Client client{store};
  auto begun = client.start_orchestration("poem", "CountAll", poem);
  auto words = begun ? client.wait_for_output<std::size_t>("poem", 30s) : failure(begun.error());
  if (!words) {
    std::cerr << "fan_out_fan_in: " << words.error().to_string() << '\n';
    return 1;
  }
  std::cout << poem.size() << " lines, " << *words << " words\n";
  return 0;
}
