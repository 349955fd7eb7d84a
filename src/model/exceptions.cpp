#include "model/exceptions.hpp"

#include <cxxabi.h>

#include <typeinfo>

#include <duroxide/detail/payload_archive.hpp>

namespace duroxide::model {

namespace {

/// Only meaningful inside a handler.
std::string current_exception_type() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  return type == nullptr ? "unknown" : detail::type_name(*type);
}

}  // namespace

ErrorDetails details_of(const std::exception_ptr& error, ErrorKind kind, std::string subject) {
  try {
    std::rethrow_exception(error);
  } catch (const OrchestrationError& failed) {
    ErrorDetails details = failed.details();
    if (details.subject.empty()) {
      details.subject = std::move(subject);
    }
    return details;
  } catch (const OrchestrationCancelled& cancelled) {
    return application_error(ErrorKind::cancelled, cancelled.reason(), std::move(subject));
  } catch (const ApplicationError& thrown) {
    return thrown.details(kind, std::move(subject));
  } catch (const std::exception& thrown) {
    return application_error(kind, detail::words_of(thrown), std::move(subject));
  } catch (const std::string& text) {
    return application_error(ErrorKind::unhandled_exception, text, std::move(subject));
  } catch (const char* text) {
    return application_error(ErrorKind::unhandled_exception, text == nullptr ? "" : text,
                             std::move(subject));
  } catch (...) {
    return application_error(ErrorKind::unhandled_exception,
                             "an exception of type " + current_exception_type(),
                             std::move(subject));
  }
}

}  // namespace duroxide::model
