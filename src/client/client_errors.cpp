#include "client/client_errors.hpp"

#include <algorithm>
#include <utility>

#include "model/limits.hpp"

namespace duroxide::client {

namespace {

constexpr std::size_t longest_search = 1'000;  ///< in bytes

/// What a check has found, as an error of that kind.
Checked as(ClientError::Kind kind, model::Checked checked) {
  return std::move(checked).map_error([kind](model::Flaw flaw) {
    return ClientError{kind, std::move(flaw.what)};
  });
}

Checked as_input(model::Checked checked) {
  return as(ClientError::Kind::invalid_input, std::move(checked));
}

Checked invalid_input(std::string message) {
  return as_input(model::flaw(std::move(message)));
}

Checked invalid_filter(std::string message) {
  return as(ClientError::Kind::invalid_filter, model::flaw(std::move(message)));
}

/// A payload, or why there is none.
model::Checked check_text(std::string_view what, const Result<std::string, std::string>& text) {
  return text ? model::check_payload(what, *text) : model::Checked(model::flaw(text.error()));
}

ClientError::Kind client_kind(ProviderError::Kind kind) {
  switch (kind) {
    case ProviderError::Kind::instance_not_found:
      return ClientError::Kind::instance_not_found;
    case ProviderError::Kind::instance_already_exists:
      return ClientError::Kind::instance_already_exists;
    case ProviderError::Kind::instance_finished:
      return ClientError::Kind::instance_finished;
    case ProviderError::Kind::invalid_input:
      return ClientError::Kind::invalid_input;
    case ProviderError::Kind::activity_not_found:
      return ClientError::Kind::activity_not_found;
    case ProviderError::Kind::read_only:
      return ClientError::Kind::read_only;
    case ProviderError::Kind::not_available:
      return ClientError::Kind::management_not_available;
    case ProviderError::Kind::cancelled:
      return ClientError::Kind::cancelled;
    case ProviderError::Kind::storage:
    case ProviderError::Kind::disk_full:
    case ProviderError::Kind::permission_denied:
    case ProviderError::Kind::not_a_directory:
    case ProviderError::Kind::foreign_store:
    case ProviderError::Kind::newer_format:
    case ProviderError::Kind::corrupt:
    case ProviderError::Kind::in_use:
    case ProviderError::Kind::closed:
    case ProviderError::Kind::invalid_lock_token:
    case ProviderError::Kind::no_store:
      break;
  }
  return ClientError::Kind::storage_error;
}

}  // namespace

ClientError client_error(const ProviderError& error) {
  const ClientError::Kind kind = client_kind(error.kind);
  return {kind, kind == ClientError::Kind::storage_error ? error.to_string() : error.message};
}

bool is_damage(const ClientError& error) {
  if (error.kind != ClientError::Kind::storage_error) {
    return false;
  }
  // As `ProviderError::to_string` makes it: what was asked for, the kind, and the words.
  const std::string kind = std::string(to_string(ProviderError::Kind::corrupt)) + ": ";
  const std::string_view message = error.message;
  const std::size_t operation = message.find(": ");
  return message.starts_with(kind) ||
         (operation != std::string_view::npos && message.substr(operation + 2).starts_with(kind));
}

ClientError not_found(std::string_view instance) {
  return {ClientError::Kind::instance_not_found, "there is no instance " + std::string(instance)};
}

ClientError activity_not_found(const ActivityToken& activity) {
  return {ClientError::Kind::activity_not_found,
          "no activity " + activity.to_string() +
              " is open: it has ended, was cancelled, or never was, and nobody waits for it"};
}

ClientError timed_out(std::string_view what, Milliseconds timeout) {
  return {ClientError::Kind::timeout,
          std::string(what) + " within " + std::to_string(timeout.count()) + " ms"};
}

ClientError update_error(const provider::UpdateAnswer& answer) {
  const ErrorDetails& details = *answer.error;
  return {answer.refused ? ClientError::Kind::update_refused : ClientError::Kind::update_failed,
          details.to_string(), details};
}

ClientError query_error(const provider::UpdateAnswer& answer) {
  return {ClientError::Kind::query_failed, answer.error->to_string(), *answer.error};
}

ClientError no_management() {
  return {ClientError::Kind::management_not_available,
          "management features not available: the store offers none"};
}

Checked check_instance(std::string_view instance) {
  return as(ClientError::Kind::invalid_instance, model::check_instance_id(instance));
}

Checked check_start(std::string_view instance, std::string_view orchestration,
                    const Result<std::string, std::string>& input, const StartOptions& options) {
  if (auto checked = check_instance(instance); !checked) {
    return checked;
  }
  if (auto checked = as_input(model::check_name("orchestration name", orchestration)); !checked) {
    return checked;
  }
  if (auto checked = as_input(check_text("input", input)); !checked) {
    return checked;
  }
  if (options.version()) {
    if (auto checked = as_input(model::check_version(*options.version())); !checked) {
      return checked;
    }
  }
  if (options.parent_instance()) {
    if (auto checked = as_input(model::check_instance_id(*options.parent_instance())); !checked) {
      checked.error().message.insert(0, "the parent: ");
      return checked;
    }
  }
  if (auto checked = as_input(model::check_tags(options.tags())); !checked) {
    return checked;
  }
  if (auto checked = as_input(model::check_headers(options.headers())); !checked) {
    return checked;
  }
  if (!options.delay_is_valid()) {
    return invalid_input("the delay is negative or longer than 100 years");
  }
  if (!options.timeout_is_valid()) {
    return invalid_input("the timeout is not longer than zero, or longer than 100 years");
  }
  return {};
}

namespace {

Checked check_raise_options(const RaiseOptions& options) {
  return options.key() ? as_input(model::check_message_key(*options.key())) : Checked();
}

}  // namespace

Checked check_event(std::string_view instance, std::string_view event,
                    const Result<std::string, std::string>& data, const RaiseOptions& options) {
  if (auto checked = check_instance(instance); !checked) {
    return checked;
  }
  if (auto checked = as_input(model::check_name("event name", event)); !checked) {
    return checked;
  }
  if (auto checked = check_raise_options(options); !checked) {
    return checked;
  }
  return as_input(check_text("event's data", data));
}

Checked check_queue_message(std::string_view instance, std::string_view queue,
                            const Result<std::string, std::string>& message,
                            const RaiseOptions& options) {
  if (auto checked = check_instance(instance); !checked) {
    return checked;
  }
  if (auto checked = as_input(model::check_name("queue name", queue)); !checked) {
    return checked;
  }
  if (auto checked = check_raise_options(options); !checked) {
    return checked;
  }
  return as_input(check_text("message", message));
}

Checked check_update(std::string_view instance, std::string_view update,
                     const Result<std::string, std::string>& input, const UpdateOptions& options) {
  if (auto checked = check_instance(instance); !checked) {
    return checked;
  }
  if (auto checked = as_input(model::check_name("update name", update)); !checked) {
    return checked;
  }
  if (options.id()) {
    if (auto checked = as_input(model::check_name("update id", *options.id())); !checked) {
      return checked;
    }
  }
  if (auto checked = as_input(check_text("update's input", input)); !checked) {
    return checked;
  }
  return options.timeout() ? check_timeout(*options.timeout()) : Checked();
}

Checked check_query(std::string_view instance, std::string_view query,
                    const Result<std::string, std::string>& input, Milliseconds timeout) {
  if (auto checked = check_instance(instance); !checked) {
    return checked;
  }
  if (auto checked = as_input(model::check_name("query name", query)); !checked) {
    return checked;
  }
  if (auto checked = as_input(check_text("query's input", input)); !checked) {
    return checked;
  }
  return check_timeout(timeout);
}

Checked check_cancel(std::string_view instance, std::string_view reason) {
  if (auto checked = check_instance(instance); !checked) {
    return checked;
  }
  return as_input(model::check_payload("reason", reason));
}

Checked check_timeout(Milliseconds timeout) {
  if (timeout < Milliseconds(0) || timeout > max_delay) {
    return invalid_input("the timeout is negative or longer than 100 years");
  }
  return {};
}

Checked check_key(std::string_view instance, std::string_view key) {
  if (auto checked = check_instance(instance); !checked) {
    return checked;
  }
  return as_input(model::check_key(key));
}

Checked check_token(const ActivityToken& activity) {
  if (auto checked = check_instance(activity.instance); !checked) {
    return checked;
  }
  if (activity.execution_id == 0 || activity.event_id == 0) {
    return invalid_input("no activity has the token " + activity.to_string() +
                         ": executions and events are counted from 1");
  }
  return {};
}

Checked check_result(const ActivityToken& activity,
                     const Result<std::string, std::string>& result) {
  if (auto checked = check_token(activity); !checked) {
    return checked;
  }
  return as_input(check_text("activity's result", result));
}

Checked check_failure(const ActivityToken& activity, std::string_view message) {
  if (auto checked = check_token(activity); !checked) {
    return checked;
  }
  return as_input(model::check_payload("activity's error message", message));
}

Checked check_heartbeat(const ActivityToken& activity,
                        const Result<std::string, std::string>& progress) {
  if (auto checked = check_token(activity); !checked) {
    return checked;
  }
  return as_input(progress ? model::check_heartbeat(*progress)
                           : model::Checked(model::flaw(progress.error())));
}

Checked check_filter(const InstanceFilter& filter) {
  const auto as_filter = [](model::Checked checked) {
    return as(ClientError::Kind::invalid_filter, std::move(checked));
  };
  if (filter.status) {
    if (filter.status->empty()) {
      return invalid_filter("the list of statuses is empty, so no instance can match");
    }
    for (const StatusFilter& each : *filter.status) {
      if (!each.status()) {
        return invalid_filter("an instance that is listed is never NotFound");
      }
      if (each == ExecutionStatus::continued_as_new) {
        return invalid_filter("an instance is never ContinuedAsNew, only its executions are");
      }
    }
  }
  if (filter.orchestration_name) {
    if (auto checked =
            as_filter(model::check_name("orchestration name", *filter.orchestration_name));
        !checked) {
      return checked;
    }
  }
  if (filter.parent_instance) {
    if (auto checked = as_filter(model::check_instance_id(*filter.parent_instance)); !checked) {
      return checked;
    }
  }
  if (filter.created_after && filter.created_before &&
      *filter.created_after >= *filter.created_before) {
    return invalid_filter("created_after is not before created_before, so no instance can match");
  }
  if (filter.limit && *filter.limit == 0) {
    return invalid_filter("the limit is 0, so no instance can match");
  }
  if (filter.id_prefix) {
    // A prefix may end within a character, so it need not be UTF-8.
    if (filter.id_prefix->empty() || filter.id_prefix->size() > model::max_instance_id_bytes) {
      return invalid_filter("the id_prefix has " + std::to_string(filter.id_prefix->size()) +
                            " bytes; 1 to " + std::to_string(model::max_instance_id_bytes) +
                            " will do");
    }
  }
  for (const std::string& tag : filter.tags) {
    if (auto checked = as_filter(model::check_name("tag", tag)); !checked) {
      return checked;
    }
  }
  if (filter.search && (filter.search->empty() || filter.search->size() > longest_search)) {
    return invalid_filter("the text to search for has " + std::to_string(filter.search->size()) +
                          " bytes; 1 to 1,000 will do");
  }
  if (filter.version) {
    return as_filter(model::check_version(*filter.version));
  }
  return {};
}

Checked check_page(const InstanceFilter& filter, std::uint32_t page_size) {
  constexpr std::uint32_t largest_page = 10'000;
  if (page_size == 0 || page_size > largest_page) {
    return invalid_filter("a page of " + std::to_string(page_size) +
                          " instances; 1 to 10,000 will do");
  }
  return check_filter(filter);
}

Checked check_prune(const PruneOptions& options) {
  if (!options.keep_last && !options.completed_before) {
    return invalid_input("neither keep_last nor completed_before is set; set one of them");
  }
  return {};
}

Checked check_prune(std::string_view instance, const PruneOptions& options) {
  auto checked = check_instance(instance);
  return checked ? check_prune(options) : checked;
}

Checked check_pause(const PauseScope& scope) {
  switch (scope.kind) {
    case PauseScope::Kind::instance:
      return check_instance(scope.name);
    case PauseScope::Kind::orchestration:
      return as_input(model::check_name("orchestration name", scope.name));
    case PauseScope::Kind::store:
      break;
  }
  return {};
}

Checked check_changes(const ChangeFilter& filter, std::uint32_t capacity) {
  constexpr std::uint32_t largest_capacity = 1'000'000;
  if (capacity == 0 || capacity > largest_capacity) {
    return invalid_input("a capacity of " + std::to_string(capacity) +
                         " changes; 1 to 1,000,000 will do");
  }
  if (filter.instance) {
    return check_instance(*filter.instance);
  }
  if (filter.orchestration_name) {
    return as_input(model::check_name("orchestration name", *filter.orchestration_name));
  }
  return {};
}

Checked check_fork(std::string_view instance, std::string_view new_instance) {
  auto checked = check_instance(instance);
  if (checked) {
    checked = check_instance(new_instance);
    if (!checked) {
      checked.error().message.insert(0, "the new instance: ");
    }
  }
  return checked;
}

}  // namespace duroxide::client
