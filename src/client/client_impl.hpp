#pragma once

// What stands behind a `Client`, and how its calls are made.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include <duroxide/client.hpp>
#include <duroxide/provider.hpp>

#include "client/blocking.hpp"
#include "client/call_state.hpp"
#include "client/client_errors.hpp"
#include "client/companion.hpp"
#include "model/interceptors.hpp"

namespace duroxide::DUROXIDE_ABI {

/// Held by the base of a client, so that the calls of base and client share it.
struct ClientWaits::Impl {
  using Done = Client::Done;
  using OnDone = Client::OnDone;
  using Updated = Client::Updated;
  using OnUpdated = Client::OnUpdated;
  using OnStartedAndUpdated = Client::OnStartedAndUpdated;

  Impl(Store provider_store, Store management_store,
       std::shared_ptr<model::Interceptors> its_interceptors = nullptr);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] caf::actor_system& system() const { return companion.actor().home_system(); }

  /// Answers `on_outcome` with `error`, on the engine's thread as every answer.
  template <class OnOutcome>
  void refuse(OnOutcome on_outcome, ClientError error) const {
    companion.run([on_outcome = std::move(on_outcome), error = std::move(error)] {
      on_outcome(failure(error));
    });
  }

  /// Has the store asked, and `on_outcome` called with what it answers.
  template <class Request, class Outcome>
  void ask(Request request, std::function<void(Outcome)> on_outcome) const {
    using Answer = client::AnswerOf<Request>;
    companion.ask(std::move(request),
                  std::function<void(Answer)>([on_outcome = std::move(on_outcome)](Answer answer) {
                    on_outcome(client::outcome(std::move(answer)));
                  }));
  }

  /// A request about an activity.
  template <class Request>
  void ask_activity(Request request, OnDone on_done) const;

  /// The status now. The second form blocks until the store has answered.
  void get_status(std::string_view instance, OnStatus on_status) const;
  [[nodiscard]] Status get_status(std::string_view instance) const;

  // --- waits --------------------------------------------------------------------------------------

  [[nodiscard]] std::uint64_t next_wait_id() { return ++last_wait_id; }

  void wait_for_status(provider::WaitForStatus wait, OnStatus on_status) const;
  [[nodiscard]] Status wait_for_status(provider::WaitForStatus wait,
                                       std::optional<Milliseconds> timeout) const;
  /// Takes the wait back when its time is up.
  void wait_for_status(provider::WaitForStatus wait, Milliseconds timeout,
                       OnStatus on_status) const;
  /// Makes a wait and blocks for at most `timeout`, after which it is taken back. What it is answered;
  /// nothing only in a deterministic system whose store does not answer.
  [[nodiscard]] std::optional<Status> block_within(std::uint64_t wait_id, Milliseconds timeout,
                                                   const std::function<void(OnStatus)>& ask) const;
  // For a start, or for a first turn.
  void wait_for_start(provider::WaitForStart wait, OnStatus on_status) const;
  [[nodiscard]] Status wait_for_start(const provider::WaitForStart& wait,
                                      const std::optional<Milliseconds>& timeout) const;
  /// Takes the wait back when its time is up.
  void wait_for_start(provider::WaitForStart wait, Milliseconds timeout, OnStatus on_status) const;
  void wait_for_value(provider::WaitForValue wait, OnValue on_value) const;
  /// A wait for an answer is taken back when its time is up.
  void ask_update(provider::AskUpdate ask, const std::optional<Milliseconds>& timeout,
                  OnUpdated on_updated) const;
  /// Starts an instance and waits for its end. Once `given_up` is set, which may be null, it only looks
  /// when it is started; the wait itself is taken back under its number.
  void run(provider::StartOrFind request, std::uint64_t wait_id,
           std::shared_ptr<const std::atomic<bool>> given_up, OnStatus on_status) const;
  /// What `run` asks, if the arguments and the interceptors allow it.
  [[nodiscard]] Result<provider::StartOrFind, ClientError> request_of_run(
      std::string_view instance, std::string_view orchestration,
      Result<std::string, std::string> input, const StartOptions& options) const;
  /// Asks the interceptors, if there are any; the headers of the start are as they leave them.
  [[nodiscard]] client::Checked admit(work::StartOrchestration& start) const;
  void start_and_ask(provider::StartAndAsk ask, const std::optional<Milliseconds>& timeout,
                     OnStartedAndUpdated on_updated) const;
  void ask_query(provider::AskQuery ask, Milliseconds timeout, OnUpdated on_answer) const;

  /// Takes a wait back. The store answers it with what is there now, so that a wait without time
  /// has looked all the same; nothing only in a deterministic system whose store does not answer.
  template <class Outcome>
  [[nodiscard]] std::optional<Outcome> stop_waiting(std::uint64_t wait_id,
                                                    client::Awaited<Outcome>& awaited) const {
    companion.stop_waiting(wait_id);
    return awaited.wait(system(), std::nullopt);
  }

  /// Of a call that blocks and has its timeout with it. In a deterministic system with no message left
  /// only the test lets time pass, so the wait is over then.
  template <class Outcome>
  [[nodiscard]] Outcome answer_of(std::uint64_t wait_id, client::Awaited<Outcome>& awaited) const {
    auto answer = awaited.wait(system(), std::nullopt);
    if (!answer) {
      answer = stop_waiting(wait_id, awaited);
    }
    return answer ? std::move(*answer)
                  : Outcome(failure(ClientError{ClientError::Kind::storage_error,
                                                "the store does not answer"}));
  }

  /// Made when it is first asked for: it has actors of its own.
  [[nodiscard]] const ManagementClient& management_client();

  Store store;
  Store management;
  std::shared_ptr<model::Interceptors> interceptors;  ///< null if there are none
  client::Companion companion;
  detail::CallSurroundings surroundings;
  std::atomic<std::uint64_t> last_wait_id{0};
  std::once_flag management_made;
  std::optional<ManagementClient> made_management;
};

}  // namespace duroxide::DUROXIDE_ABI
