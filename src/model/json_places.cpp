// Where a value of a JSON text stands, for errors that name the place.

#include <cctype>
#include <utility>

#include "model/json_places.hpp"

namespace duroxide::model {

namespace {

class PlaceReader {
 public:
  PlaceReader(std::string_view json, std::string_view wanted) : json_(json), wanted_(wanted) {}

  FoundPlace read() && {
    if (read_value(0)) {
      skip_space();
      if (at_ < json_.size()) {
        fault("nothing should follow the value");
      }
    }
    return std::move(found_);
  }

 private:
  bool fault(std::string what) {
    if (!found_.fault) {
      found_.fault = JsonFault{at_, std::move(what)};
    }
    return false;
  }
  void skip_space() {
    while (at_ < json_.size() &&
           (json_[at_] == ' ' || json_[at_] == '\t' || json_[at_] == '\n' || json_[at_] == '\r')) {
      ++at_;
    }
  }
  [[nodiscard]] char peek() const { return at_ < json_.size() ? json_[at_] : '\0'; }
  bool take(char wanted) {
    skip_space();
    if (peek() != wanted) {
      return false;
    }
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (json_.substr(at_, word.size()) != word) {
      return false;
    }
    at_ += word.size();
    return true;
  }

  /// How much of what is wanted the way to a value is; nothing if the value lies elsewhere.
  using Matched = std::optional<std::size_t>;

  /// Without making a text of it: one for each value would take the square of the depth.
  [[nodiscard]] Matched matched_with(Matched matched, std::string_view step) const {
    return matched && wanted_.substr(*matched, step.size()) == step ? *matched + step.size()
                                                                    : Matched();
  }
  [[nodiscard]] Matched matched_with_key(Matched matched, std::string_view key) const {
    const bool is_first = matched && *matched == 0;
    return matched_with(is_first ? matched : matched_with(matched, "."), key);
  }
  [[nodiscard]] Matched matched_with_index(Matched matched, std::size_t index) const {
    return matched ? matched_with(matched, "[" + std::to_string(index) + "]") : Matched();
  }

  bool read_value(Matched matched) {
    skip_space();
    JsonPlace place;
    place.offset = at_;
    if (!read_value(matched, place)) {
      return false;
    }
    if (!found_.place && matched == wanted_.size()) {
      found_.place = place;
    }
    return true;
  }
  bool read_value(Matched matched, JsonPlace& place) {
    switch (peek()) {
      case '{':
        place.kind = JsonPlace::Kind::object;
        return read_object(matched);
      case '[':
        place.kind = JsonPlace::Kind::array;
        return read_array(matched);
      case '"': {
        place.kind = JsonPlace::Kind::text;
        std::string_view text;
        return read_text(text);
      }
      default:
        break;
    }
    if (take_word("true") || take_word("false")) {
      place.kind = JsonPlace::Kind::boolean;
      return true;
    }
    if (take_word("null")) {
      place.kind = JsonPlace::Kind::null;
      return true;
    }
    return read_number(place);
  }

  bool read_object(Matched matched) {
    ++at_;
    if (take('}')) {
      return true;
    }
    do {
      skip_space();
      std::string_view key;
      if (peek() != '"') {
        return fault("a member's name in quotes should stand here");
      }
      if (!read_text(key)) {
        return false;
      }
      if (!take(':')) {
        return fault("a colon should stand here");
      }
      if (!read_value(matched_with_key(matched, key))) {
        return false;
      }
    } while (take(','));
    return take('}') || fault("a comma or a closing brace should stand here");
  }

  bool read_array(Matched matched) {
    ++at_;
    if (take(']')) {
      return true;
    }
    std::size_t index = 0;
    do {
      if (!read_value(matched_with_index(matched, index++))) {
        return false;
      }
    } while (take(','));
    return take(']') || fault("a comma or a closing bracket should stand here");
  }

  /// Escapes stay as they are: it is for names, which have none.
  bool read_text(std::string_view& text) {
    const std::size_t begin = ++at_;
    while (at_ < json_.size() && json_[at_] != '"') {
      at_ += json_[at_] == '\\' ? 2U : 1U;
    }
    if (at_ >= json_.size()) {
      at_ = json_.size();
      return fault("a text does not end");
    }
    text = json_.substr(begin, at_ - begin);
    ++at_;
    return true;
  }

  bool read_number(JsonPlace& place) {
    const std::size_t begin = at_;
    bool is_whole = true;
    if (peek() == '-') {
      ++at_;
    }
    while (std::isdigit(static_cast<unsigned char>(peek())) != 0 || peek() == '.' ||
           peek() == 'e' || peek() == 'E' || peek() == '+' || peek() == '-') {
      is_whole = is_whole && std::isdigit(static_cast<unsigned char>(peek())) != 0;
      ++at_;
    }
    place.text = json_.substr(begin, at_ - begin);
    place.kind = is_whole ? JsonPlace::Kind::whole_number : JsonPlace::Kind::number;
    if (place.text.find_first_of("0123456789") == std::string_view::npos) {
      at_ = begin;
      return fault("no JSON value begins like this");
    }
    return true;
  }

  std::string_view json_;
  std::string_view wanted_;
  std::size_t at_ = 0;
  FoundPlace found_;
};

}  // namespace

FoundPlace find_place(std::string_view json, std::string_view path) {
  return PlaceReader(json, path).read();
}

}  // namespace duroxide::model
