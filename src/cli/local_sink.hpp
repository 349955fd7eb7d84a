#pragma once

#include <nlohmann/json_fwd.hpp>

#include "gateway/sink.hpp"
#include "gateway/socket_client.hpp"

namespace duroxide::cli {

/// Hands what a command says to handlers in the same process, and ends it once `stop` can be read. Both
/// must outlive it.
class LocalSink final : public gateway::Sink {
 public:
  LocalSink(const gateway::AnswerHandlers& handlers, int stop) : handlers_(handlers), stop_(stop) {}

  bool item(const nlohmann::json& value) override;
  bool progress(const Progress& progress) override;
  bool wait_until_readable(int file) override;

 private:
  [[nodiscard]] bool goes_on() const;

  const gateway::AnswerHandlers& handlers_;
  int stop_;
};

}  // namespace duroxide::cli
