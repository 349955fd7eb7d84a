#include <duroxide/remote_store.hpp>

#include <exception>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "gateway/remote/link.hpp"
#include "gateway/remote/proxy.hpp"
#include "model/careful_sink.hpp"
#include "protocol/store_impl.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

namespace fs = std::filesystem;
using gateway::remote::Finish;
using gateway::remote::FromEngine;
using gateway::remote::Link;
using gateway::remote::LinkEvent;
using Kind = ProviderError::Kind;

auto cannot_connect(Kind kind, std::string message) {
  return failure(ProviderError{kind, "connect", std::move(message), false});
}

/// Ends the actor of a store that is not opened. The link, which tells the actor what comes, ends with it.
class Opening {
 public:
  explicit Opening(actors::DynamicActor proxy) : proxy_(std::move(proxy)) {}
  ~Opening() {
    if (!is_done_) {
      actors::stop(proxy_);
    }
  }
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;

  void is_done() { is_done_ = true; }

 private:
  actors::DynamicActor proxy_;
  bool is_done_ = false;
};

}  // namespace

RemoteStoreOptions::RemoteStoreOptions() : log_sink_(stderr_log_sink(LogLevel::warn)) {}

Result<Store, ProviderError> RemoteStore::connect(const fs::path& directory,
                                                  const RemoteStoreOptions& options) {
  if (options.connect_timeout() < Milliseconds::zero() || options.connect_timeout() > max_delay) {
    return cannot_connect(Kind::invalid_input,
                          "the option `connect_timeout` is negative or longer than 100 years");
  }
  std::error_code failed;
  if (!fs::is_directory(directory, failed)) {
    return cannot_connect(Kind::not_a_directory,
                          "there is no directory `" + directory.string() +
                              "`; name that of the store, which the process with the runtime has "
                              "made, or will make in it");
  }
  try {
    ActorSystem system = options.actor_system() ? *options.actor_system() : ActorSystem::create();
    if (actors::is_deterministic(detail::StoreAccess::system(system))) {
      return cannot_connect(
          Kind::invalid_input,
          "a remote store needs an actor system with threads; a deterministic one "
          "does nothing while an engine is waited for");
    }
    const LogSink log = model::careful_sink(options.log_sink());
    const auto link = std::make_shared<Link>(
        Link::Settings{fs::absolute(directory), options.connect_timeout(), log});
    const auto proxy = gateway::remote::spawn_proxy(detail::StoreAccess::system(system), link);
    Opening opening(proxy.itself);
    auto started = link->start([actor = proxy.itself](LinkEvent event) {
      actors::send_from_outside(actor, FromEngine{std::move(event)});
    });
    if (!started) {
      return failure(std::move(started).error());
    }
    auto impl = std::make_shared<detail::StoreImpl>(
        std::move(system), system_clock(), proxy.provider, proxy.management,
        [actor = proxy.itself] { actors::send_from_outside(actor, Finish{}); });
    impl->log = log;
    impl->directory = fs::absolute(directory);
    impl->is_remote = true;
    opening.is_done();
    return detail::StoreAccess::make_store(std::move(impl));
  } catch (const std::exception& thrown) {
    return cannot_connect(Kind::storage, thrown.what());
  }
}

}  // namespace duroxide::DUROXIDE_ABI
