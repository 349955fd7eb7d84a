#pragma once

#include <cstdint>
#include <string_view>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI {

/// What other processes of the same user may do with a store through the engine that has it open. See
/// `RuntimeOptions::control_socket`.
enum class ControlSocket : std::uint8_t {
  off,        ///< nothing: there is no socket
  read_only,  ///< look and wait; whatever changes something is refused
  full,       ///< all that the engine's own process may do with a client
};

/// `off`, `read-only`, `full`.
[[nodiscard]] constexpr std::string_view to_string(ControlSocket mode) {
  switch (mode) {
    case ControlSocket::off:
      return "off";
    case ControlSocket::read_only:
      return "read-only";
    case ControlSocket::full:
      break;
  }
  return "full";
}

}  // namespace duroxide::DUROXIDE_ABI
