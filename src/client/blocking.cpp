#include "client/blocking.hpp"

#include "model/careful_sink.hpp"
#include "model/lent_thread.hpp"
#include "protocol/store_impl.hpp"

namespace duroxide::client {

Result<void, ClientError> check_may_block(const Store& store) {
  const char* place = model::LentThread::lent_to();
  if (place == nullptr) {
    return {};
  }
  LogRecord line;
  line.level = LogLevel::error;
  line.message = std::string("a blocking call was made from ") + place +
                 ", on a thread of the engine's, and refused: it would wait for itself. Use the "
                 "form that takes a callback, or make the call from an activity or a thread of "
                 "your own";
  const LogSink& log = detail::StoreAccess::impl(store).log;
  if (log && !model::is_in_log_sink()) {
    log(line);
  }
  return failure(ClientError{ClientError::Kind::would_deadlock, std::move(line.message)});
}

}  // namespace duroxide::client
