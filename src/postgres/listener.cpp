#include "postgres/listener.hpp"

#include <algorithm>
#include <utility>

#include <poll.h>

namespace duroxide::postgres {

namespace {

constexpr int first_pause_ms = 100;
constexpr int longest_pause_ms = 5000;
/// A connection that is dead without a word is noticed by its keep-alives, and asked no more often.
constexpr int longest_wait_ms = 60'000;

}  // namespace

Listener::Listener(const Target& target, std::string channel,
                   std::function<void(std::string)> heard)
    : session_(target),
      channel_(std::move(channel)),
      heard_(std::move(heard)),
      thread_([this] { work(); }) {}

Listener::~Listener() {
  is_ending_ = true;
  wakeup_.raise();
  thread_.join();
}

void Listener::work() {
  int pause_ms = first_pause_ms;
  while (!is_ending_) {
    try {
      if (!session_.is_connected()) {
        session_.connect();
        session_.execute("LISTEN " + sql_name(channel_));
        heard_({});
        pause_ms = first_pause_ms;
      }
      for (std::string& payload : session_.notifications(longest_wait_ms, wakeup_.file())) {
        heard_(std::move(payload));
      }
    } catch (const DatabaseError&) {
      session_.disconnect();
      pollfd ending{wakeup_.file(), POLLIN, 0};
      (void)::poll(&ending, 1, pause_ms);
      pause_ms = std::min(2 * pause_ms, longest_pause_ms);
    }
  }
}

}  // namespace duroxide::postgres
