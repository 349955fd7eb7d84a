#include "cli/copy_command.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <duroxide/management.hpp>
#include <duroxide/memory_provider.hpp>
#include <duroxide/remote_store.hpp>

#include "cli/local_sink.hpp"
#include "cli/opened_store.hpp"
#include "cli/show.hpp"
#include "gateway/copy/copy_instances.hpp"
#include "gateway/filter_arguments.hpp"
#include "gateway/socket_client.hpp"

namespace duroxide::cli {

namespace {

using gateway::Arguments;
using gateway::Command;
using gateway::CommandError;
using gateway::CopyOptions;
using nlohmann::json;
using Type = gateway::ArgumentType;

constexpr std::string_view about_copy =
    R"(A store is a directory, or the address of a database (postgresql://...). An engine that has one of them
open is asked; else the store is opened, and made if it is the one copied to and is not there yet. Nothing
is taken away from the store that is copied from.

Each instance is exported, imported under its own id, exported again and compared. What is there
already and the same is passed over, so the command can be interrupted and done again; what is there
and is another is left as it is, and told (exit code 5).

What runs is left out and told, unless --running is given, for an instance that goes on in two places
does everything twice. End all that has the first store open before. Then both stores are paused as a
whole, and stay so: look, and let the second go on with `resume --everything`; the first must not.
Activities that were under way begin anew there, and so have new tokens for whoever completes them from
outside. Instances that wait for each other cannot be copied one before the other: they are left out
with all that belongs to them. End those, and give the command again before anything goes on.

A copy begins without the keys of its events and without the time limit of its start, is listed as
created now, and is tried anew if it was in quarantine.)";

CommandError has_engine(const std::string& place) {
  return {CommandError::Kind::store,
          "an engine has the store in `" + place +
              "` open; end it first, as what runs is copied from a store that nobody works on"};
}

/// The store: one that is opened here, or over a socket, one that an engine has open.
Result<OpenedStore, CommandError> open_for_copy(const std::string& place, Access access, int stop) {
  std::optional<Result<Store, CommandError>> remote;
  auto opened = open_unless_answered(place, access, stop, [&] {
    const auto engine = gateway::SocketClient::connect(place, stop);
    if (!engine) {
      remote.emplace(failure(engine.error()));
    } else if (*engine && access == Access::alone) {
      remote.emplace(failure(has_engine(place)));
    } else if (*engine) {
      remote.emplace(RemoteStore::connect(place).map_error([](const ProviderError& error) {
        return CommandError(CommandError::Kind::store, error.message);
      }));
    }
    return remote.has_value();
  });
  if (remote) {
    return std::move(*remote).map([](Store store) { return OpenedStore{{}, std::move(store)}; });
  }
  if (!opened) {
    return failure(std::move(opened).error());
  }
  return std::move(**opened);
}

bool is_same_place(const std::string& one, const std::string& other) {
  std::error_code ignored;
  return one == other || (!is_database(one) && !is_database(other) &&
                          std::filesystem::equivalent(one, other, ignored));
}

/// Pauses a database that is copied from and opens it anew, alone: nobody may have begun to work on it since it
/// was opened first, and whoever comes once it is paused gets nothing to do. A directory has one owner anyway.
Result<OpenedStore, CommandError> hold_still(const Store& source, const std::string& from,
                                             int stop) {
  if (const auto paused = ManagementClient(source).pause(PauseScope::of_store()); !paused) {
    return failure(CommandError(paused.error()));
  }
  source.close();
  return open_for_copy(from, Access::alone, stop).map_error([&](CommandError error) {
    error.message += "; it is paused by now, and goes on after `duroxide --store " + shown(from) +
                     " resume --everything`";
    return error;
  });
}

Result<json, CommandError> copy(const std::string& from, const std::string& to,
                                const CopyOptions& options, const gateway::AnswerHandlers& handlers,
                                int stop) {
  const bool pauses = options.running && !options.dry_run;
  auto source = open_for_copy(from, pauses ? Access::alone : Access::look, stop);
  if (!source) {
    return failure(source.error());
  }
  // What is not there yet is an empty store, and stays away in a dry run.
  auto target = options.dry_run && !is_there(to)
                    ? OpenedStore{{}, MemoryProvider::create()}
                    : open_for_copy(to, options.dry_run ? Access::look : Access::create, stop);
  if (!target) {
    return failure(target.error());
  }
  if (pauses && source->is_shared) {
    source = hold_still(source->store, from, stop);
    if (!source) {
      return failure(source.error());
    }
  }
  LocalSink sink(handlers, stop);
  return gateway::copy_instances(ManagementClient(source->store), ManagementClient(target->store),
                                 options, sink)
      .map([](const gateway::CopyReport& report) { return gateway::json_of(report); });
}

std::uint64_t count_at(const json& result, const char* name) {
  return result.value(name, std::uint64_t{0});
}

bool is_whole(const json& result) {
  return count_at(result, "different") == 0 && count_at(result, "running") == 0 &&
         count_at(result, "refused") == 0;
}

/// That it was not done to all, and what is left to do for whoever has paused both stores.
std::optional<Remark> notice_of(const json& result, const std::string& to) {
  std::string said;
  if (!is_whole(result)) {
    said = "not every instance is the same in both stores; the result says which are not, and why";
  }
  if (result.value("paused", false)) {
    said.append(said.empty() ? "" : "; ");
    if (count_at(result, "refused") + count_at(result, "different") != 0) {
      said += "both stores are paused, and should stay so until all is copied: ";
    } else {
      said += "both stores are paused: ";
    }
    said.append("what was copied goes on after `duroxide --store ")
        .append(shown(to))
        .append(" resume --everything`, and must not go on in the other");
  }
  return said.empty() ? std::nullopt : std::optional(Remark{std::move(said)});
}

}  // namespace

const Command& copy_command() {
  static const Command command{
      .name = "copy",
      .help = "Copy instances from one store into another, and compare each with its copy",
      .examples =
          {"duroxide copy --from orders --to postgresql:///orders --dry-run",
           "duroxide copy --from orders --to postgresql:///orders --running --yes",
           "duroxide copy --from postgresql:///orders --to kept --status completed --until 30d"},
      .details = about_copy,
      .arguments = gateway::joined(
          {{.name = "from",
            .type = Type::file,
            .option = "--from",
            .help = "the store to copy from",
            .required = true},
           {.name = "to",
            .type = Type::file,
            .option = "--to",
            .help = "the store to copy to",
            .required = true},
           {.name = "running",
            .type = Type::flag,
            .option = "--running",
            .help = "also what runs, and so everything; pauses both stores as a whole"},
           gateway::dry_run_argument("only compare, and tell what would be copied")},
          gateway::filter_arguments())};
  return command;
}

Result<Invocation, CommandError> invocation_of_copy(const Arguments& arguments) {
  const std::string from = arguments.text("from");
  const std::string to = arguments.text("to");
  if (from.empty() || to.empty() || is_same_place(from, to)) {
    return failure(gateway::usage_error("--from and --to must name two stores"));
  }
  CopyOptions options;
  options.filter = gateway::filter_of(arguments);
  options.running = arguments.flag("running");
  options.dry_run = arguments.flag("dry_run");
  if (options.running && gateway::any_given(arguments, gateway::filter_arguments())) {
    return failure(gateway::usage_error(
        "--running copies everything, as instances that run may wait for each other; leave out the "
        "filter"));
  }
  Invocation invocation;
  invocation.carry_out = [=](const gateway::AnswerHandlers& handlers, int stop) {
    return copy(from, to, options, handlers, stop);
  };
  if (options.running && !options.dry_run) {
    invocation.question = [](const json&) {
      return std::string("Pause both stores as a whole, and copy what runs too?");
    };
  }
  invocation.show = show_copied;
  invocation.notice = [to](const json& result) { return notice_of(result, to); };
  invocation.judge = [](const json& result) {
    return is_whole(result) ? ExitCode::done : ExitCode::refused;
  };
  return invocation;
}

}  // namespace duroxide::cli
