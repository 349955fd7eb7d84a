#include "runtime/beside.hpp"

#include <utility>

namespace duroxide::runtime {

namespace {

/// Never destroyed: a runtime may be a variable of the whole program.
std::vector<Beside>& all_beside() {
  static auto* const all = new std::vector<Beside>;
  return *all;
}

}  // namespace

void run_beside_runtimes(Beside beside) {
  all_beside().push_back(std::move(beside));
}

std::vector<std::shared_ptr<void>> start_beside(const Store& store, const BesideOptions& options) {
  std::vector<std::shared_ptr<void>> started;
  started.reserve(all_beside().size());
  for (const Beside& beside : all_beside()) {
    started.push_back(beside(store, options));
  }
  return started;
}

}  // namespace duroxide::runtime
