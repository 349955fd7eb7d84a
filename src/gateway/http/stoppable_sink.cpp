#include "gateway/http/stoppable_sink.hpp"

#include <array>

#include <poll.h>
#include <nlohmann/json.hpp>

namespace duroxide::gateway::http {

bool StoppableSink::item(const nlohmann::json&) {
  return goes_on();
}

bool StoppableSink::progress(const Progress&) {
  return goes_on();
}

bool StoppableSink::wait_until_readable(int file) {
  std::array<pollfd, 2> entries{{{stop_, POLLIN, 0}, {file, POLLIN, 0}}};
  while (::poll(entries.data(), entries.size(), -1) <= 0) {
    // a signal
  }
  return entries[0].revents == 0;
}

bool StoppableSink::goes_on() const {
  pollfd entry{stop_, POLLIN, 0};
  return ::poll(&entry, 1, 0) <= 0;
}

}  // namespace duroxide::gateway::http
