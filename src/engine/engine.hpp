#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <duroxide/log.hpp>
#include <duroxide/provider_messages.hpp>

#include "engine/batch_outcome.hpp"
#include "engine/commit_timing.hpp"
#include "engine/memory.hpp"
#include "engine/opening.hpp"
#include "engine/options.hpp"
#include "engine/transaction.hpp"
#include "storage/batch.hpp"
#include "storage/logged/breakdown.hpp"

namespace duroxide::storage {

/// The rules of a store without its actor: one request after the other is applied to a batch, which is
/// committed as a whole; what may be seen only after the commit is kept until then. Requests are functions
/// over a `Transaction`, in files by what they are about, and are known to whoever has a table of them. Used by
/// one thread at a time.
class Engine {
 public:
  using DoneReply = Reply<Done>;

  /// `breakdown` has the reason once the store has stopped, before anybody is told: for those who read past
  /// the engine.
  Engine(std::shared_ptr<KvStore> store, const Opening& opening, std::shared_ptr<Clock> clock,
         LogSink log, std::shared_ptr<WaitingReasons> reasons, CommitTiming::Host& host,
         std::shared_ptr<Breakdown> breakdown, const EngineOptions& options = {});

  // Requests. A store that has stopped refuses them.

  /// Undone as a whole if it throws, and refused so; else answered when it is committed. `no_room`
  /// happens, before the answer, if what the request writes finds no room: what it means to memory all the
  /// same. It must not throw.
  void apply(const char* operation, DoneReply reply,
             const std::function<void(Transaction&)>& request,
             const std::function<void(Transaction&)>& no_room = {});
  /// For those that are answered with what they return.
  template <class T, class Request>
  void apply_for(const char* operation, Reply<provider::Answer<T>> reply, const Request& request);
  /// Somebody asks for what is kept in memory or committed. `question` answers, now or later, and may give
  /// whether something may be handed out now.
  template <class Answer, class Ask>
  void ask(const char* operation, Reply<Answer> reply, const Ask& question);

  // What is told without an answer.

  /// What memory alone keeps, unless the store has stopped. `change` gives whether something may be
  /// handed out then.
  template <class Change>
  void tell(const Change& change);
  /// What memory alone keeps, also when the store has stopped. Nothing is handed out then.
  template <class Change>
  void let_go(const Change& change) {
    change(transaction_);
  }

  /// What goes in several transactions begins no other.
  [[nodiscard]] bool is_closing() const { return closing_; }
  /// Why every request is refused, once it is.
  [[nodiscard]] ProviderError closed_error(std::string_view operation) const;

  // What the host calls.

  void commit_due();
  void tick_due();
  /// Commits what waits, answers everybody, marks the store as closed and closes it.
  void close();

 private:
  void refuse(const char* operation, const DoneReply& reply, const std::exception& why);
  /// Handing out rests if there is no room for what the engine writes of itself. False if the store has
  /// stopped.
  [[nodiscard]] bool look_for_room();
  /// Hands out what there is, to those who have asked, or commits a batch that has grown large.
  void settle();
  /// A view keeps all that was decoded for it, and one of a store that only answers would live on.
  void let_go_of_decoded();
  void commit();
  void batch_committed();
  void tell_of_damaged_counters();
  /// Nobody knows what is on the disk: everybody is told so, and the store must be opened again.
  void commit_failed(const std::string& why);

  std::shared_ptr<KvStore> store_;
  std::shared_ptr<Clock> clock_;
  CommitTiming::Host& host_;
  std::shared_ptr<Breakdown> breakdown_;
  EngineOptions options_;
  Batch batch_;
  Memory memory_;
  Transaction transaction_;
  BatchOutcome spare_outcome_;  ///< for the next batch
  std::size_t damaged_counters_told_ = 0;
  std::optional<std::string> stopped_;  ///< why every request is refused
  bool closing_ = false;                ///< what goes in several transactions begins no other
};

template <class T, class Request>
void Engine::apply_for(const char* operation, Reply<provider::Answer<T>> reply,
                       const Request& request) {
  const auto result = std::make_shared<T>();
  auto answer = [result, reply = std::move(reply)](const Done& done) {
    if (done) {
      reply(std::move(*result));
    } else {
      reply(failure(done.error()));
    }
  };
  apply(operation, std::move(answer),
        [&](Transaction& transaction) { *result = request(transaction); });
}

template <class Answer, class Ask>
void Engine::ask(const char* operation, Reply<Answer> reply, const Ask& question) {
  using Answered = std::invoke_result_t<const Ask&, Transaction&, Reply<Answer>>;
  memory_.moment.passes();
  if (stopped_) {
    reply(failure(closed_error(operation)));
  } else if constexpr (std::is_void_v<Answered>) {
    question(transaction_, std::move(reply));
    let_go_of_decoded();
  } else {
    if (question(transaction_, std::move(reply))) {
      settle();
    }
    let_go_of_decoded();
  }
}

template <class Change>
void Engine::tell(const Change& change) {
  memory_.moment.passes();
  if (!stopped_ && change(transaction_)) {
    settle();
  }
}

}  // namespace duroxide::storage
