// A shop: every order of a file becomes an orchestration that pays, reserves, waits for the dock and
// completes, or takes back what it did. Kill the program at any moment and run it again.
//
//   order.*     the file of orders            desk.*      the client's side
//   workflow.*  orchestration and activities  summary.*   what became of them
//   shop_store.*  where they are kept
#include <iostream>
#include <system_error>

#include "desk.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "shop_store.hpp"
#include "summary.hpp"
#include "workflow.hpp"

using namespace duroxide;
using namespace std::chrono_literals;

namespace {

int fail(const std::string& message) {
  std::cerr << "order_processing: " << message << '\n';
  return 1;
}

int process_orders(const Options& options, const OrderFile& file) {
  auto store = open_store(options.store, options.lease);
  if (!store) {
    return fail(store.error());
  }
  Ledger ledger(options.ledger);

  // This program is there to be killed: an order must not count as poison for that.
  Runtime runtime{*store, RuntimeOptions().worker_concurrency(options.workers).max_attempts(1'000)};
  register_workflow(runtime, ledger, options.work_time);
  if (auto started = runtime.start(); !started) {
    return fail(started.error().to_string());
  }

  const auto begin = std::chrono::steady_clock::now();
  OrderDesk desk{Client{*store}};
  for (const Order& order : file.orders) {
    desk.submit(order);
  }
  ProgressBar progress(file.orders.size());
  std::size_t done = 0;
  while (done < file.orders.size() && runtime.is_running()) {
    done = desk.wait_for_progress(1s);
    progress.show(done);
  }
  const auto elapsed = std::chrono::steady_clock::now() - begin;
  runtime.stop();

  const auto endings = desk.endings();
  bool good = print_summary(endings, elapsed);
  if (done < file.orders.size()) {
    return fail("the engine stopped before all orders were finished; run it again");
  }
  if (!options.results.empty() && !write_results(endings, options.results)) {
    return fail("cannot write " + options.results.string());
  }
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv);
  if (!options) {
    std::cerr << "order_processing: " << options.error() << '\n' << usage;
    return 2;
  }
  if (options->help) {
    std::cout << usage;
    return 0;
  }
  const auto file = read_orders(options->input);
  if (!file) {
    return fail(file.error());
  }
  std::cout << file->orders.size() << " orders from " << options->input.string();
  if (file->skipped_lines > 0) {
    std::cout << ", " << file->skipped_lines << " lines skipped";
  }
  std::cout << std::endl;
  try {
    return process_orders(*options, *file);
  } catch (const std::system_error& error) {
    return fail(error.what());
  }
}
