#pragma once

#include <optional>
#include <utility>

#include <duroxide/provider_messages.hpp>

#include "postgres/refusal.hpp"

namespace duroxide::postgres {

/// A start with an update is answered when both is known: what the start came to, and the answer.
class StartedThenAnswered {
 public:
  explicit StartedThenAnswered(Reply<provider::StartedAndAnswered> reply)
      : reply_(std::move(reply)) {}

  void started(const provider::StartedOrFound& what) {
    started_ = what;
    tell();
  }
  void answered(Result<std::optional<provider::UpdateAnswer>, ProviderError> answer) {
    answer_ = std::move(answer);
    tell();
  }
  /// Instead of both.
  void refused(const ProviderError& error) {
    if (const auto reply = std::exchange(reply_, nullptr)) {
      reply(failure(error));
    }
  }

 private:
  void tell() {
    if (!started_ || !answer_ || !reply_) {
      return;
    }
    provider::StartedAndAnswered both;
    both.started = *started_;
    if (*answer_) {
      both.answer = **answer_;
    } else {
      both.error = answer_->error();
    }
    std::exchange(reply_, nullptr)(std::move(both));
  }

  Reply<provider::StartedAndAnswered> reply_;
  std::optional<provider::StartedOrFound> started_;
  std::optional<Result<std::optional<provider::UpdateAnswer>, ProviderError>> answer_;
};

}  // namespace duroxide::postgres
