#include "cli/local_sink.hpp"

#include <array>

#include <poll.h>
#include <nlohmann/json.hpp>

#include "gateway/json_types.hpp"

namespace duroxide::cli {

bool LocalSink::item(const nlohmann::json& value) {
  return goes_on() && handlers_.on_item(value);
}

bool LocalSink::progress(const Progress& progress) {
  return goes_on() && handlers_.on_progress(gateway::json_of(progress));
}

bool LocalSink::wait_until_readable(int file) {
  std::array<pollfd, 2> entries{{{stop_, POLLIN, 0}, {file, POLLIN, 0}}};
  while (true) {
    const int ready = ::poll(entries.data(), entries.size(), -1);
    if (ready > 0) {
      return entries[0].revents == 0;
    }
  }
}

bool LocalSink::goes_on() const {
  pollfd entry{stop_, POLLIN, 0};
  return ::poll(&entry, 1, 0) <= 0;
}

}  // namespace duroxide::cli
