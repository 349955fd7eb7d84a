#include "postgres/listing_statements.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "postgres/summary_row.hpp"

namespace duroxide::postgres {

namespace {

// The parameters: 1 statuses, 2 names and 3 ids of what is paused, 4 name, 5 and 6 when created, 7 parent,
// 8 pattern of the id, 9 tags, 10 changed before, 11 version, 12 only roots; 13 key, 14 number and 15 id of
// the last row that was seen, 16 limit, 17 offset, 18 whether outputs are wanted, 19 whether to be searched.

/// Of the row `i` of `instances`, all but its status and its tags.
const std::string& conditions() {
  static const std::string text =
      " AND ($4 IS NULL OR i.orchestration = $4)"
      " AND ($5 IS NULL OR i.created_at >= $5)"
      " AND ($6 IS NULL OR i.created_at < $6)"
      " AND ($7 IS NULL OR i.parent_number = (SELECT p.number FROM instances p WHERE p.id = $7))"
      " AND ($8 IS NULL OR i.id LIKE $8)"
      " AND (cardinality($9) = 0 OR i.tags @> $9)"
      // What runs is listed in whole seconds.
      " AND ($10 IS NULL OR (i.listed_at < $10 AND (i.status <> 0 OR"
      " (SELECT u.updated_at FROM turns u WHERE u.number = i.number) < $10)))"
      " AND ($11 IS NULL OR i.version = $11)"
      " AND (NOT $12 OR i.parent_id IS NULL)";
  return text;
}

constexpr const char* any_status =
    "(i.status = ANY($1) OR (i.status = 0 AND (i.orchestration = ANY($2) OR i.id = ANY($3))))";

/// How rows follow each other.
struct Direction {
  explicit Direction(bool descending)
      : behind(descending ? "<" : ">"), order(descending ? " DESC" : "") {}

  [[nodiscard]] std::string sorted(const std::string& columns, const std::string& last) const {
    return " ORDER BY " + columns + order + ", " + last + order;
  }

  std::string behind;
  std::string order;
};

constexpr const char* up_to_the_last = " LIMIT $16 + $17";

/// One status after the other, each in order by an index, merged: so a page costs its own length.
std::string by_creation(const Direction& direction) {
  const std::string rest = conditions() + " AND ($14 IS NULL OR (i.created_at, i.number) " +
                           direction.behind + " ($13, $14))";
  const std::string columns = "SELECT i.created_at AS key, i.number FROM instances i WHERE ";
  const std::string sorted = direction.sorted("i.created_at", "i.number") + up_to_the_last;
  std::string text;
  for (const char* status : {"0", "1", "2", "4"}) {
    text.append("(").append(columns).append("i.status = ").append(status);
    text.append(" AND ").append(status).append(" = ANY($1)");
    text.append(rest).append(sorted).append(") UNION ALL ");
  }
  return text + "(SELECT q.key, q.number FROM unnest($2) AS n(name) CROSS JOIN LATERAL (" +
         columns + "i.orchestration = n.name COLLATE \"C\" AND i.status = 0" + rest + sorted +
         ") q) UNION ALL (" + columns +
         "i.id = ANY($3) AND i.status = 0 AND NOT i.orchestration = ANY($2)" + rest + ")";
}

/// What runs is in the index by whole seconds, so those of one second are sorted.
std::string by_change(const Direction& direction) {
  const std::string sorted = direction.sorted("i.listed_at", "i.number") + up_to_the_last;
  std::string text;
  for (const char* status : {"1", "2", "4"}) {
    text.append("(SELECT i.listed_at AS key, i.number FROM instances i WHERE i.status = ");
    text.append(status).append(" AND ").append(status).append(" = ANY($1)").append(conditions());
    text.append(" AND ($14 IS NULL OR (i.listed_at, i.number) ").append(direction.behind);
    text.append(" ($13, $14))").append(sorted).append(") UNION ALL ");
  }
  return text +
         "(SELECT t.updated_at AS key, i.number FROM instances i JOIN turns t"
         " ON t.number = i.number WHERE i.status = 0"
         " AND (0 = ANY($1) OR i.orchestration = ANY($2) OR i.id = ANY($3))" +
         conditions() + " AND ($14 IS NULL OR (i.listed_at " + direction.behind +
         "= $13 - ($13 % 1000 + 1000) % 1000 AND (t.updated_at, i.number) " + direction.behind +
         " ($13, $14)))" +
         direction.sorted("i.listed_at" + direction.order + ", t.updated_at", "i.number") +
         up_to_the_last + ")";
}

std::string by_id(const Direction& direction) {
  return std::string("SELECT i.id AS key, i.number FROM instances i WHERE ") + any_status +
         conditions() + " AND ($15 IS NULL OR i.id " + direction.behind + " $15)" +
         direction.sorted("i.id", "i.number") + up_to_the_last;
}

/// Led by one of the tags, which have an index by creation.
std::string tagged(InstanceOrder order, const Direction& direction) {
  const std::string key = order == InstanceOrder::created   ? "g.created_at"
                          : order == InstanceOrder::updated ? "t.updated_at"
                                                            : "i.id";
  const std::string place =
      order == InstanceOrder::id
          ? "($15 IS NULL OR i.id " + direction.behind + " $15)"
          : "($14 IS NULL OR (" + key + ", g.number) " + direction.behind + " ($13, $14))";
  return "SELECT " + key + " AS key, g.number FROM instance_tags g" +
         " JOIN instances i ON i.number = g.number" +
         (order == InstanceOrder::updated ? " JOIN turns t ON t.number = g.number" : "") +
         " WHERE g.tag = ($9)[1] AND " + any_status + conditions() + " AND " + place +
         direction.sorted(key, "g.number") + up_to_the_last;
}

/// Led by the parent, whose children have an index by creation.
std::string of_parent(InstanceOrder order, const Direction& direction) {
  const std::string key = order == InstanceOrder::created   ? "i.created_at"
                          : order == InstanceOrder::updated ? "t.updated_at"
                                                            : "i.id";
  const std::string place =
      order == InstanceOrder::id
          ? "($15 IS NULL OR i.id " + direction.behind + " $15)"
          : "($14 IS NULL OR (" + key + ", i.number) " + direction.behind + " ($13, $14))";
  return "SELECT " + key + " AS key, i.number FROM instances i" +
         (order == InstanceOrder::updated ? " JOIN turns t ON t.number = i.number" : "") +
         " WHERE i.parent_number = (SELECT p.number FROM instances p WHERE p.id = $7) AND " +
         any_status + conditions() + " AND " + place + direction.sorted(key, "i.number") +
         up_to_the_last;
}

/// By what the rows of a listing are found, if not by their order.
enum class Lead : std::size_t { none, tag, parent };

Lead lead_of(const InstanceFilter& filter) {
  if (filter.parent_instance) {
    return Lead::parent;
  }
  return filter.tags.empty() ? Lead::none : Lead::tag;
}

std::string list_text(InstanceOrder order, bool descending, Lead lead) {
  const Direction direction(descending);
  const std::string source = lead == Lead::tag                 ? tagged(order, direction)
                             : lead == Lead::parent            ? of_parent(order, direction)
                             : order == InstanceOrder::created ? by_creation(direction)
                             : order == InstanceOrder::updated ? by_change(direction)
                                                               : by_id(direction);
  const std::string key = order == InstanceOrder::id ? "" : ", f.key";
  return std::string("SELECT ") + summary_columns("$18", "$19") + key +
         " FROM (SELECT b.key, b.number FROM (" + source + ") AS b" +
         direction.sorted("b.key", "b.number") + " LIMIT $16 OFFSET $17) AS f" +
         " JOIN instances i ON i.number = f.number" + summary_joins +
         direction.sorted("f.key", "f.number");
}

struct Named {
  std::string name;
  std::string text;
};

constexpr std::size_t leads = 3;
constexpr std::size_t shapes = 3 * 2 * leads;  ///< three orders, two directions

std::array<Named, shapes> make_list_statements() {
  std::array<Named, shapes> statements;
  for (std::size_t i = 0; i < shapes; ++i) {
    statements[i] = {"list_" + std::to_string(i),
                     list_text(static_cast<InstanceOrder>(i / (2 * leads)), i / leads % 2 == 1,
                               static_cast<Lead>(i % leads))};
  }
  return statements;
}

const Named& list_statement(const InstanceFilter& filter) {
  static const std::array<Named, shapes> statements = make_list_statements();
  const std::size_t direction = filter.descending ? 1 : 0;
  return statements[(static_cast<std::size_t>(filter.order) * 2 + direction) * leads +
                    static_cast<std::size_t>(lead_of(filter))];
}

const Named& count_statement(bool has_tags) {
  static const Named plain{
      "count_instances",
      std::string("SELECT count(*) FROM instances i WHERE ") + any_status + conditions()};
  static const Named with_tags{
      "count_tagged_instances",
      std::string("SELECT count(*) FROM instance_tags g JOIN instances i ON i.number = g.number"
                  " WHERE g.tag = ($9)[1] AND ") +
          any_status + conditions()};
  return has_tags ? with_tags : plain;
}

Call call_of(const Named& statement, Parameters parameters) {
  return {statement.name.c_str(), std::move(parameters), statement.text.c_str()};
}

}  // namespace

Call list_call(const ListingValues& values, const InstanceFilter& filter, const ListingPart& part) {
  Parameters parameters = filter_parameters(values, filter);
  const auto& after = part.after;
  const bool by_number = after && filter.order != InstanceOrder::id;
  parameters.optional_number(by_number ? std::optional(after->key) : std::nullopt)
      .optional_number(by_number ? std::optional(after->number) : std::nullopt)
      .optional_text(after && !by_number ? std::optional(after->id) : std::nullopt)
      .optional_number(part.limit)
      .number(part.offset)
      .flag(filter.with_output)
      .flag(filter.search.has_value());
  return call_of(list_statement(filter), std::move(parameters));
}

Call count_call(const ListingValues& values, const InstanceFilter& filter) {
  return call_of(count_statement(!filter.tags.empty()), filter_parameters(values, filter));
}

}  // namespace duroxide::postgres
