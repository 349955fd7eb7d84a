#include "gateway/command_error.hpp"

namespace duroxide::gateway {

namespace {

using Kind = CommandError::Kind;

Kind kind_of(ClientError::Kind kind) {
  switch (kind) {
    case ClientError::Kind::instance_not_found:
    case ClientError::Kind::execution_not_found:
    case ClientError::Kind::activity_not_found:
      return Kind::not_found;
    case ClientError::Kind::invalid_instance:
    case ClientError::Kind::invalid_filter:
    case ClientError::Kind::invalid_input:
      return Kind::usage;
    case ClientError::Kind::instance_already_exists:
    case ClientError::Kind::instance_finished:
    case ClientError::Kind::update_refused:
    case ClientError::Kind::start_refused:
      return Kind::refused;
    case ClientError::Kind::read_only:
    case ClientError::Kind::storage_error:
    case ClientError::Kind::timeout:
    case ClientError::Kind::management_not_available:
    case ClientError::Kind::would_deadlock:
    case ClientError::Kind::cancelled:
    case ClientError::Kind::invalid_payload:
    case ClientError::Kind::update_failed:
    case ClientError::Kind::query_failed:
      break;
  }
  return Kind::failed;
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::failed:
      return "failed";
    case Kind::usage:
      return "usage";
    case Kind::not_found:
      return "not_found";
    case Kind::store:
      return "store";
    case Kind::refused:
      return "refused";
    case Kind::interrupted:
      return "interrupted";
  }
  return "unknown";
}

std::optional<Kind> command_error_kind(std::string_view text) {
  for (const Kind kind : {Kind::failed, Kind::usage, Kind::not_found, Kind::store, Kind::refused,
                          Kind::interrupted}) {
    if (to_string(kind) == text) {
      return kind;
    }
  }
  return std::nullopt;
}

CommandError::CommandError(ClientError error)
    : kind(kind_of(error.kind)), message(std::move(error.message)) {}

CommandError refused_by_state(ClientError error) {
  const bool is_input = error.kind == ClientError::Kind::invalid_input;
  CommandError refused(std::move(error));
  refused.kind = is_input ? Kind::refused : refused.kind;
  return refused;
}

}  // namespace duroxide::gateway
