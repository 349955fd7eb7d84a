#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <duroxide/errors.hpp>
#include <duroxide/log.hpp>
#include <duroxide/management_actions.hpp>
#include <duroxide/result.hpp>

#include "gateway/remote/frames.hpp"
#include "gateway/remote/requests.hpp"
#include "model/file_descriptor.hpp"
#include "model/wakeup.hpp"

namespace duroxide::gateway::remote {

/// What has come for a request: its answer, or why there will be none.
struct Answered {
  std::uint64_t number = 0;
  Result<std::string, ProviderError> body;
};
/// How far a long operation is.
struct ProgressMade {
  std::uint64_t number = 0;
  Progress progress;
};
/// A subscription goes on with another connection, and what happened between the two was not told.
struct Gap {
  std::uint64_t subscription = 0;
  /// Of the request for changes that was open all the time, which the engine will not answer.
  std::optional<std::uint64_t> await;
};
/// The link has ended, and will tell nothing more.
struct Ended {};
using LinkEvent = std::variant<Answered, ProgressMade, Gap, Ended>;

/// A remote store's way to the engine, which may break and come back: a thread that keeps the book of what
/// was asked, connects, and asks again what must be. It looks for an engine while somebody waits for an
/// answer, the more seldom the longer that takes, and not otherwise. The calls are for any thread.
class Link {
 public:
  struct Settings {
    std::filesystem::path directory;
    Milliseconds connect_timeout{30'000};
    LogSink log;
    /// What was asked before `finish` is waited for so long.
    Milliseconds longest_finish{5'000};
  };
  /// Called on the link's thread, in the order of what has happened.
  using Tell = std::function<void(LinkEvent)>;

  explicit Link(Settings settings) : settings_(std::move(settings)) {}
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Starts the thread, and returns once it has found an engine, or none. Throws `std::system_error`
  /// without a thread. Errors: what lies in the directory must not be used as a socket.
  [[nodiscard]] Result<void, ProviderError> start(Tell tell);

  /// What is asked, and how.
  struct Request {
    std::uint64_t number = 0;  ///< greater than all before it
    Repeat repeat = Repeat::again;
    bool is_wait = false;
    std::optional<std::uint64_t>
        subscription;  ///< whose changes it waits for: the number of its request
    std::string body;
  };
  void ask(Request request);
  /// Takes a wait back, or ends a long operation. Without an engine a wait is refused at once.
  void stop(std::uint64_t number);
  /// Ends what is asked again though it was answered.
  void forget(std::uint64_t number);

  /// Ends the thread once what was asked so far is answered, waits apart: at once without an engine, and
  /// after `longest_finish` if that does not answer. Changes that it was told of are then answered as
  /// those of which nobody knows whether they were done, and all else is left without an answer.
  void finish();
  /// Waits for that, and lets go of `Tell`.
  void join();

 private:
  using SteadyClock = std::chrono::steady_clock;
  using TimePoint = SteadyClock::time_point;

  enum class State : std::uint8_t { unsent, sent, lasting, lost };
  struct Pending {
    Request request;
    State state = State::unsent;
    bool is_stopped = false;  ///< what there is by now will do for an answer
    /// `lasting`: the engine of this connection has heard of it.
    bool is_current = false;
    /// When it is refused; none while there is a connection.
    std::optional<TimePoint> due;
  };
  struct Outgoing {
    std::uint64_t number = 0;
    FrameKind kind = FrameKind::request;
  };

  void run();
  void try_to_connect();
  [[nodiscard]] bool has_finished();
  [[nodiscard]] bool has_reason_to_connect();
  void refuse_overdue();
  void refuse_all();
  void fill_buffer();
  void wait();
  [[nodiscard]] int longest_pause();
  void read_some();
  void send_some();
  void take(Frame frame);
  void greeted(const std::string& refusal);
  void answered(std::uint64_t number, std::string body);
  void resume(std::uint64_t subscription);
  /// The connection has ended, or is to end, for this reason.
  void lose(const std::string& why);
  void first_attempt_is_over();
  void log(LogLevel level, std::string message) const;

  [[nodiscard]] ProviderError unreachable() const;
  [[nodiscard]] ProviderError unknown_outcome(const std::string& why) const;
  void give_up_changes();
  /// With the lock held: takes out the changes that the engine was told of, and did not answer.
  [[nodiscard]] std::vector<std::uint64_t> take_unknown();
  /// With the lock held: what may be sent is, behind all that waits.
  void enqueue(Pending& pending);

  const Settings settings_;
  Tell tell_;
  model::Wakeup wakeup_;
  std::thread thread_;

  std::mutex mutex_;  ///< guards those up to the next comment
  std::condition_variable attempt_over_;
  std::map<std::uint64_t, Pending> pending_;
  std::deque<Outgoing> outgoing_;
  bool is_greeted_ = false;  ///< there is an engine, and it serves us
  bool first_attempt_ = true;
  bool finishing_ = false;
  std::optional<TimePoint> finish_by_;
  bool must_not_connect_ = false;  ///< what lies there is no socket, or another user's
  std::string problem_;  ///< why there is no connection, if it is more than that nobody is there

  // Of the thread alone.
  model::FileDescriptor socket_;
  FrameReader reader_{0};
  std::string buffer_;
  std::uint64_t buffered_ = 0;  ///< bytes so far that were put into the buffer, and of these
  std::uint64_t sent_ = 0;      ///< those that were sent
  std::deque<std::pair<std::uint64_t, std::uint64_t>>
      ends_;  ///< of requests in the buffer, and whose
  TimePoint next_attempt_;
  Milliseconds pause_{0};
};

}  // namespace duroxide::gateway::remote
