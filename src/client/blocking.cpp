#include "client/blocking.hpp"

#include "model/careful_sink.hpp"
#include "model/lent_thread.hpp"
#include "protocol/store_impl.hpp"

namespace duroxide::client {

Result<void, ClientError> check_may_block(const LogSink& log, const model::ProcessMark& opener) {
  if (opener.is_foreign()) {
    return failure(ClientError{ClientError::Kind::storage_error, model::foreign_process_message});
  }
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
  if (log && !model::is_in_log_sink()) {
    log(line);
  }
  return failure(ClientError{ClientError::Kind::would_deadlock, std::move(line.message)});
}

Result<void, ClientError> check_may_block(const Store& store) {
  const detail::StoreImpl& impl = detail::StoreAccess::impl(store);
  return check_may_block(impl.log, impl.process);
}

ClientError never_answered() {
  return {ClientError::Kind::storage_error,
          "the deterministic actor system has no message left to run, so this call will never be "
          "answered"};
}

}  // namespace duroxide::client
