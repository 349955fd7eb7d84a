#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "postgres/batches.hpp"
#include "postgres/refusal.hpp"
#include "postgres/turn_fetches.hpp"
#include "postgres/waiting.hpp"

namespace duroxide::postgres {

/// The requests of clients that start instances, or send them something.
class Messages {
 public:
  /// All must outlive it.
  Messages(Batches& batches, Waiting& waiting, TurnFetches& turns)
      : batches_(batches), waiting_(waiting), turns_(turns) {}

  void enqueue(const provider::EnqueueOrchestratorWork& request, const Reply<void>& reply);
  void start_or_find(const provider::StartOrFind& request,
                     const Reply<provider::StartedOrFound>& reply);
  void start_and_raise(const provider::StartAndRaise& request,
                       const Reply<provider::StartedOrFound>& reply);
  void start_and_ask(Asker asker, const provider::StartAndAsk& request,
                     const Reply<provider::StartedAndAnswered>& reply);
  void ask_update(Asker asker, const provider::AskUpdate& request,
                  const Waiting::AnswerReply& reply);
  void ask_query(Asker asker, const provider::AskQuery& request, const Waiting::AnswerReply& reply);

 private:
  void enqueue_start(const provider::EnqueueOrchestratorWork& request, const Reply<void>& reply);
  void enqueue_message(const provider::EnqueueOrchestratorWork& request, const Reply<void>& reply);
  /// Adds the calls of a start to its request, and submits it. Its first turn may be handed out before the batch is made, unless an instance that has
  /// the id already would do, or the start waits.
  void submit_start(Request request, const provider::StartOrFind& start);
  void note_start(const std::string& instance);
  /// Those who wait for them learn that they are gone.
  void note_removed(const std::vector<std::string>& instances);

  Batches& batches_;
  Waiting& waiting_;
  TurnFetches& turns_;
};

}  // namespace duroxide::postgres
