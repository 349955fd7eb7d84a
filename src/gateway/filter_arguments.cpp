#include "gateway/filter_arguments.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

namespace duroxide::gateway {

namespace {

using Type = ArgumentType;

template <class Value, std::size_t size>
using Choices = std::array<std::pair<std::string_view, Value>, size>;

template <class Value, std::size_t size>
std::array<std::string_view, size> names_of(const Choices<Value, size>& choices) {
  std::array<std::string_view, size> names;
  std::transform(choices.begin(), choices.end(), names.begin(),
                 [](const auto& choice) { return choice.first; });
  return names;
}

/// Of a name that is one of them.
template <class Value, std::size_t size>
Value value_named(const Choices<Value, size>& choices, std::string_view name) {
  return std::find_if(choices.begin(), choices.end(),
                      [&](const auto& choice) { return choice.first == name; })
      ->second;
}

const Choices<StatusFilter, 5> statuses{{{"running", ExecutionStatus::running},
                                         {"completed", ExecutionStatus::completed},
                                         {"failed", ExecutionStatus::failed},
                                         {"cancelled", ExecutionStatus::cancelled},
                                         {"paused", StatusFilter::paused()}}};
const auto status_names = names_of(statuses);

constexpr Choices<InstanceOrder, 3> orders{{{"created", InstanceOrder::created},
                                            {"updated", InstanceOrder::updated},
                                            {"id", InstanceOrder::id}}};
const auto order_names = names_of(orders);

std::vector<Argument> restricting(std::string_view name) {
  return {
      {.name = "status",
       .type = Type::choice,
       .option = "-s,--status",
       .help = "running, completed, failed, cancelled or paused; several are separated by commas",
       .repeats = true,
       .choices = status_names},
      {.name = name,
       .type = Type::orchestration,
       .option = "-n,--name",
       .help = "orchestrations of this name"},
      {.name = "created_after",
       .type = Type::time,
       .option = "--since",
       .help = "created at or after"},
      {.name = "created_before", .type = Type::time, .option = "--until", .help = "created before"},
      {.name = "updated_before",
       .type = Type::time,
       .option = "--unchanged-since",
       .help = "last changed before"},
      {.name = "parent",
       .type = Type::instance,
       .option = "--parent",
       .help = "children of this instance"},
      {.name = "id_prefix",
       .type = Type::instance,
       .option = "--prefix",
       .help = "ids that begin so"},
      {.name = "tags",
       .option = "--tag",
       .help = "started with this tag; all of them if given several times",
       .repeats = true},
      {.name = "version", .option = "--of-version", .help = "of this version"},
      {.name = "roots_only", .type = Type::flag, .option = "--roots", .help = "no children"},
      {.name = "search",
       .option = "--search",
       .help =
           "with this text in the id, the custom status or the error, in capitals or not; looks "
           "at each"},
  };
}

}  // namespace

bool any_given(const Arguments& arguments, const std::vector<Argument>& these) {
  return std::any_of(these.begin(), these.end(), [&](const Argument& argument) {
    return argument.type == Type::flag ? arguments.flag(argument.name)
                                       : arguments.has(argument.name);
  });
}

bool has_filter(const Arguments& arguments, std::string_view name) {
  return any_given(arguments, restricting(name));
}

std::vector<Argument> filter_arguments(OrderOptions order, std::string_view name) {
  const bool shown = order == OrderOptions::shown;
  return joined(restricting(name), {{.name = "order",
                                     .type = Type::choice,
                                     .option = shown ? "--order" : "",
                                     .help = "created or updated, the newest first, or id",
                                     .choices = order_names,
                                     .by_default = "created"},
                                    {.name = "descending",
                                     .type = Type::flag,
                                     .option = shown ? "-r,--descending" : "",
                                     .help = "newest, or last, first"}});
}

std::vector<Argument> joined(std::vector<Argument> first, const std::vector<Argument>& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

InstanceFilter filter_of(const Arguments& arguments, std::string_view name) {
  InstanceFilter filter;
  if (arguments.has("status")) {
    filter.status.emplace();
    for (const std::string& status : arguments.texts("status")) {
      filter.status->push_back(value_named(statuses, status));
    }
  }
  filter.orchestration_name = arguments.optional_text(name);
  filter.created_after = arguments.time("created_after");
  filter.created_before = arguments.time("created_before");
  filter.parent_instance = arguments.optional_text("parent");
  filter.id_prefix = arguments.optional_text("id_prefix");
  filter.tags = arguments.texts("tags");
  filter.updated_before = arguments.time("updated_before");
  filter.version = arguments.optional_text("version");
  filter.roots_only = arguments.flag("roots_only");
  filter.search = arguments.optional_text("search");
  if (const auto order = arguments.optional_text("order")) {
    filter.order = value_named(orders, *order);
  }
  filter.descending = arguments.flag("descending");
  return filter;
}

InstanceFilter chosen(const Arguments& arguments, std::string_view name) {
  InstanceFilter filter = filter_of(arguments, name);
  filter.limit = arguments.small_number("limit");
  return filter;
}

Result<void, CommandError> check_choice(const Arguments& arguments) {
  const bool many = has_filter(arguments) || arguments.flag("everything");
  if (!arguments.has("instance") && !many) {
    return failure(usage_error("say which: an instance, or a filter, or everything"));
  }
  if (arguments.has("instance") && (many || arguments.has("limit"))) {
    return failure(usage_error("either an instance is named, or a filter chooses them"));
  }
  return {};
}

}  // namespace duroxide::gateway
