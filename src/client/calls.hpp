#pragma once

// What a facade's actor is told to ask the store, and the book it keeps of what is still open.

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <duroxide/log.hpp>
#include <duroxide/provider.hpp>

#include "model/lent_thread.hpp"

namespace duroxide::client {

template <class T>
struct Answers {
  using Message = provider::Answer<T>;  ///< as the store sends it
  using Type = provider::Answer<T>;
};

/// What the store answers to a request. Those of management say so themselves.
template <class Request>
struct AnswerOf {
  using Message = typename Request::Response;
  using Type = typename Request::Response;
};

template <>
struct AnswerOf<provider::EnqueueOrchestratorWork> : Answers<void> {};
template <>
struct AnswerOf<provider::StartOrFind> : Answers<provider::StartedOrFound> {};
template <>
struct AnswerOf<provider::GetStatus> : Answers<OrchestrationStatus> {};
template <>
struct AnswerOf<provider::WaitForStatus> : Answers<OrchestrationStatus> {};
template <>
struct AnswerOf<provider::SupportsDelayedVisibility> {
  using Message = bool;
  using Type = provider::Answer<bool>;
};
template <>
struct AnswerOf<provider::GetValue> : Answers<std::optional<StoredValue>> {};
template <>
struct AnswerOf<provider::GetValues> : Answers<std::vector<StoredValue>> {};
template <>
struct AnswerOf<provider::WaitForValue> : Answers<std::optional<StoredValue>> {};
template <>
struct AnswerOf<provider::Heartbeat> : Answers<void> {};
template <>
struct AnswerOf<provider::CompleteActivity> : Answers<void> {};
template <>
struct AnswerOf<provider::ReleaseFromQuarantine> : Answers<std::uint64_t> {};

/// Ask the store, and call `on_answer` once: with the answer, or with `closed` if the store ends
/// before it has answered.
template <class Request>
struct Call {
  Request request;
  std::function<void(typename AnswerOf<Request>::Type)> on_answer;
};

/// Call this on the actor's thread; for answers that need no store.
struct RunLater {
  std::function<void()> action;
};

/// Nobody will call any more; end when the last open call is answered.
struct Close {};

/// The open calls of one actor.
template <class Self, class Server>
class OpenCalls {
 public:
  /// `log` is told what callbacks throw.
  OpenCalls(Self* self, Server server, LogSink log)
      : self_(self), server_(std::move(server)), log_(std::move(log)) {}

  /// A server that ends does not answer what it had accepted, so it is watched.
  void watch_server() {
    actors::watch(self_, server_, [this] { server_ended(); });
  }

  [[nodiscard]] const Server& server() const { return server_; }

  template <class Request>
  void make(Call<Request> call) {
    using Answer = typename AnswerOf<Request>::Type;
    const std::uint64_t id = ++last_id_;
    // The book holds what to do if no answer comes; the answer takes it out again.
    auto on_answer = std::make_shared<std::function<void(Answer)>>(std::move(call.on_answer));
    open_.emplace(id, [this, on_answer] { finish(on_answer, Answer(failure(ended()))); });
    if (server_ended_) {
      give_up(id);
      return;
    }
    actors::ask(
        self_, server_, std::move(call.request),
        [this, id, on_answer](typename AnswerOf<Request>::Message& answer) {
          if (open_.erase(id) != 0) {
            finish(on_answer, Answer(std::move(answer)));
          }
        },
        [this, id] { give_up(id); });
  }

  void run(std::function<void()>& action) {
    guarded([&] { std::exchange(action, nullptr)(); });
  }

  void close() {
    closing_ = true;
    end_if_done();
  }

 private:
  static ProviderError ended() {
    return {ProviderError::Kind::closed, "request", "the store is closed", false};
  }

  template <class Answer>
  void finish(const std::shared_ptr<std::function<void(Answer)>>& on_answer, Answer answer) {
    guarded([&] { std::exchange(*on_answer, nullptr)(std::move(answer)); });
    end_if_done();
  }

  /// A callback is the user's: what it throws must not end the actor that serves all the others, and
  /// neither it nor what dies with it may wait for the engine.
  template <class F>
  void guarded(const F& f) const {
    const model::LentThread lent("a callback");
    LogRecord line;
    line.level = LogLevel::error;
    try {
      f();
      return;
    } catch (const std::exception& error) {
      line.message = std::string("a completion callback threw: ") + error.what();
    } catch (...) {
      line.message = "a completion callback threw something that is not a std::exception";
    }
    if (log_) {
      log_(line);
    }
  }

  void give_up(std::uint64_t id) {
    auto open = open_.extract(id);
    if (!open.empty()) {
      open.mapped()();
    }
  }

  void server_ended() {
    server_ended_ = true;
    while (!open_.empty()) {
      give_up(open_.begin()->first);
    }
  }

  void end_if_done() {
    if (closing_ && open_.empty()) {
      self_->quit();
    }
  }

  Self* self_;
  Server server_;
  LogSink log_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::function<void()>> open_;
  bool server_ended_ = false;
  bool closing_ = false;
};

}  // namespace duroxide::client

DUROXIDE_MESSAGE(duroxide::client::RunLater)
DUROXIDE_MESSAGE(duroxide::client::Close)
DUROXIDE_MESSAGE_TEMPLATE(template <class Request>, duroxide::client::Call<Request>)
