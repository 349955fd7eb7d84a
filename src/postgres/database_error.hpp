#pragma once

#include <exception>
#include <string>
#include <utility>

#include <duroxide/errors.hpp>

namespace duroxide::postgres {

/// What the database or its client library says of a call that failed, and what that means.
class DatabaseError : public std::exception {
 public:
  /// `state` is PostgreSQL's code of five characters; empty if the connection is lost.
  DatabaseError(std::string state, std::string message)
      : state_(std::move(state)), message_(std::move(message)) {}

  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
  [[nodiscard]] const std::string& state() const { return state_; }

  /// Nobody answers any more: nothing is known of what was under way.
  [[nodiscard]] bool is_lost() const;
  /// It got in the way of another transaction, and may work the next time.
  [[nodiscard]] bool is_conflict() const;
  /// The process is taken for dead: see processes.sql.
  [[nodiscard]] bool is_of_dead_process() const { return state_ == "DX001"; }

  /// What whoever asked is told.
  [[nodiscard]] ProviderError told_for(const char* operation) const;

 private:
  std::string state_;
  std::string message_;
};

}  // namespace duroxide::postgres
