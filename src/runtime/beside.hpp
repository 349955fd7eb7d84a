#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <duroxide/control_socket.hpp>
#include <duroxide/http_options.hpp>
#include <duroxide/log.hpp>
#include <duroxide/store.hpp>

namespace duroxide::runtime {

/// What a runtime's options say about it.
struct BesideOptions {
  ControlSocket control_socket = ControlSocket::off;
  std::optional<HttpOptions> http;
  LogSink log;
};

/// Starts what runs beside a runtime from its start to its stop, in a layer that the runtime does not
/// know, such as the local socket. It ends when what this returns is dropped; null if there is nothing to
/// run.
using Beside = std::function<std::shared_ptr<void>(const Store&, const BesideOptions&)>;

/// Has each runtime that starts from now on start this as well. For the layers above, when the
/// program is loaded; not thread-safe.
void run_beside_runtimes(Beside beside);

/// Starts everything that was asked for, for one runtime.
[[nodiscard]] std::vector<std::shared_ptr<void>> start_beside(const Store& store,
                                                              const BesideOptions& options);

}  // namespace duroxide::runtime
