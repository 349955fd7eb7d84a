#pragma once

// How families are put together.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/metrics.hpp>

namespace duroxide::model {

[[nodiscard]] inline MetricFamily make_family(std::string name, std::string help, MetricKind kind,
                                              std::string unit = {}) {
  MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.unit = std::move(unit);
  family.kind = kind;
  return family;
}

[[nodiscard]] inline MetricSample sample_of(std::vector<std::pair<std::string, std::string>> labels,
                                            std::uint64_t value) {
  MetricSample sample;
  sample.labels = std::move(labels);
  sample.value = static_cast<double>(value);
  return sample;
}

}  // namespace duroxide::model
