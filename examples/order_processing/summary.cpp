#include "summary.hpp"

#include <fstream>
#include <iomanip>
#include <iostream>

#include "workflow.hpp"

namespace {

OrderOutcome outcome_of(const duroxide::Client::Status& status) {
  if (!status) {
    return {"failed", status.error().to_string()};
  }
  auto outcome = status->output_as<OrderOutcome>();
  return outcome ? *outcome : OrderOutcome{"failed", status->to_string()};
}

}  // namespace

bool print_summary(const OrderDesk::Endings& endings, std::chrono::steady_clock::duration elapsed) {
  std::size_t completed = 0;
  std::size_t failed = 0;
  std::map<std::string, std::size_t> compensated;
  for (const auto& [id, status] : endings) {
    const OrderOutcome outcome = outcome_of(status);
    if (outcome.outcome == "completed") {
      ++completed;
    } else if (outcome.outcome == "compensated") {
      ++compensated[outcome.reason];
    } else {
      ++failed;
      std::cerr << "order " << id << " failed: " << outcome.reason << '\n';
    }
  }

  const double seconds = std::chrono::duration<double>(elapsed).count();
  std::cout << std::left << std::setw(36) << "completed" << completed << '\n';
  for (const auto& [reason, count] : compensated) {
    std::cout << std::setw(36) << "compensated, " + reason << count << '\n';
  }
  std::cout << std::setw(36) << "failed" << failed << '\n'
            << endings.size() << " orders in " << std::fixed << std::setprecision(2) << seconds
            << " s, " << std::setprecision(0) << static_cast<double>(endings.size()) / seconds
            << " orders/s" << std::endl;
  return failed == 0;
}

bool write_results(const OrderDesk::Endings& endings, const std::filesystem::path& path) {
  std::ofstream out(path, std::ios::trunc);
  for (const auto& [id, status] : endings) {
    const OrderOutcome outcome = outcome_of(status);
    out << id << ' ' << outcome.outcome << (outcome.reason.empty() ? "" : " ") << outcome.reason
        << '\n';
  }
  out.close();
  return !out.fail();
}
