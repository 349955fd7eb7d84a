#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <duroxide/provider_messages.hpp>

#include "postgres/batches.hpp"
#include "postgres/refusal.hpp"
#include "postgres/waiting.hpp"

namespace duroxide::postgres {

/// The requests of clients that start instances, or send them something.
class Messages {
 public:
  /// Both must outlive it.
  Messages(Batches& batches, Waiting& waiting) : batches_(batches), waiting_(waiting) {}

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
  void note_start(const std::string& instance);
  /// Those who wait for them learn that they are gone.
  void note_removed(const std::vector<std::string>& instances);

  Batches& batches_;
  Waiting& waiting_;
};

}  // namespace duroxide::postgres
