#include "gateway/remote/serving.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

#include "gateway/connection.hpp"
#include "gateway/remote/frames.hpp"
#include "gateway/remote/outbox.hpp"
#include "gateway/remote/session.hpp"
#include "gateway/unix_socket.hpp"

namespace duroxide::gateway::remote {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// Nothing more is read while so many requests are under way that the engine answers by itself, or so
/// many bytes were not taken: the peer waits, and not its answers here.
constexpr std::size_t most_working = 1024;
constexpr std::size_t most_unsent = std::size_t{1} << 20;
static_assert(ServerLimits{}.request_bytes >= longest_request + frame_header_bytes,
              "an engine takes what a remote store sends");
/// The bits above are the actor library's.
constexpr std::uint64_t largest_number = (std::uint64_t{1} << 48) - 1;

[[noreturn]] void throw_bad(const std::string& what) {
  throw std::runtime_error("a remote store was cut off: " + what);
}

class RemoteConnection {
 public:
  RemoteConnection(model::FileDescriptor peer, std::string unread, Service& service)
      : peer_(std::move(peer)),
        service_(service),
        reader_(service.limits.request_bytes, std::move(unread)),
        system_(provider_of(service.store.store).home_system()) {
    const actors::SpawnsFromOutside outside;
    session_ = system_.spawn<Session>(service.store.store, outbox_);
    append_frame(unsent_, FrameKind::hello, 0, {});
  }
  ~RemoteConnection() {
    outbox_->close();
    tell([](Session& session) { session.end(); });
    run_messages();
  }
  RemoteConnection(const RemoteConnection&) = delete;
  RemoteConnection& operator=(const RemoteConnection&) = delete;

  void run() {
    while (true) {
      take_frames();
      take_answers();
      const bool peer_is_there = send_some();
      if (!peer_is_there || (peer_has_said_all_ && unsent_.empty() && outbox_->working() == 0)) {
        return;
      }
      if (const auto reason = outbox_->reason_to_end()) {
        throw_bad(*reason);
      }
      if (!wait()) {
        return;
      }
    }
  }

 private:
  template <class What>
  void tell(What what) {
    actors::send_from_outside(session_, Told{std::move(what)});
  }
  /// In a deterministic system nobody else does.
  void run_messages() {
    if (actors::is_deterministic(system_)) {
      actors::run_until(system_, [] { return false; });
    }
  }

  [[nodiscard]] bool may_read() const {
    return outbox_->working() < most_working && unsent_.size() < most_unsent;
  }

  void take_frames() {
    while (may_read()) {
      auto frame = reader_.next();
      if (!frame) {
        throw_bad(frame.error().what);
      }
      if (!*frame) {
        has_whole_frame_ = false;
        return;
      }
      take(std::move(**frame));
      run_messages();
    }
    has_whole_frame_ = true;  // perhaps; it is looked at when there is room again
  }

  void take(Frame frame) {
    if (frame.number == 0 || frame.number > largest_number) {
      throw_bad("a request has the number " + std::to_string(frame.number));
    }
    if (frame.kind == FrameKind::stop) {
      tell([number = frame.number](Session& session) { session.stop(number); });
      return;
    }
    if (frame.kind != FrameKind::request || frame.body.size() < request_number_bytes) {
      throw_bad("it sent a frame that is no request");
    }
    const auto which = number_at(frame.body, request_number_bytes);
    const bool is_known =
        with_entry(which, [&]<class Entry>() { ask<Entry>(frame.number, frame.body); });
    if (!is_known) {
      throw_bad("there is no request " + std::to_string(which));
    }
  }

  template <class Entry>
  void ask(std::uint64_t number, std::string_view body) {
    using Request = typename Entry::Request;
    auto request = decode_request<Request>(body);
    if (!request) {
      throw_bad("request " + std::to_string(Entry::number) + ": " + request.error().what);
    }
    if (outbox_->open() >= service_.limits.open_requests) {
      throw_bad("it has " + std::to_string(service_.limits.open_requests) +
                " requests open, which is as many as an engine keeps for one remote store");
    }
    outbox_->asked(is_parked<Request>);
    if (Entry::changes && service_.is_read_only) {
      outbox_->answer({number,
                       [] {
                         return encode_answer(Done(
                             failure(ProviderError{ProviderError::Kind::read_only, "remote_store",
                                                   std::string(read_only_refusal), false})));
                       }},
                      is_parked<Request>);
      return;
    }
    tell([number, request = *std::move(request)](Session& session) mutable {
      session.ask(number, std::move(request));
    });
  }

  void take_answers() {
    outbox_->wakeup().take();
    for (const auto& [number, progress] : outbox_->take_progress()) {
      std::string body;
      append_number(body, progress.done, sizeof(progress.done));
      append_number(body, progress.total, sizeof(progress.total));
      append_frame(unsent_, FrameKind::progress, number, body);
    }
    while (unsent_.size() < most_unsent) {
      auto answer = outbox_->take();
      if (!answer) {
        return;
      }
      std::string body = answer->encode();
      if (body.size() > longest_answer) {
        body = encode_answer(Done(failure(ProviderError{
            ProviderError::Kind::invalid_input, "remote_store",
            "the answer takes " + std::to_string(body.size()) + " bytes, and no more than " +
                std::to_string(longest_answer) +
                " go through the control socket; ask for less, for pages of a listing for one",
            false})));
      }
      append_frame(unsent_, FrameKind::answer, answer->number, body);
    }
    outbox_->wakeup().raise();  // there are more
  }

  /// False if the peer has gone.
  [[nodiscard]] bool send_some() {
    std::size_t sent = 0;
    bool is_there = true;
    while (sent < unsent_.size()) {
      const ssize_t size = send_quietly(peer_.get(), unsent_.data() + sent, unsent_.size() - sent);
      if (size >= 0) {
        sent += static_cast<std::size_t>(size);
      } else if (errno != EINTR) {
        is_there = errno == EAGAIN;
        break;
      }
    }
    unsent_.erase(0, sent);
    if (unsent_.empty()) {
      stalls_since_.reset();
    } else if (sent > 0 || !stalls_since_) {
      stalls_since_ = SteadyClock::now();
    }
    return is_there;
  }

  /// Until there is something to do. False if that is the end.
  [[nodiscard]] bool wait() {
    if (may_read() && has_whole_frame_) {
      return true;
    }
    const bool reads = may_read() && !peer_has_said_all_;
    const auto events = static_cast<short>((reads ? POLLIN : 0) | (unsent_.empty() ? 0 : POLLOUT));
    // `poll` passes over negative descriptors, and tells in any case that the peer has closed both ways.
    const int answers = unsent_.size() < most_unsent ? outbox_->wakeup().file() : -1;
    std::array<pollfd, 3> entries{
        {{peer_.get(), events, 0}, {service_.stop, POLLIN, 0}, {answers, POLLIN, 0}}};
    const int timeout = stalls_since_ ? static_cast<int>(service_.limits.patience.count()) : -1;
    const int ready = ::poll(entries.data(), entries.size(), timeout);
    if (ready < 0) {
      return true;  // a signal
    }
    if (stalls_since_ && SteadyClock::now() - *stalls_since_ >= service_.limits.patience &&
        (entries[0].revents & POLLOUT) == 0) {
      throw_bad("it takes no answers");
    }
    if (entries[1].revents != 0) {
      return false;
    }
    if ((entries[0].revents & POLLIN) != 0) {
      return read_some();
    }
    return (entries[0].revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
  }

  [[nodiscard]] bool read_some() {
    std::array<char, 65'536> buffer;  // NOLINT: to be overwritten
    const ssize_t size = ::recv(peer_.get(), buffer.data(), buffer.size(), 0);
    if (size > 0) {
      reader_.add({buffer.data(), static_cast<std::size_t>(size)});
      return true;
    }
    peer_has_said_all_ = size == 0;
    return size == 0 || errno == EAGAIN || errno == EINTR;
  }

  model::FileDescriptor peer_;
  Service& service_;
  FrameReader reader_;
  caf::actor_system& system_;
  std::shared_ptr<Outbox> outbox_ = std::make_shared<Outbox>();
  SessionActor session_;
  std::string unsent_;
  std::optional<SteadyClock::time_point> stalls_since_;  ///< the peer takes nothing
  bool has_whole_frame_ =
      false;  ///< in the reader, perhaps, which was not looked at for want of room
  bool peer_has_said_all_ = false;
};

}  // namespace

std::string refusal_of(std::string_view line) {
  const std::string ours = first_line();
  return line == ours ? std::string()
                      : "this engine speaks version " + ours.substr(preamble.size()) +
                            " of the protocol of remote stores, and the peer version " +
                            std::string(line.substr(preamble.size()).substr(0, 16)) +
                            "; use the same release on both sides";
}

void turn_away(const model::FileDescriptor& peer, std::string_view reason) {
  std::string bytes;
  append_frame(bytes, FrameKind::hello, 0, reason);
  // It is less than an empty socket takes. Whoever does not read it is told nothing.
  (void)!send_quietly(peer.get(), bytes.data(), bytes.size());
}

void serve(model::FileDescriptor peer, std::string unread, Service& service) {
  RemoteConnection(std::move(peer), std::move(unread), service).run();
}

}  // namespace duroxide::gateway::remote
