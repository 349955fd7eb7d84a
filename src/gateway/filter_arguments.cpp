#include "gateway/filter_arguments.hpp"

#include <algorithm>
#include <array>

#include "gateway/command_error.hpp"

namespace duroxide::gateway {

namespace {

constexpr std::array<std::string_view, 10> restricting{
    "status",    "name", "created_after",  "created_before", "parent",
    "id_prefix", "tags", "updated_before", "version",        "roots_only"};

template <class Enum, std::size_t Size>
Enum choose(std::string_view argument, std::string_view text,
            const std::array<std::pair<std::string_view, Enum>, Size>& choices) {
  std::string known;
  for (const auto& [name, value] : choices) {
    if (name == text) {
      return value;
    }
    known.append(known.empty() ? "" : ", ").append(name);
  }
  throw CommandFailure(CommandError::Kind::usage, "the argument `" + std::string(argument) +
                                                      "` must be one of " + known + ", not `" +
                                                      std::string(text) + "`");
}

const std::array<std::pair<std::string_view, StatusFilter>, 5> statuses{
    {{"running", ExecutionStatus::running},
     {"completed", ExecutionStatus::completed},
     {"failed", ExecutionStatus::failed},
     {"cancelled", ExecutionStatus::cancelled},
     {"paused", StatusFilter::paused()}}};

constexpr std::array<std::pair<std::string_view, InstanceOrder>, 3> orders{
    {{"created", InstanceOrder::created},
     {"updated", InstanceOrder::updated},
     {"id", InstanceOrder::id}}};

}  // namespace

std::vector<std::string_view> filter_arguments(const std::vector<std::string_view>& more) {
  std::vector<std::string_view> names(restricting.begin(), restricting.end());
  names.insert(names.end(), {"order", "descending"});
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

InstanceFilter filter_of(const Arguments& arguments) {
  InstanceFilter filter;
  if (arguments.has("status")) {
    filter.status.emplace();
    for (const std::string& status : arguments.texts("status")) {
      filter.status->push_back(choose("status", status, statuses));
    }
  }
  filter.orchestration_name = arguments.optional_text("name");
  filter.created_after = arguments.time("created_after");
  filter.created_before = arguments.time("created_before");
  filter.parent_instance = arguments.optional_text("parent");
  filter.id_prefix = arguments.optional_text("id_prefix");
  filter.tags = arguments.texts("tags");
  filter.updated_before = arguments.time("updated_before");
  filter.version = arguments.optional_text("version");
  filter.roots_only = arguments.flag("roots_only");
  if (const auto order = arguments.optional_text("order")) {
    filter.order = choose("order", *order, orders);
  }
  filter.descending = arguments.flag("descending");
  return filter;
}

bool has_filter(const Arguments& arguments) {
  return std::any_of(restricting.begin(), restricting.end(), [&](std::string_view name) {
    return name == "roots_only" ? arguments.flag(name) : arguments.has(name);
  });
}

void check_choice(const Arguments& arguments) {
  const bool many = has_filter(arguments) || arguments.flag("everything");
  if (!arguments.has("instance") && !many) {
    throw CommandFailure(CommandError::Kind::usage,
                         "say which: an instance, or a filter, or everything");
  }
  if (arguments.has("instance") && (many || arguments.has("limit"))) {
    throw CommandFailure(CommandError::Kind::usage,
                         "either an instance is named, or a filter chooses them");
  }
}

}  // namespace duroxide::gateway
