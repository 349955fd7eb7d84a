#include "cli/table.hpp"

#include <algorithm>
#include <iterator>
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

std::vector<Table::Shown> Table::whole() const {
  std::vector<Shown> shown;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t widest = 0;
    for (const auto& row : rows_) {
      widest = std::max(widest, width_of(row[i].text));
    }
    if (widest > 0 || !columns_[i].may_lack) {
      shown.push_back({i, std::max(columns_[i].title.size(), widest)});
    }
  }
  return shown;
}

std::vector<Table::Shown> Table::fitted(std::size_t available) const {
  std::vector<Shown> shown = whole();
  const auto total = [&](std::size_t (*width)(const Column&, std::size_t)) {
    std::size_t sum = shown.empty() ? 0 : gap * (shown.size() - 1);
    for (const Shown& each : shown) {
      sum += width(columns_[each.column], each.width);
    }
    return sum;
  };
  const auto least = [&] {
    return total([](const Column& column, std::size_t width) {
      return column.shrinks ? std::min(width, least_width) : width;
    });
  };
  while (available > 0 && least() > available) {
    const auto last = std::find_if(shown.rbegin(), shown.rend(), [&](const Shown& each) {
      return columns_[each.column].gives_way;
    });
    if (last == shown.rend()) {
      break;
    }
    shown.erase(std::next(last).base());
  }
  std::size_t width = total([](const Column&, std::size_t each) { return each; });
  while (available > 0 && width > available) {
    Shown* widest = nullptr;
    for (Shown& each : shown) {
      if (columns_[each.column].shrinks && each.width > least_width &&
          (widest == nullptr || each.width > widest->width)) {
        widest = &each;
      }
    }
    if (widest == nullptr) {
      break;
    }
    --widest->width;
    --width;
  }
  return shown;
}

void Table::print_row(Output& output, const std::vector<Cell>& row,
                      const std::vector<Shown>& shown) const {
  std::string line;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto [column, width] = shown[i];
    const std::string text = cut(row[column].text, width);
    const std::string padding(width - width_of(text), ' ');
    const std::string painted = output.paint(row[column].color, text);
    line += columns_[column].right ? padding + painted : painted;
    if (i + 1 < shown.size()) {
      line += (columns_[column].right ? std::string() : padding) + std::string(gap, ' ');
    }
  }
  line.erase(line.find_last_not_of(' ') + 1);
  output.line(line);
}

void Table::print(Output& output) const {
  const auto shown = fitted(output.width());
  std::vector<Cell> titles;
  for (const Column& column : columns_) {
    titles.push_back({column.title, Color::bold});
  }
  print_row(output, titles, shown);
  for (const auto& row : rows_) {
    print_row(output, row, shown);
  }
}

}  // namespace duroxide::cli
