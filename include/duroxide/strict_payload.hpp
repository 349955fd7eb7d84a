#pragma once

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Whether a payload of this type must hold each member that the type's `serialize` names, and no other.
/// For all types that do not say otherwise an absent member keeps the value that `T{}` gives it, and an
/// unknown one is passed over, so that payloads outlive changes of the type. To ask for it:
///
///     template <>
///     inline constexpr bool duroxide::strict_payload<Order> = true;
///
/// It holds for the members of that type; those of a struct in it follow that struct's own choice.
template <class T>
inline constexpr bool strict_payload = false;

}  // namespace duroxide::DUROXIDE_ABI
