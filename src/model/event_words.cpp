#include "model/event_words.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "model/error_size.hpp"

namespace duroxide::model {

namespace {

/// Of each text; a difference shows at the beginning of most.
constexpr std::size_t most_shown = 500;

class Words {
 public:
  explicit Words(std::string beginning) : text_(std::move(beginning)) {}

  void add(std::string_view what, const std::string& value) {
    text_ += (count_++ == 0 ? " with " : ", ");
    text_.append(what) += " `" + limited_text(value, most_shown) + "`";
  }
  template <class Text>
  void add(std::string_view what, const std::optional<Text>& value) {
    if (value) {
      add(what, *value);
    }
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  int count_ = 0;
};

}  // namespace

std::string describe_with_data(const EventKind& kind) {
  Words words(describe(kind));
  std::visit(
      [&](const auto& each) {
        if constexpr (requires { each.input; }) {
          words.add("input", each.input);
        }
        if constexpr (requires { each.tag; }) {
          words.add("tag", each.tag);
        }
        if constexpr (requires { each.session; }) {
          words.add("session", each.session);
        }
        // That of a start stands in its description.
        if constexpr (requires { each.version.value(); }) {
          words.add("version", each.version);
        }
        if constexpr (requires { each.value; }) {
          words.add("value", each.value);
        }
        if constexpr (requires { each.status; }) {
          words.add("status", each.status);
        }
        if constexpr (requires { each.data; }) {
          words.add("data", each.data);
        }
        if constexpr (requires { each.result; }) {
          words.add("result", each.result);
        }
        if constexpr (requires { each.output; }) {
          words.add("output", each.output);
        }
        if constexpr (requires { each.details; }) {
          words.add("error", each.details.to_string());
        }
        if constexpr (requires { each.reason; }) {
          words.add("reason", each.reason);
        }
      },
      kind);
  return words.take();
}

}  // namespace duroxide::model
