// The only file that sees libmicrohttpd.

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <exception>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <microhttpd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/http/receive_deadlines.hpp"
#include "gateway/http/server.hpp"
#include "gateway/unix_socket.hpp"

namespace duroxide::gateway::http {

namespace {

/// The streams that are being read. Thread-safe.
class OpenStreams {
 public:
  void add(HttpStream& stream) {
    const std::lock_guard lock(mutex_);
    streams_.insert(&stream);
    if (closing_) {
      stream.close();
    }
  }
  void remove(HttpStream& stream) {
    const std::lock_guard lock(mutex_);
    streams_.erase(&stream);
  }
  /// Those that come later, too.
  void close_all() {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    for (HttpStream* stream : streams_) {
      stream->close();
    }
  }

 private:
  std::mutex mutex_;
  std::set<HttpStream*> streams_;
  bool closing_ = false;
};

/// A stream on its way to its reader.
struct Reading {
  Reading(std::unique_ptr<HttpStream> its_stream, OpenStreams& all)
      : stream(std::move(its_stream)), open(all) {
    open.add(*stream);
  }
  ~Reading() { open.remove(*stream); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  std::unique_ptr<HttpStream> stream;
  OpenStreams& open;
  std::string unsent;
};

ssize_t read_stream(void* of, std::uint64_t, char* buffer, std::size_t size) {
  auto& reading = *static_cast<Reading*>(of);
  try {
    while (reading.unsent.empty()) {
      auto piece = reading.stream->next();
      if (!piece) {
        return MHD_CONTENT_READER_END_OF_STREAM;
      }
      reading.unsent = std::move(*piece);
    }
    const std::size_t sent = std::min(size, reading.unsent.size());
    reading.unsent.copy(buffer, sent);
    reading.unsent.erase(0, sent);
    return static_cast<ssize_t>(sent);
  } catch (const std::exception&) {
    return MHD_CONTENT_READER_END_WITH_ERROR;
  }
}

void free_stream(void* reading) {
  delete static_cast<Reading*>(reading);
}

/// Of one request, from its head to the end of its answer.
struct Exchange {
  HttpRequest request;
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char each) { return static_cast<char>(std::tolower(each)); });
  return text;
}

std::string text_of(const char* begin, std::size_t size) {
  return begin == nullptr ? std::string() : std::string(begin, size);
}

MHD_Result take_header(void* request, MHD_ValueKind, const char* name, std::size_t name_size,
                       const char* value, std::size_t value_size) {
  auto& taken = *static_cast<HttpRequest*>(request);
  const bool is_new =
      taken.headers.emplace(lower(text_of(name, name_size)), text_of(value, value_size)).second;
  taken.repeats_header = taken.repeats_header || !is_new;
  return MHD_YES;
}

MHD_Result take_argument(void* request, MHD_ValueKind, const char* name, std::size_t name_size,
                         const char* value, std::size_t value_size) {
  static_cast<HttpRequest*>(request)->query.emplace_back(text_of(name, name_size),
                                                         text_of(value, value_size));
  return MHD_YES;
}

int socket_of(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == nullptr ? -1 : info->connect_fd;
}

/// False for what is no Unix socket: its peer has no name.
bool is_owner(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      address.ss_family != AF_UNIX) {
    return false;
  }
  const auto user = user_of_peer(socket);
  return user && (*user == ::geteuid() || *user == 0);
}

/// What keeps a body from being read: one of unknown length, or of too many bytes.
std::optional<HttpAnswer> refused_body(const HttpRequest& head, std::size_t most) {
  // Even an empty one: the library takes a body of any length for it.
  if (head.headers.contains("transfer-encoding")) {
    return HttpAnswer{.status = MHD_HTTP_LENGTH_REQUIRED,
                      .body = "the request must say how long its body is\n"};
  }
  const std::string_view length = head.header("content-length");
  std::uint64_t size = 0;
  const auto read = std::from_chars(length.data(), length.data() + length.size(), size);
  if (length.empty() || (read.ec == std::errc() && size <= most)) {
    return std::nullopt;
  }
  return HttpAnswer{
      .status = MHD_HTTP_CONTENT_TOO_LARGE,
      .body = "the body of a request has at most " + std::to_string(most) + " bytes\n"};
}

}  // namespace

struct HttpServer::Impl {
  Impl(HttpHandler& its_handler, const HttpLimits& its_limits)
      : handler(its_handler), limits(its_limits), deadlines(limits.patience) {}

  void begin_exchange(MHD_Connection* connection, Exchange& exchange) const {
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &take_header, &exchange.request);
    MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, &take_argument,
                                &exchange.request);
    exchange.request.connection = socket_of(connection);
    exchange.request.is_from_owner = is_owner(exchange.request.connection);
  }

  MHD_Result send(MHD_Connection* connection, HttpAnswer answer) {
    MHD_Response* response = nullptr;
    if (answer.stream) {
      constexpr std::size_t block = 4'096;
      auto reading = std::make_unique<Reading>(std::move(answer.stream), streams);
      response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, block, &read_stream,
                                                   reading.get(), &free_stream);
      if (response != nullptr) {
        (void)reading.release();  // it is the response's
      }
    } else {
      response = MHD_create_response_from_buffer(answer.body.size(), answer.body.data(),
                                                 MHD_RESPMEM_MUST_COPY);
    }
    if (response == nullptr) {
      return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.type.c_str());
    // So that the time for which a connection may be held is that of one request.
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    for (const auto& [name, value] : answer.headers) {
      MHD_add_response_header(response, name.c_str(), value.c_str());
    }
    const MHD_Result queued = MHD_queue_response(connection, answer.status, response);
    MHD_destroy_response(response);
    return queued;
  }

  /// The head has come: refuses it, or reads on.
  MHD_Result take_head(MHD_Connection* connection, Exchange& exchange) {
    auto refused = handler.refusal(exchange.request);
    if (!refused) {
      // Only what changes something has a body.
      refused =
          refused_body(exchange.request, exchange.request.method == "POST" ? limits.body_bytes : 0);
    }
    if (!refused) {
      return MHD_YES;
    }
    deadlines.end(socket_of(connection));
    return send(connection, std::move(*refused));
  }

  MHD_Result take_whole(MHD_Connection* connection, const Exchange& exchange) {
    deadlines.end(socket_of(connection));
    // The time that an answer takes to make is not the peer's.
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
    HttpAnswer answer = handler.answer(exchange.request);
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, idle_seconds());
    return send(connection, std::move(answer));
  }

  [[nodiscard]] unsigned idle_seconds() const {
    return static_cast<unsigned>(std::max<std::int64_t>(1, limits.idle.count() / 1'000));
  }

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url,
                               const char* method, const char*, const char* body,
                               std::size_t* body_size, void** state) noexcept {
    auto& impl = *static_cast<Impl*>(self);
    try {
      if (*state == nullptr) {
        auto* exchange = new Exchange{};
        *state = exchange;
        exchange->request.method = method;
        exchange->request.path = url;
        impl.begin_exchange(connection, *exchange);
        return impl.take_head(connection, *exchange);
      }
      auto& exchange = *static_cast<Exchange*>(*state);
      if (*body_size == 0) {
        return impl.take_whole(connection, exchange);
      }
      if (exchange.request.body.size() + *body_size > impl.limits.body_bytes) {
        return MHD_NO;  // more than the head has said
      }
      exchange.request.body.append(body, std::exchange(*body_size, 0));
      return MHD_YES;
    } catch (const std::exception& failed) {
      return impl.send_failure(connection, failed.what());
    }
  }

  MHD_Result send_failure(MHD_Connection* connection, const char* why) noexcept {
    try {
      return send(connection, {.status = MHD_HTTP_INTERNAL_SERVER_ERROR,
                               .body = std::string("the answer could not be made: ") + why + "\n"});
    } catch (const std::exception&) {
      return MHD_NO;
    }
  }

  static void on_completed(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    delete static_cast<Exchange*>(*state);
    *state = nullptr;
  }

  static void on_connection(void* self, MHD_Connection* connection, void**,
                            MHD_ConnectionNotificationCode code) noexcept {
    auto& impl = *static_cast<Impl*>(self);
    try {
      code == MHD_CONNECTION_NOTIFY_STARTED ? impl.deadlines.begin(socket_of(connection))
                                            : impl.deadlines.end(socket_of(connection));
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): it has an idle time besides
    }
  }

  HttpHandler& handler;
  HttpLimits limits;
  OpenStreams streams;
  ReceiveDeadlines deadlines;
  MHD_Daemon* daemon = nullptr;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<HttpServer>, CommandError> HttpServer::start(model::FileDescriptor listening,
                                                                    HttpHandler& handler,
                                                                    const HttpLimits& limits) {
  auto impl = std::make_unique<Impl>(handler, limits);
  // The library closes what it is given, whether it can start or not.
  const int socket = ::fcntl(listening.get(), F_DUPFD_CLOEXEC, 0);
  if (socket < 0) {  // for which the library would listen by itself, to the whole network
    return failure(CommandError{
        CommandError::Kind::failed,
        "the HTTP server cannot be started: " + std::generic_category().message(errno)});
  }
  impl->daemon = MHD_start_daemon(
      MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, nullptr,
      nullptr, &Impl::on_request, impl.get(), MHD_OPTION_LISTEN_SOCKET, socket,
      MHD_OPTION_CONNECTION_LIMIT, static_cast<unsigned>(limits.connections),
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.head_bytes, MHD_OPTION_CONNECTION_TIMEOUT,
      impl->idle_seconds(), MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
      &Impl::on_completed, nullptr, MHD_OPTION_NOTIFY_CONNECTION, &Impl::on_connection, impl.get(),
      MHD_OPTION_END);
  if (impl->daemon == nullptr) {
    return failure(CommandError{CommandError::Kind::failed, "the HTTP server cannot be started"});
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::~HttpServer() {
  impl_->streams.close_all();
  MHD_stop_daemon(impl_->daemon);
}

}  // namespace duroxide::gateway::http
