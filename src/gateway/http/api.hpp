#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <duroxide/clock.hpp>

#include "gateway/http/carry_out.hpp"
#include "gateway/http/message.hpp"

namespace duroxide::gateway::http {

/// What the JSON calls are about.
struct ApiSetup {
  CarryOut carry_out;
  std::string store;  ///< its name, for people
  bool actions = false;
  /// How many may follow what happens, or wait for what the code of an instance answers, at a time.
  std::size_t followers = 16;
  /// The longest `timeout` of a call that waits for that.
  Milliseconds longest_wait{60'000};
  /// How much longer an engine may take to say that time is up, before the wait is given up without it.
  Milliseconds grace{5'000};
  /// The largest answer to such a call, as a document.
  std::size_t answer_bytes = std::size_t{8} << 20;
  int stop = -1;  ///< readable once the server is to stop
};

/// The calls below `/api/v1/`, each a command of `duroxide`, with its arguments and its JSON:
///
///   GET  /api/v1/              what there is
///   GET  /api/v1/list?limit=5  a command that looks; its arguments are the query
///   POST /api/v1/cancel        one that changes something, if actions are on; its arguments are an object of
///                              JSON. What people are asked before also needs `"confirm":true`
///   GET  /api/v1/changes       what happens, as server-sent events; `?instance=` for one instance
///
/// An error is `{"error":{"kind":…,"message":…}}`. Commands that touch files of the machine, or go on for
/// as long as they like, are none of these. Those that ask the code of an instance are, within bounds. A
/// call ends early when its peer has hung up, also if that only says that it sends no more. Thread-safe.
class Api {
 public:
  explicit Api(ApiSetup setup) : setup_(std::move(setup)) {}

  /// Before the body of the request is read. `name` is what stands behind `/api/v1/`.
  [[nodiscard]] std::optional<HttpAnswer> refusal(const HttpRequest& head,
                                                  std::string_view name) const;
  [[nodiscard]] HttpAnswer answer(const HttpRequest& request, std::string_view name);
  /// Whether the store can be read now: 200, or 503 with the reason.
  [[nodiscard]] HttpAnswer readiness(const HttpRequest& request) const;
  /// What the command `metrics` has in Prometheus' text format.
  [[nodiscard]] HttpAnswer metrics(const HttpRequest& request) const;

 private:
  [[nodiscard]] HttpAnswer description() const;
  [[nodiscard]] HttpAnswer changes(const HttpRequest& request);
  /// Ends early once `alarm` is readable, if it is not -1.
  [[nodiscard]] CommandResult carry_out(const HttpRequest& request, const std::string& command,
                                        nlohmann::json arguments, int alarm = -1) const;
  [[nodiscard]] HttpAnswer run(const HttpRequest& request, const Command& command,
                               nlohmann::json arguments);
  [[nodiscard]] HttpAnswer ask(const HttpRequest& request, const Command& command,
                               nlohmann::json arguments);
  [[nodiscard]] HttpAnswer no_place() const;
  /// `is_repeatable` if to ask once more does nothing more.
  [[nodiscard]] HttpAnswer too_large(const Command& command, bool is_repeatable,
                                     std::size_t bytes) const;

  ApiSetup setup_;
  std::atomic<std::size_t> followers_{0};
};

/// With `{"error":{"kind":…,"message":…}}`.
[[nodiscard]] HttpAnswer error_answer(unsigned status, const CommandError& error);

}  // namespace duroxide::gateway::http
