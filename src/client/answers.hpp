#pragma once

// What the store answers to each request that a facade makes.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>

namespace duroxide::client {

template <class T>
struct Answers {
  using Message = provider::Answer<T>;  ///< as the store sends it
  using Type = provider::Answer<T>;
};

/// Those of management say so themselves.
template <class Request>
struct AnswerTo {
  using Message = typename Request::Response;
  using Type = typename Request::Response;
};

template <>
struct AnswerTo<provider::EnqueueOrchestratorWork> : Answers<void> {};
template <>
struct AnswerTo<provider::StartOrFind> : Answers<provider::StartedOrFound> {};
template <>
struct AnswerTo<provider::GetStatus> : Answers<OrchestrationStatus> {};
template <>
struct AnswerTo<provider::WaitForStatus> : Answers<OrchestrationStatus> {};
template <>
struct AnswerTo<provider::SupportsDelayedVisibility> {
  using Message = bool;
  using Type = provider::Answer<bool>;
};
template <>
struct AnswerTo<provider::GetValue> : Answers<std::optional<StoredValue>> {};
template <>
struct AnswerTo<provider::GetValues> : Answers<std::vector<StoredValue>> {};
template <>
struct AnswerTo<provider::WaitForValue> : Answers<std::optional<StoredValue>> {};
template <>
struct AnswerTo<provider::AskUpdate> : Answers<std::optional<provider::UpdateAnswer>> {};
template <>
struct AnswerTo<provider::AskQuery> : Answers<std::optional<provider::UpdateAnswer>> {};
template <>
struct AnswerTo<provider::StartAndRaise> : Answers<provider::StartedOrFound> {};
template <>
struct AnswerTo<provider::StartAndAsk> : Answers<provider::StartedAndAnswered> {};
template <>
struct AnswerTo<provider::WaitForStart> : Answers<OrchestrationStatus> {};
template <>
struct AnswerTo<provider::Heartbeat> : Answers<void> {};
template <>
struct AnswerTo<provider::CompleteActivity> : Answers<void> {};
template <>
struct AnswerTo<provider::ReleaseFromQuarantine> : Answers<std::uint64_t> {};

template <class Request>
using AnswerOf = typename AnswerTo<Request>::Type;

/// Called once with the answer, or with `closed` if the store ends before it has answered.
template <class Request>
using OnAnswerOf = std::function<void(AnswerOf<Request>)>;

}  // namespace duroxide::client
