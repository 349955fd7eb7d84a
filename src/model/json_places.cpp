// Where the values of a JSON text stand, for errors that name the place.

#include <cctype>
#include <utility>

#include "model/json_places.hpp"

namespace duroxide::model {

namespace {

class PlaceReader {
 public:
  explicit PlaceReader(std::string_view json) : json_(json) {}

  JsonPlaces read() && {
    if (read_value({}, nullptr)) {
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

  bool read_value(const std::string& path, const std::string* key) {
    skip_space();
    JsonPlace place;
    place.path = path;
    place.is_member = key != nullptr;
    place.key = key != nullptr ? *key : std::string();
    place.offset = at_;
    const std::size_t index = found_.places.size();
    found_.places.push_back(std::move(place));
    const auto is = [&](JsonPlace::Kind kind) {
      found_.places[index].kind = kind;
      return true;
    };
    switch (peek()) {
      case '{':
        return is(JsonPlace::Kind::object) && read_object(path, index);
      case '[':
        return is(JsonPlace::Kind::array) && read_array(path);
      case '"': {
        std::string text;
        return is(JsonPlace::Kind::text) && read_text(text);
      }
      default:
        break;
    }
    if (take_word("true") || take_word("false")) {
      return is(JsonPlace::Kind::boolean);
    }
    if (take_word("null")) {
      return is(JsonPlace::Kind::null);
    }
    return read_number(found_.places[index]);
  }

  bool read_object(const std::string& path, std::size_t index) {
    ++at_;
    if (take('}')) {
      return true;
    }
    do {
      skip_space();
      std::string key;
      if (peek() != '"') {
        return fault("a member's name in quotes should stand here");
      }
      if (!read_text(key)) {
        return false;
      }
      found_.places[index].keys.push_back(key);
      if (!take(':')) {
        return fault("a colon should stand here");
      }
      if (!read_value(path.empty() ? key : path + "." + key, &key)) {
        return false;
      }
    } while (take(','));
    return take('}') || fault("a comma or a closing brace should stand here");
  }

  bool read_array(const std::string& path) {
    ++at_;
    if (take(']')) {
      return true;
    }
    std::size_t index = 0;
    do {
      if (!read_value(path + "[" + std::to_string(index++) + "]", nullptr)) {
        return false;
      }
    } while (take(','));
    return take(']') || fault("a comma or a closing bracket should stand here");
  }

  /// Escapes stay as they are: it is for names, which have none.
  bool read_text(std::string& text) {
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
  std::size_t at_ = 0;
  JsonPlaces found_;
};

}  // namespace

JsonPlaces find_places(std::string_view json) {
  return PlaceReader(json).read();
}

}  // namespace duroxide::model
