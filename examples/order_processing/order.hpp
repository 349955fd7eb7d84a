#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include <duroxide/result.hpp>

/// One line of the file of orders. What `serialize` names is what the JSON holds.
struct Item {
  std::string sku;  ///< `RARE-…` is never in stock
  std::int64_t quantity = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(sku), CEREAL_NVP(quantity));
  }
};

struct Order {
  std::string id;
  std::string customer;
  std::vector<Item> items;
  double amount = 0;
  std::string currency;
  std::string card;                    ///< declined if it ends in 0002
  std::int64_t shipping_delay_ms = 0;  ///< when the dock is ready; -1 if it never is
  std::int64_t ship_within_ms = 0;     ///< the customer does not wait any longer than this

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(id), CEREAL_NVP(customer), CEREAL_NVP(items), CEREAL_NVP(amount),
            CEREAL_NVP(currency), CEREAL_NVP(card), CEREAL_NVP(shipping_delay_ms),
            CEREAL_NVP(ship_within_ms));
  }
};

struct OrderFile {
  std::vector<Order> orders;
  std::size_t skipped_lines = 0;
};

/// Reads one order a line. A line that is not an order is reported on standard error with its number
/// and skipped. The error says why the file cannot be read at all.
duroxide::Result<OrderFile, std::string> read_orders(const std::filesystem::path& path);
