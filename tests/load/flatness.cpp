#include "load/flatness.hpp"

#include <algorithm>
#include <stdexcept>

namespace duroxide::load {

namespace {

void judge(std::vector<std::string>& found, const std::string& what, const Growth& growth,
           double allowed) {
  if (growth.difference() > allowed) {
    found.push_back(what + " grew from " + std::to_string(growth.before) + " to " +
                    std::to_string(growth.after) + ", by more than " + std::to_string(allowed));
  }
}

double heap_of(const Sample& sample) {
  return static_cast<double>(sample.heap);
}
double orchestrations_of(const Sample& sample) {
  return static_cast<double>(sample.orchestrations);
}
double descriptors_of(const Sample& sample) {
  return static_cast<double>(sample.descriptors);
}
double threads_of(const Sample& sample) {
  return static_cast<double>(sample.threads);
}
double store_of(const Sample& sample) {
  return static_cast<double>(sample.store_bytes);
}
double files_of(const Sample& sample) {
  return static_cast<double>(sample.file_bytes);
}

}  // namespace

double median_of_quarter(const std::vector<Sample>& samples, std::size_t quarter,
                         const std::function<double(const Sample&)>& read) {
  const std::size_t begin = samples.size() * quarter / 4;
  const std::size_t end = samples.size() * (quarter + 1) / 4;
  if (samples.size() < 4) {
    throw std::invalid_argument("fewer than four samples");
  }
  std::vector<double> values;
  for (std::size_t i = begin; i < end; ++i) {
    values.push_back(read(samples[i]));
  }
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Growth growth_of(const std::vector<Sample>& samples,
                 const std::function<double(const Sample&)>& read) {
  return {median_of_quarter(samples, 1, read), median_of_quarter(samples, 3, read)};
}

std::vector<std::string> what_grew(const std::vector<Sample>& samples) {
  std::vector<std::string> found;
  const double done = growth_of(samples, orchestrations_of).difference();
  judge(found, "the heap", growth_of(samples, heap_of),
        std::max(heap_noise, heap_per_orchestration * done));
  judge(found, "the number of descriptors", growth_of(samples, descriptors_of), 0);
  judge(found, "the number of threads", growth_of(samples, threads_of), 0);
  const Growth store = growth_of(samples, store_of);
  judge(found, "what the store holds", store, store_share * store.before + store_noise);
  const Growth files = growth_of(samples, files_of);
  judge(found, "the files of the store", files, store_share * files.before + files_noise);
  return found;
}

}  // namespace duroxide::load
