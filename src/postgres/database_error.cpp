#include "postgres/database_error.hpp"

#include <string_view>

namespace duroxide::postgres {

namespace {

using Kind = ProviderError::Kind;

bool is_of_class(std::string_view state, std::string_view first_two) {
  return state.substr(0, 2) == first_two;
}

Kind kind_of(std::string_view state) {
  if (state == "53100") {
    return Kind::disk_full;
  }
  if (state == "42501" || is_of_class(state, "28")) {
    return Kind::permission_denied;
  }
  if (state == "25006") {
    return Kind::read_only;
  }
  return Kind::storage;
}

bool may_work_later(std::string_view state) {
  // Connections, resources, and what an operator or a limit of time has ended.
  return state.empty() || is_of_class(state, "08") || is_of_class(state, "53") ||
         is_of_class(state, "57") || is_of_class(state, "40") || is_of_class(state, "55");
}

}  // namespace

bool DatabaseError::is_lost() const {
  return state_.empty() || is_of_class(state_, "08") || state_ == "57P01" || state_ == "57P02" ||
         state_ == "57P03";
}

bool DatabaseError::is_conflict() const {
  return is_of_class(state_, "40") || state_ == "55P03";
}

ProviderError DatabaseError::told_for(const char* operation) const {
  std::string message = is_lost() ? "the database cannot be reached: " : "the database refuses: ";
  message += message_;
  return ProviderError{kind_of(state_), operation, std::move(message), may_work_later(state_)};
}

}  // namespace duroxide::postgres
