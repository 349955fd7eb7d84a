// An instance with what is below it.

#include <string>
#include <utility>

#include "postgres/instance_row.hpp"
#include "postgres/reads.hpp"
#include "postgres/refusals.hpp"
#include "postgres/summary_row.hpp"

namespace duroxide::postgres {

namespace {

const std::string& shown_tree_text() {
  static const std::string text =
      "SELECT " + summary_columns("false", "false") +
      " FROM tree_of((SELECT number FROM instances WHERE id = $1), $2)"
      " WITH ORDINALITY AS f (number, place) JOIN instances i ON i.number = f.number" +
      summary_joins + " ORDER BY f.place";
  return text;
}

}  // namespace

InstanceTree read_tree(Database& database, const std::string& instance,
                       const std::optional<std::uint32_t>& limit) {
  require_id(instance);
  const Rows rows =
      database.read_one({"tree",
                         Parameters().text(instance).optional_number(
                             limit ? std::optional<std::int64_t>(*limit) : std::nullopt),
                         shown_tree_text().c_str()});
  if (rows.empty()) {
    refuse_unknown(instance);
  }
  InstanceTree tree;
  tree.root_id = instance;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    tree.instances.push_back(summary_of(rows.row(i)));
  }
  return tree;
}

}  // namespace duroxide::postgres
