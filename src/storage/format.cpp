#include "storage/format.hpp"

#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

/// The first format in which `cancelled` is a status.
constexpr std::uint64_t format_with_cancelled = 3;

}  // namespace

std::optional<std::string> upgrade_mark(std::string_view format) {
  return number_at(format, format_magic.size()) < format_with_cancelled
             ? std::optional(make_key(Number{0}))
             : std::nullopt;
}

std::optional<Number> first_to_upgrade(const ReadView& view) {
  if (const auto left = view.get(Table::meta, meta_keys::upgrade)) {
    if (left->size() != sizeof(Number)) {
      throw_corrupt(
          Table::meta, meta_keys::upgrade,
          "how far the store was brought to this release's format is unreadable; restore a "
          "backup");
    }
    return number_at(*left, 0);
  }
  const auto format = view.get(Table::meta, meta_keys::format);
  return format && upgrade_mark(*format) ? std::optional<Number>(0) : std::nullopt;
}

}  // namespace duroxide::storage
