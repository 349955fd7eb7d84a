#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>

#include "postgres/parameters.hpp"
#include "postgres/rows.hpp"

namespace duroxide::postgres {

/// One statement with its values. Each session prepares it when it meets it first.
struct Call {
  /// Names it among all statements. Without a text, it is the function of that name in the store's schema,
  /// which is called with all the values: `SELECT * FROM name($1, …)`.
  const char* name = "";
  Parameters parameters = {};
  const char* text = nullptr;
};

/// What the calls of a request have answered, in their order.
using Answers = std::vector<Rows>;
using Outcome = Result<Answers, ProviderError>;

/// Calls that are made in one transaction, all or none, and what is done with their answers once it is
/// committed. A call that refuses says so in its answer; an error undoes all of them.
struct Request {
  const char* operation = "";
  std::vector<Call> calls = {};
  /// Called once, on the turn of the actor that has asked.
  std::function<void(Outcome)> done = {};
  /// Ids of instances that it changes. With other processes at work, a batch locks them all beforehand.
  std::vector<std::string> changes = {};
  /// Whether it may be made again when nobody knows whether it was: what is done already it finds done,
  /// or, as the results of activities, it is refused and nothing happens.
  bool is_repeatable = false;
  /// Whether its calls name this process: they are refused once that was taken for dead.
  bool is_of_process = false;
  /// Whether it looks, or fetches: nothing is lost if nobody ever knows whether it was made.
  bool is_light = false;
  /// Whether its answer can wait until a later batch is flushed (`HeldAnswers`). It must be repeatable. Of
  /// what is light too, the answer waits if it may show what is not flushed.
  bool can_wait = false;
  /// A start, whose turn may be handed out before it is made: called once when its batch is about to be made. Says
  /// whether it was handed out, and has then changed the calls so that they lease it.
  std::function<bool(Request&)> go_ahead = {};
  /// Whether it may hand out turns, each of which is soon followed by its ack.
  bool hands_out_turns = false;
};

}  // namespace duroxide::postgres
