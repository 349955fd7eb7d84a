#include "upkeep/walk.hpp"

#include <cstddef>
#include <string>

namespace duroxide::storage {

namespace {
constexpr std::size_t rows_per_page = 500;
}  // namespace

bool walk_table(KvStore& store, Table table, const std::function<void(const ReadView&)>& begin_page,
                const std::function<bool(std::string_view, std::string_view)>& visit) {
  std::string from;
  while (true) {
    const auto view = store.snapshot();
    begin_page(*view);
    const auto cursor = view->cursor(table);
    bool more = cursor->seek(from);
    for (std::size_t rows = 0; more && rows < rows_per_page && !store.wants_snapshots_back();
         ++rows, more = cursor->next()) {
      if (!visit(cursor->key(), cursor->value())) {
        return false;
      }
    }
    if (!more) {
      return true;
    }
    from = cursor->key();
  }
}

}  // namespace duroxide::storage
