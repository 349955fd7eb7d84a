#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

#include "gateway/http/carry_out.hpp"
#include "gateway/http/message.hpp"
#include "model/wakeup.hpp"

namespace duroxide::gateway::http {

/// What happens in a store, or to one instance, as server-sent events: what the command `tail` tells,
/// gathered, so that a reader gets some messages a second however much happens:
///
///   event: changes
///   data: {"counts":{"started":3},"missed":0,"more":false,"instances":[{…the last change of each…}]}
///
/// and one `event: end` with `{"kind":…,"message":…}` if nothing more will be told, as nobody runs the
/// store, or the instance has ended. It has a thread of its own, which carries `tail` out.
class ChangeStream final : public HttpStream {
 public:
  /// `instance` is empty for the whole store. Throws `std::system_error` if there is no thread.
  ChangeStream(CarryOut carry_out, const std::string& instance);
  ~ChangeStream() override;

  std::optional<std::string> next() override;
  void close() override;

 private:
  class Gatherer;

  /// What has happened since somebody read last.
  struct Gathered {
    std::map<std::string, std::uint64_t> counts;
    std::uint64_t missed = 0;
    std::map<std::string, nlohmann::json> instances;  ///< the last change of each
    bool more = false;                                ///< there were more than are listed
    bool is_empty = true;
  };

  void follow(const CarryOut& carry_out, const std::string& instance);
  void gather(const nlohmann::json& change);
  [[nodiscard]] std::string take_gathered();

  model::Wakeup stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Gathered gathered_;
  std::optional<nlohmann::json> ended_;  ///< why
  bool told_end_ = false;
  bool is_closed_ = false;
  std::thread follower_;
};

}  // namespace duroxide::gateway::http
