#pragma once

// A new instance that is made of a history.

#include <cstdint>
#include <optional>
#include <string>

#include <duroxide/management_actions.hpp>

#include "postgres/instance_row.hpp"
#include "postgres/writing.hpp"

namespace duroxide::postgres {

/// Writes that make an instance: they get its number before they look, so that all calls can name it.
class RestoreWriting : public ChangeWriting<RestoredInstance> {
 public:
  RestoredInstance answer() final { return restored_; }

 protected:
  /// Refuses an id that is none, or that an instance has. Then it stays free until the change is made.
  void require_free(const Bench& bench, const std::string& id, Change& change) const;
  /// Makes the row; `instance` has all but the number, the incarnation and its times.
  void create(const Bench& bench, InstanceRow& instance, const std::string& code, Change& change);

  /// What it answers.
  [[nodiscard]] RestoredInstance& restored() { return restored_; }

 private:
  std::optional<Step> prepare(const Bench& bench) final;
  void prepared(const Answers& answers) final;

  RestoredInstance restored_;
  std::int64_t number_ = 0;
};

}  // namespace duroxide::postgres
