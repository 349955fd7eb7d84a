#include <duroxide/postgres_provider.hpp>

#include <algorithm>
#include <exception>
#include <future>
#include <optional>
#include <utility>

#include <unistd.h>

#include <duroxide/management_protocol.hpp>

#include "model/archive.hpp"
#include "model/careful_sink.hpp"
#include "postgres/inline_runner.hpp"
#include "postgres/listener.hpp"
#include "postgres/management_actor.hpp"
#include "postgres/provider_actor.hpp"
#include "postgres/schema.hpp"
#include "postgres/threaded_runner.hpp"

namespace duroxide::DUROXIDE_ABI {

PostgresOptions::PostgresOptions() : log_sink_(stderr_log_sink(LogLevel::warn)) {}

namespace {

using namespace postgres;

constexpr std::size_t threads_that_read = 2;
constexpr Milliseconds shortest_lease{1'000};
constexpr Milliseconds shortest_poll{10};

Result<void, ProviderError> check(const PostgresOptions& options) {
  const auto refuse = [](std::string why) {
    return failure(ProviderError{ProviderError::Kind::invalid_input, "connect", std::move(why)});
  };
  // So long is a name that PostgreSQL does not cut off.
  if (options.schema().empty() || options.schema().size() > 63) {
    return refuse("the name of the schema has no character, or more than 63 bytes");
  }
  if (options.lease() < shortest_lease) {
    return refuse("the lease is shorter than a second");
  }
  if (options.poll() < shortest_poll) {
    return refuse("the poll is shorter than 10 ms");
  }
  return {};
}

std::string name_of_process() {
  std::string host(256, '\0');
  if (::gethostname(host.data(), host.size() - 1) != 0) {
    host.clear();
  }
  host.resize(host.find('\0') == std::string::npos ? host.size() : host.find('\0'));
  return host + " " + std::to_string(::getpid());
}

/// A name of no more than 63 bytes, and another for each schema.
std::string channel_of(const std::string& schema) {
  return "duroxide_" + std::to_string(model::checksum(schema));
}

/// Leaves the store if others have it open.
Result<void, ProviderError> require_alone(Session& session, const Membership& membership) {
  const auto others = membership.others(session);
  if (others.empty()) {
    return {};
  }
  (void)session.ask(membership.leaving());
  constexpr std::size_t most_named = 5;
  std::string named;
  for (std::size_t i = 0; i < std::min(others.size(), most_named); ++i) {
    named.append(named.empty() ? "`" : ", `").append(others[i]).append("`");
  }
  if (others.size() > most_named) {
    named += " and " + std::to_string(others.size() - most_named) + " more";
  }
  return failure(ProviderError{ProviderError::Kind::in_use, "connect",
                               "the store is open in other processes, " + named +
                                   " (host and process id); end them first: one that was killed "
                                   "counts until its lease is over",
                               true});
}

std::function<void()> closing(const StoreActor& provider, const ManagementActor& management,
                              std::shared_ptr<std::optional<Listener>> listener,
                              std::shared_ptr<std::promise<void>> closed) {
  return [provider, management, listener = std::move(listener), closed = std::move(closed)] {
    listener->reset();
    actors::stop(management);
    actors::stop(provider);
    if (!actors::is_deterministic(provider.home_system())) {
      closed->get_future().wait();
    }
  };
}

Store start(const Target& target, const PostgresOptions& options, std::shared_ptr<Session> session,
            std::shared_ptr<Membership> membership) {
  const actors::SpawnsFromOutside outside;
  ActorSystem system = options.actor_system() ? *options.actor_system() : ActorSystem::create();
  caf::actor_system& actors_of = actor_system_of(system);

  StoreParts parts;
  parts.membership = membership;
  parts.log = model::careful_sink(options.log_sink());
  parts.channel = channel_of(target.schema);
  parts.life_sign = std::min(options.lease() / 3, options.poll());
  if (options.clock()) {
    parts.clock = options.clock();
  } else {
    parts.database_clock = std::make_shared<DatabaseClock>();
    parts.clock = parts.database_clock;
  }
  const bool has_threads = !actors::is_deterministic(actors_of);
  if (has_threads) {
    Target writing = target;
    writing.plans_once = true;
    parts.writer = std::make_shared<ThreadedRunner>(writing, 1, membership, options.lease());
    parts.holds_answers = true;
    parts.reads =
        std::make_shared<ThreadedRunner>(target, threads_that_read, nullptr, options.lease());
  } else {
    parts.writer = std::make_shared<InlineRunner>(session, membership);
    parts.reads = std::make_shared<InlineRunner>(session, nullptr);
  }
  auto closed = std::make_shared<std::promise<void>>();
  parts.on_closed = [closed] { closed->set_value(); };

  const auto clock = parts.clock;
  const auto reads = parts.reads;
  const auto log = parts.log;
  const std::string channel = parts.channel;
  const StoreActor provider = spawn_provider(actors_of, std::move(parts));
  const ManagementActor management =
      spawn_management(actors_of, {provider, reads, clock, options.clock() != nullptr, log});
  auto listener = std::make_shared<std::optional<Listener>>();
  if (has_threads && options.listen()) {
    listener->emplace(target, channel, [provider](std::string payload) {
      actors::send_from_outside(provider, Notified{std::move(payload)});
    });
  }
  auto on_close = closing(provider, management, std::move(listener), std::move(closed));
  return make_store(std::move(system), clock, caf::actor_cast<ProviderActor>(provider), management,
                    std::move(on_close));
}

}  // namespace

Result<Store, ProviderError> PostgresProvider::connect(const std::string& url,
                                                       const PostgresOptions& options) {
  if (auto sound = check(options); !sound) {
    return failure(std::move(sound).error());
  }
  try {
    const Target target{url, options.schema()};
    auto session = std::make_shared<Session>(target);
    session->connect();
    if (auto prepared = prepare_schema(*session, options.create()); !prepared) {
      return failure(std::move(prepared).error());
    }
    auto membership =
        std::make_shared<Membership>(name_of_process(), options.lease(), options.clock());
    membership->join(*session);
    if (options.alone()) {
      if (auto alone = require_alone(*session, *membership); !alone) {
        return failure(std::move(alone).error());
      }
    }
    return start(target, options, std::move(session), std::move(membership));
  } catch (const DatabaseError& failed) {
    return failure(failed.told_for("connect"));
  } catch (const std::exception& failed) {
    return failure(ProviderError{ProviderError::Kind::storage, "connect", failed.what(), true});
  }
}

}  // namespace duroxide::DUROXIDE_ABI
