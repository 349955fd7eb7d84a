#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/output.hpp"

namespace duroxide::cli {

struct Column {
  std::string title;
  bool right = false;      ///< numbers
  bool shrinks = false;    ///< is cut where the terminal is too narrow
  bool may_lack = false;   ///< is left out if no row has anything in it
  bool gives_way = false;  ///< is left out where the terminal is too narrow for all, even cut
};

struct Cell {
  std::string text;
  Color color = Color::plain;
};

/// Rows in columns that are as wide as what they hold, unless the terminal is narrower than that. Then
/// columns that shrink are cut, to eight characters at least; if that is not enough, those that give way
/// are left out, from the last to the first.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// One cell for each column. Control characters are written out.
  void add(std::vector<Cell> row);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  void print(Output& output) const;

 private:
  /// Of a column that is shown, and how wide it is.
  struct Shown {
    std::size_t column = 0;
    std::size_t width = 0;
  };

  /// Those that have something to say, each as wide as what it holds.
  [[nodiscard]] std::vector<Shown> whole() const;
  [[nodiscard]] std::vector<Shown> fitted(std::size_t available) const;
  void print_row(Output& output, const std::vector<Cell>& row,
                 const std::vector<Shown>& shown) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace duroxide::cli
