#pragma once

// The one table of what may be asked of an engine from another process. An entry is a request of the
// protocol of providers or of management: its number in a frame, its answer, and what becomes of it when
// the connection is lost. A new request of a client is an entry here and a layout in layouts.hpp.

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <duroxide/management_messages.hpp>
#include <duroxide/management_protocol.hpp>
#include <duroxide/provider_messages.hpp>

#include "gateway/remote/layouts.hpp"
#include "model/archive.hpp"
#include "model/flaw.hpp"

namespace duroxide::gateway::remote {

/// What becomes of a request that was sent and not answered when the connection ends.
enum class Repeat : std::uint8_t {
  again,   ///< it is asked again: it only reads, or doing it twice is doing it once
  never,   ///< it is refused: nobody knows whether it was done
  always,  ///< it is asked again even if it was answered, as it lasts only as long as the connection
  gap,     ///< it waited for what may have happened meanwhile, unseen; its sender is told so
};

/// `number` is the request's for ever; a number that is no longer used stays unused.
template <std::uint16_t its_number, class ItsRequest, class ItsAnswer, Repeat its_repeat,
          bool changes_store = (its_repeat == Repeat::never)>
struct Entry {
  using Request = ItsRequest;
  using Answer = ItsAnswer;
  static constexpr std::uint16_t number = its_number;
  static constexpr Repeat repeat = its_repeat;
  /// Whether an engine refuses it that lets others only look.
  static constexpr bool changes = changes_store;
};

/// A request of management, which names its answer.
template <std::uint16_t number, class Request, Repeat repeat,
          bool changes = (repeat == Repeat::never)>
using Managed = Entry<number, Request, typename Request::Response, repeat, changes>;

template <class... Entries>
struct Table {};

using Requests = Table<
    // of a client
    Entry<1, provider::EnqueueOrchestratorWork, Done, Repeat::never>,
    Entry<2, provider::StartOrFind, provider::Answer<provider::StartedOrFound>, Repeat::never>,
    Entry<3, provider::Read, provider::Answer<std::vector<Event>>, Repeat::again>,
    Entry<4, provider::GetStatus, provider::Answer<OrchestrationStatus>, Repeat::again>,
    Entry<5, provider::WaitForStatus, provider::Answer<OrchestrationStatus>, Repeat::again>,
    Entry<6, provider::GetValue, provider::Answer<std::optional<StoredValue>>, Repeat::again>,
    Entry<7, provider::GetValues, provider::Answer<std::vector<StoredValue>>, Repeat::again>,
    Entry<8, provider::WaitForValue, provider::Answer<std::optional<StoredValue>>, Repeat::again>,
    Entry<9, provider::Heartbeat, Done, Repeat::never>,
    Entry<10, provider::CompleteActivity, Done, Repeat::never>,
    Entry<11, provider::ReleaseFromQuarantine, provider::Answer<std::uint64_t>, Repeat::never>,
    Entry<12, provider::AskUpdate, provider::Answer<std::optional<provider::UpdateAnswer>>,
          Repeat::never>,
    Entry<13, provider::AskQuery, provider::Answer<std::optional<provider::UpdateAnswer>>,
          Repeat::again>,
    // management: reads
    Managed<100, management::ListInstances, Repeat::again>,
    Managed<101, management::ListPage, Repeat::again>,
    Managed<102, management::CountInstances, Repeat::again>,
    Managed<103, management::GetInstanceCounts, Repeat::again>,
    Managed<104, management::GetInstanceInfo, Repeat::again>,
    Managed<105, management::GetInstanceDetails, Repeat::again>,
    Managed<106, management::ListExecutions, Repeat::again>,
    Managed<107, management::GetExecutionInfo, Repeat::again>,
    Managed<108, management::ReadExecutionHistory, Repeat::again>,
    Managed<109, management::GetQueueDepths, Repeat::again>,
    Managed<110, management::GetSystemMetrics, Repeat::again>,
    Managed<111, management::GetSystemHealth, Repeat::again>,
    Managed<112, management::ListPendingActivities, Repeat::again>,
    Managed<113, management::ListMessages, Repeat::again>,
    Managed<114, management::ListQuarantined, Repeat::again>,
    Managed<115, management::ListStuck, Repeat::again>,
    Managed<116, management::ListPaused, Repeat::again>,
    Managed<117, management::GetInstanceTree, Repeat::again>,
    Managed<118, management::ExportInstance, Repeat::again>,
    Managed<119, management::VerifyStore, Repeat::again>,
    Managed<120, management::BackupStore, Repeat::never, false>,
    Managed<121, management::GetMetricFamilies, Repeat::again>,
    // management: changes
    Managed<200, management::DeleteInstances, Repeat::never>,
    Managed<201, management::DeleteTrees, Repeat::never>,
    Managed<202, management::PruneExecutions, Repeat::never>,
    Managed<203, management::PruneInstances, Repeat::never>,
    Managed<204, management::Pause, Repeat::never>,
    Managed<205, management::TerminateInstance, Repeat::never>,
    Managed<206, management::DropMessage, Repeat::never>,
    Managed<207, management::RewindInstance, Repeat::never>,
    Managed<208, management::ForkInstance, Repeat::never>,
    Managed<209, management::ImportInstance, Repeat::never>,
    // subscriptions
    Managed<300, management::SubscribeChanges, Repeat::always>,
    Managed<301, management::AwaitChanges, Repeat::gap>,
    Managed<302, management::UnsubscribeChanges, Repeat::again>>;

/// What only a runtime asks, which is not for other processes.
template <class ItsRequest, class ItsAnswer>
struct RuntimeEntry {
  using Request = ItsRequest;
  using Answer = ItsAnswer;
};
using RuntimeRequests = Table<
    RuntimeEntry<provider::FetchOrchestrationItem,
                 provider::Answer<std::vector<provider::OrchestrationItem>>>,
    RuntimeEntry<provider::AckOrchestrationItem, Done>,
    RuntimeEntry<provider::AbandonOrchestrationItem, Done>,
    RuntimeEntry<provider::DequeueWorkerPeekLock,
                 provider::Answer<std::vector<provider::WorkerItem>>>,
    RuntimeEntry<provider::AckWorker, Done>, RuntimeEntry<provider::AbandonWorker, Done>,
    RuntimeEntry<provider::EnqueueTimerWork, Done>,
    RuntimeEntry<provider::DequeueTimerPeekLock, provider::Answer<provider::DueTimers>>,
    RuntimeEntry<provider::AckTimer, Done>, RuntimeEntry<provider::ReleaseHolder, Done>,
    RuntimeEntry<provider::AwaitCancelledWork, provider::Answer<std::vector<provider::LockToken>>>>;

// --- finding an entry -----------------------------------------------------------------------------

template <class Request, class List = Requests>
struct EntryFor;
template <class Request, class First, class... Rest>
struct EntryFor<Request, Table<First, Rest...>>
    : std::conditional_t<std::is_same_v<Request, typename First::Request>,
                         std::type_identity<First>, EntryFor<Request, Table<Rest...>>> {};
template <class Request>
struct EntryFor<Request, Table<>> {};

/// The entry of a request.
template <class Request>
using EntryOf = typename EntryFor<Request>::type;

/// What is answered only when something has happened, and can be taken back.
template <class Request>
concept Waits = std::same_as<Request, provider::WaitForStatus> ||
    std::same_as<Request, provider::WaitForValue> || std::same_as<Request, provider::AskUpdate> ||
    std::same_as<Request, provider::AskQuery>;

/// What may take long, tells how far it is, and can be told to end.
template <class Request>
concept Lasts = requires(Request request) {
  request.on_progress;
};

template <class... Asked>
consteval bool has_all_entries(const management::RequestList<Asked...>*) {
  static_assert((requires { typename EntryOf<Asked>; } && ...),
                "a request of management has no entry in gateway/remote/requests.hpp");
  return true;
}
static_assert(has_all_entries(static_cast<const management::Requests*>(nullptr)));

template <class... Entries>
consteval bool has_numbers_of_its_own(const Table<Entries...>*) {
  const std::array<std::uint16_t, sizeof...(Entries)> numbers{Entries::number...};
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    if (numbers[i - 1] >= numbers[i]) {
      return false;
    }
  }
  return true;
}
static_assert(has_numbers_of_its_own(static_cast<const Requests*>(nullptr)),
              "the numbers of the entries go up");

/// Calls `take.template operator()<Entry>()` for the entry of that number. False if there is none.
template <class Take, class... Entries>
bool with_entry(std::uint64_t number, const Table<Entries...>* /*table*/, Take&& take) {
  const auto try_one = [&]<class Each>() {
    if (number != Each::number) {
      return false;
    }
    take.template operator()<Each>();
    return true;
  };
  return (try_one.template operator()<Entries>() || ...);
}
template <class Take>
bool with_entry(std::uint64_t number, Take&& take) {
  return with_entry(number, static_cast<const Requests*>(nullptr), take);
}

// --- records --------------------------------------------------------------------------------------

inline constexpr std::size_t request_number_bytes = 2;

/// The body of the frame that asks it.
template <class Request>
[[nodiscard]] std::string encode_request(const Request& request) {
  std::string body;
  body.push_back(static_cast<char>(EntryOf<Request>::number & 0xFFU));
  body.push_back(static_cast<char>(EntryOf<Request>::number >> 8U));
  model::append_record(body, request);
  return body;
}

template <class Request>
[[nodiscard]] Result<Request, model::Flaw> decode_request(std::string_view body) {
  return model::decode<Request>(body.substr(request_number_bytes));
}

/// An answer as a record.
template <class T>
struct Reply {
  std::optional<ProviderError> error;
  T value{};
};

template <class Archive, class T>
void serialize(Archive& archive, Reply<T>& x) {
  archive(x.error);
  if (!x.error) {
    archive(x.value);
  }
}

[[nodiscard]] inline ProviderError unreadable_answer(const model::Flaw& flaw) {
  return {ProviderError::Kind::corrupt, "remote_store",
          "the engine's answer cannot be read; use the same release on both sides: " + flaw.what,
          false};
}

template <class Answer>
[[nodiscard]] std::string encode_answer(Answer answer) {
  Reply<typename Answer::value_type> reply;
  if (answer) {
    reply.value = *std::move(answer);
  } else {
    reply.error = std::move(answer).error();
  }
  return model::encode(reply);
}

/// What cannot be read becomes an error of the answer: `corrupt`.
template <class Answer>
[[nodiscard]] Answer decode_answer(std::string_view body) {
  auto reply = model::decode<Reply<typename Answer::value_type>>(body);
  if (!reply) {
    return failure(unreadable_answer(reply.error()));
  }
  if (reply->error) {
    return failure(std::move(*reply->error));
  }
  return std::move(reply->value);
}

}  // namespace duroxide::gateway::remote
