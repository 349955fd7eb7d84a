#include "cli/table.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "cli/text.hpp"

namespace duroxide::cli {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t least_width = 8;

}  // namespace

void Table::add(std::vector<Cell> row) {
  for (Cell& cell : row) {
    cell.text = printable(cell.text);
  }
  rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths(std::size_t available) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = columns_[i].title.size();
    for (const auto& row : rows_) {
      width = std::max(width, width_of(row[i].text));
    }
    widths.push_back(width);
  }
  std::size_t total = std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
  while (available > 0 && total > available) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (columns_[i].shrinks && widths[i] > least_width &&
          (widest == nullptr || widths[i] > *widest)) {
        widest = &widths[i];
      }
    }
    if (widest == nullptr) {
      break;
    }
    --*widest;
    --total;
  }
  return widths;
}

void Table::print_row(Output& output, const std::vector<Cell>& row,
                      const std::vector<std::size_t>& widths) const {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string text = cut(row[i].text, widths[i]);
    const std::string padding(widths[i] - width_of(text), ' ');
    const std::string painted = output.paint(row[i].color, text);
    line += columns_[i].right ? padding + painted : painted;
    if (i + 1 < row.size()) {
      line += (columns_[i].right ? std::string() : padding) + std::string(gap, ' ');
    }
  }
  line.erase(line.find_last_not_of(' ') + 1);
  output.line(line);
}

void Table::print(Output& output) const {
  const auto widths = this->widths(output.width());
  std::vector<Cell> titles;
  for (const Column& column : columns_) {
    titles.push_back({column.title, Color::bold});
  }
  print_row(output, titles, widths);
  for (const auto& row : rows_) {
    print_row(output, row, widths);
  }
}

}  // namespace duroxide::cli
