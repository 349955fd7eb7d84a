#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/output.hpp"

namespace duroxide::cli {

struct Column {
  std::string title;
  bool right = false;    ///< numbers
  bool shrinks = false;  ///< is cut where the terminal is too narrow
};

struct Cell {
  std::string text;
  Color color = Color::plain;
};

/// Rows in columns that are as wide as what they hold, unless the terminal is narrower than that.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// One cell for each column. Control characters are written out.
  void add(std::vector<Cell> row);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  void print(Output& output) const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t available) const;
  void print_row(Output& output, const std::vector<Cell>& row,
                 const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace duroxide::cli
