#pragma once

#include <utility>

#include <duroxide/errors.hpp>
#include <duroxide/result.hpp>

namespace duroxide::DUROXIDE_ABI {

/// What a start came to. It converts to what calls answer that have nothing to say.
class StartResult {
 public:
  explicit StartResult(bool created = true, bool replaced = false)
      : created_(created), replaced_(replaced) {}

  /// Whether this call has started the instance; if not, it was there already and is as it was.
  [[nodiscard]] bool created() const { return created_; }
  /// Whether an instance had the id before, which this one has replaced: `terminate_existing`.
  [[nodiscard]] bool replaced() const { return replaced_; }
  operator Nothing() const { return {}; }  // NOLINT(google-explicit-constructor)

 private:
  bool created_;
  bool replaced_;
};

/// What a `Client::start_with_update` came to. The start is durable, whatever was answered.
template <class Out>
class StartedWithUpdate {
 public:
  StartedWithUpdate(StartResult start, Result<Out, ClientError> answer)
      : start_(start), answer_(std::move(answer)) {}

  [[nodiscard]] const StartResult& start() const { return start_; }
  [[nodiscard]] bool created() const { return start_.created(); }
  [[nodiscard]] bool replaced() const { return start_.replaced(); }
  /// What `Client::update` would have answered.
  [[nodiscard]] const Result<Out, ClientError>& answer() const { return answer_; }

 private:
  StartResult start_;
  Result<Out, ClientError> answer_;
};

}  // namespace duroxide::DUROXIDE_ABI
