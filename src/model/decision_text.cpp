#include "model/decision_text.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "model/event_table.hpp"
#include "model/json_text.hpp"
#include "model/printable.hpp"

namespace duroxide::model {

namespace {

/// In bytes: a value that is not longer is shown whole; of others a part of this length is.
constexpr std::size_t longest_shown = 160;
/// How much of that part stands before the first difference.
constexpr std::size_t before_difference = 60;

struct Field {
  std::string_view name;
  std::string text;
  bool is_quoted = false;
};

/// What the table of event kinds says of an event, field by field.
class FieldList {
 public:
  template <class T>
  void needed(std::string_view name, const T& value) {
    add(name, value);
  }
  template <class T>
  void usual(std::string_view name, const T& value) {
    if (value != T()) {
      add(name, value);
    }
  }

  std::vector<Field> fields;

 private:
  void add(std::string_view name, const std::string& text) { fields.push_back({name, text, true}); }
  void add(std::string_view name, const Payload& payload) { add(name, payload.text()); }
  void add(std::string_view name, Timestamp time) {
    fields.push_back(
        {name, to_iso(time).value_or(std::to_string(to_milliseconds(time)) + " ms"), false});
  }
  void add(std::string_view name, const ErrorDetails& error) { add(name, error.to_string()); }
  // What an execution was handed by others is not for people.
  void add(std::string_view, const ParentLink&) {}
  void add(std::string_view, const Headers&) {}
  void add(std::string_view, const CarriedState&) {}
  void add(std::string_view, const ActivityTimeouts&) {}
  void add(std::string_view, std::uint64_t) {}
  template <class T>
  void add(std::string_view name, const std::optional<T>& value) {
    if (value) {
      add(name, *value);
    }
  }
};

std::vector<Field> fields_of(const EventKind& kind) {
  FieldList list;
  std::visit([&]<class Kind>(const Kind& each) { KindOf<Kind>::fields(list, each); }, kind);
  return std::move(list.fields);
}

const Field* find(const std::vector<Field>& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& each) { return each.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

/// The first byte at which they differ; the length of the shorter if that begins the other.
std::size_t first_difference(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                  a.begin());
}

/// The beginning of the character that holds this byte.
std::size_t character_begin(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) {
    --at;
  }
  return at;
}

/// `twin` is the same field of the other event, if that has it.
std::string text_of_field(const Field& field, const Field* twin) {
  const std::string& text = field.text;
  std::string described(field.name);
  if (!field.is_quoted) {
    return described + " " + text;
  }
  if (text.size() <= longest_shown) {
    return described + " `" + printable(text) + "`";
  }
  const std::size_t apart =
      twin != nullptr && twin->text != text ? first_difference(text, twin->text) : 0;
  const std::size_t begin =
      character_begin(text, apart < before_difference ? 0 : apart - before_difference);
  const std::size_t end = character_begin(text, std::min(text.size(), begin + longest_shown));
  return described + " `" + (begin > 0 ? "…" : "") +
         printable(std::string_view(text).substr(begin, end - begin)) +
         (end < text.size() ? "…` (" : "` (") +
         (begin > 0 ? "from byte " + std::to_string(begin) + " of " : std::string()) +
         std::to_string(text.size()) + " bytes)";
}

std::string text_of_event(const EventKind& kind, std::uint64_t source,
                          const std::vector<Field>& fields, const std::vector<Field>& twins) {
  std::string text(event_type(kind));
  if (source != 0) {
    text += " of event " + std::to_string(source);
  }
  std::string_view between = "(";
  for (const Field& each : fields) {
    text.append(between).append(text_of_field(each, find(twins, each.name)));
    between = ", ";
  }
  return fields.empty() ? text : text + ")";
}

std::string difference(const std::vector<Field>& recorded, const std::vector<Field>& attempted) {
  std::string text;
  const auto add = [&](const Field& field, const Field* twin) {
    text += (text.empty() ? "the " : " and the ") + std::string(field.name);
    if (twin != nullptr && field.is_quoted) {
      text += ", from byte " + std::to_string(first_difference(field.text, twin->text)) + " on";
    }
  };
  for (const Field& each : recorded) {
    const Field* twin = find(attempted, each.name);
    if (twin == nullptr || twin->text != each.text) {
      add(each, twin);
    }
  }
  for (const Field& each : attempted) {
    if (find(recorded, each.name) == nullptr) {
      add(each, nullptr);
    }
  }
  return text.empty() ? "the event that they give up" : text;
}

}  // namespace

std::string describe_in_full(const EventKind& kind, std::uint64_t source) {
  return text_of_event(kind, source, fields_of(kind), {});
}

DecisionsApart describe_apart(const EventKind& recorded, std::uint64_t recorded_source,
                              const EventKind& attempted, std::uint64_t attempted_source) {
  const std::vector<Field> left = fields_of(recorded);
  const std::vector<Field> right = fields_of(attempted);
  if (recorded.index() != attempted.index()) {
    return {text_of_event(recorded, recorded_source, left, {}),
            text_of_event(attempted, attempted_source, right, {}), std::string()};
  }
  return {text_of_event(recorded, recorded_source, left, right),
          text_of_event(attempted, attempted_source, right, left), difference(left, right)};
}

}  // namespace duroxide::model
