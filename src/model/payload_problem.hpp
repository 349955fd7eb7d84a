#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI::detail {

/// What the reader of a payload has stumbled over, and where.
class PayloadMismatch : public std::runtime_error {
 public:
  enum class Kind {
    wrong,      ///< there is something else than `about`
    missing,    ///< the object at `path` has no member `about`
    unknown,    ///< the object at `path` has a member `about`, which `type` does not know
    too_short,  ///< the object or list at `path` ends too early
    own_words,  ///< the type's own code said `about` while it read the object or list at `path`
  };

  /// There is something else than what is `wanted`: `a text`.
  PayloadMismatch(std::string where, std::string_view wanted)
      : PayloadMismatch(Kind::wrong, std::move(where), std::string(wanted)) {}
  PayloadMismatch(Kind why, std::string where, std::string words,
                  const std::type_info* of = nullptr)
      : std::runtime_error("the payload is of another type"),
        kind(why),
        path(std::move(where)),
        about(std::move(words)),
        type(of) {}

  Kind kind;
  std::string path;   ///< `items[2].price`; empty for the whole
  std::string about;  ///< see `Kind`
  const std::type_info* type;
};

// Why `text` is no `type`, for people: with the field, and its place as a byte offset.
[[nodiscard]] std::string undecodable(std::string_view text, const std::type_info& type,
                                      std::string_view what);
[[nodiscard]] std::string undecodable(std::string_view text, const std::type_info& type,
                                      const PayloadMismatch& mismatch);
/// The text is no JSON at all.
[[nodiscard]] std::string not_json(std::string_view text, const std::type_info& type);

}  // namespace duroxide::DUROXIDE_ABI::detail
