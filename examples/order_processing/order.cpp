#include "order.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <set>

#include <duroxide/codec.hpp>

namespace {

using duroxide::failure;
using duroxide::Result;

Result<Order, std::string> parse_order(const std::string& line) {
  auto order = duroxide::decode_payload<Order>(line);
  if (!order) {
    return failure(order.error());
  }
  if (order->id.empty()) {
    return failure(std::string("the order has no id"));
  }
  if (order->items.empty()) {
    return failure("order " + order->id + " has no items");
  }
  for (const Item& item : order->items) {
    if (item.quantity <= 0) {
      return failure("order " + order->id + " wants " + std::to_string(item.quantity) + " of " +
                     item.sku);
    }
  }
  if (!(order->amount > 0)) {
    return failure("the amount of order " + order->id + " is not positive");
  }
  if (order->ship_within_ms < 0) {
    return failure("ship_within_ms of order " + order->id + " is negative");
  }
  return order;
}

}  // namespace

Result<OrderFile, std::string> read_orders(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::error_code error;
  if (!in || std::filesystem::is_directory(path, error)) {
    return failure("cannot read " + path.string() + ": " +
                   (in ? "it is a directory" : std::strerror(errno)));
  }

  OrderFile file;
  std::set<std::string> ids;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) {
      continue;
    }
    auto order = parse_order(line);
    if (order && !ids.insert(order->id).second) {
      order = failure("order " + order->id + " was listed before");
    }
    if (!order) {
      std::cerr << path.string() << ':' << number << ": skipped: " << order.error() << '\n';
      ++file.skipped_lines;
      continue;
    }
    file.orders.push_back(std::move(*order));
  }
  return file;
}
