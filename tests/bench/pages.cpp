#include "pages.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "run.hpp"

using namespace duroxide;

namespace {

using NamedFilters = std::vector<std::pair<std::string, InstanceFilter>>;

InstanceFilter with(const std::function<void(InstanceFilter&)>& set) {
  InstanceFilter filter;
  set(filter);
  return filter;
}

/// Every field of the seeds' filter, alone and together, and the orders beyond it.
NamedFilters all_filters(const FullStore& store) {
  const Timestamp now = system_clock()->now();
  const auto day = std::chrono::hours(24);
  const auto at = [&](double share) {
    return static_cast<std::uint32_t>(static_cast<double>(store.instances) * share);
  };
  const std::vector completed{ExecutionStatus::completed};
  const std::vector others{ExecutionStatus::running, ExecutionStatus::failed};
  return {
      {"all", {}},
      {"offset of half", with([&](auto& f) { f.offset = at(0.5); })},
      {"offset to the end", with([&](auto& f) { f.offset = at(1) - 100; })},
      {"status", with([&](auto& f) { f.status = completed; })},
      {"status, offset", with([&](auto& f) { f.status = completed, f.offset = at(0.4); })},
      {"two statuses, offset", with([&](auto& f) { f.status = others, f.offset = at(0.4); })},
      {"name", with([&](auto& f) { f.orchestration_name = store.orchestration; })},
      {"name, offset",
       with([&](auto& f) { f.orchestration_name = store.orchestration, f.offset = at(0.08); })},
      {"name, status, offset", with([&](auto& f) {
         f.orchestration_name = store.orchestration, f.status = completed, f.offset = at(0.04);
       })},
      {"created",
       with([&](auto& f) { f.created_after = now - 20 * day, f.created_before = now - 2 * day; })},
      {"created, status, offset", with([&](auto& f) {
         f.created_after = now - 20 * day, f.created_before = now - 2 * day;
         f.status = completed, f.offset = at(0.2);
       })},
      {"parent, offset",
       with([&](auto& f) { f.parent_instance = store.parent_id, f.offset = at(0.008); })},
      {"parent, status",
       with([&](auto& f) { f.parent_instance = store.parent_id, f.status = others; })},
      {"parent, name, status, created", with([&](auto& f) {
         f.parent_instance = store.parent_id, f.orchestration_name = store.orchestration;
         f.status = completed, f.created_after = now - 10 * day;
       })},
      {"newest, offset", with([&](auto& f) { f.descending = true, f.offset = at(0.7); })},
      {"updated last",
       with([&](auto& f) { f.descending = true, f.order = InstanceOrder::updated; })},
      {"by id, prefix",
       with([&](auto& f) { f.order = InstanceOrder::id, f.id_prefix = "instance-77"; })},
      {"tag, status", with([&](auto& f) { f.tags = {store.tag}, f.status = completed; })},
  };
}

}  // namespace

std::vector<double> time_calls(std::size_t times, const std::function<void()>& call) {
  std::vector<double> seconds;
  for (std::size_t i = 0; i < times; ++i) {
    const auto begin = SteadyClock::now();
    call();
    seconds.push_back(seconds_since(begin));
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds;
}

std::vector<Figure> measure_pages(const ManagementClient& client, const FullStore& store,
                                  std::size_t times, double most_ms, Turning turning) {
  std::vector<double> medians;
  std::vector<double> worst;
  std::string slowest;
  for (auto [name, filter] : all_filters(store)) {
    std::optional<std::string> cursor;
    if (turning == Turning::by_cursor && filter.offset) {
      cursor = must(client.list_page(filter, 1)).next_cursor;
      filter.offset.reset();
    }
    const auto seconds = time_calls(times, [&client, &wanted = filter, &cursor] {
      if (must(client.list_page(wanted, 100, cursor)).instances.empty()) {
        throw std::runtime_error("a page is empty");
      }
    });
    medians.push_back(seconds[seconds.size() / 2]);
    worst.push_back(seconds.back());
    if (medians.back() == *std::max_element(medians.begin(), medians.end())) {
      slowest = name;
    }
  }
  return {
      {"page of 100, p50 over " + std::to_string(medians.size()) + " filters",
       median(medians) * milli, "ms"},
      {"page, p50 of the slowest (" + slowest + ")",
       *std::max_element(medians.begin(), medians.end()) * milli, "ms", true, most_ms, true},
      {"page, the slowest call", *std::max_element(worst.begin(), worst.end()) * milli, "ms"},
  };
}
