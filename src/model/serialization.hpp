#pragma once

// How each structure of the model is laid out in an archive; that of events and messages follows
// their tables. The version of a structure is raised when a field is added (read it only if
// `version` is high enough); fields are never removed or reordered.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <cereal/cereal.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>

#include <duroxide/events.hpp>
#include <duroxide/headers.hpp>
#include <duroxide/work_items.hpp>

#include "model/event_table.hpp"
#include "model/message_table.hpp"
#include "model/recent_headers.hpp"

namespace cereal {

template <class Archive>
void save(Archive& archive, const duroxide::Timestamp& time) {
  archive(duroxide::to_milliseconds(time));
}
template <class Archive>
void load(Archive& archive, duroxide::Timestamp& time) {
  std::int64_t milliseconds = 0;
  archive(milliseconds);
  time = duroxide::from_milliseconds(milliseconds);
}

template <class Archive>
void save(Archive& archive, const duroxide::Payload& payload) {
  if constexpr (requires { archive.payload(payload); }) {
    archive.payload(payload);
  } else {
    archive(payload.text());
  }
}
template <class Archive>
void load(Archive& archive, duroxide::Payload& payload) {
  if constexpr (requires { archive.payload(payload); }) {
    archive.payload(payload);
  } else {
    std::string text;
    archive(text);
    payload = duroxide::Payload(std::move(text));
  }
}

template <class Archive>
void save(Archive& archive, const duroxide::Headers& headers) {
  const std::string_view encoded = duroxide::model::encoded_headers(headers);
  archive(cereal::binary_data(encoded.data(), encoded.size()));
}
template <class Archive>
void load(Archive& archive, duroxide::Headers& headers) {
  auto read = duroxide::model::read_headers(archive.ahead());
  if (!read) {
    throw cereal::Exception(read.error().what);
  }
  archive.skip(read->bytes);
  headers = std::move(read->headers);
}

}  // namespace cereal

/// Declares the layout, as version 1: `DUROXIDE_LAYOUT(CarriedEvent, x.name, x.data)`.
#define DUROXIDE_LAYOUT(type, ...)                                         \
  template <class Archive>                                                 \
  void serialize(Archive& archive, type& x, std::uint32_t const version) { \
    ::duroxide::refuse_later<Archive, type>(version);                      \
    archive(__VA_ARGS__);                                                  \
  }

namespace duroxide::DUROXIDE_ABI {

/// Refuses what a later release has written with fields that this one does not know: they would be left
/// out without a word, and what stands behind them read as something else.
template <class Archive, class T>
void refuse_later(std::uint32_t version) {
  if constexpr (Archive::is_loading::value) {
    if (const std::uint32_t known = cereal::detail::Version<T>::version; version > known) {
      throw cereal::Exception("a structure has layout version " + std::to_string(version) +
                              ", this release knows versions up to " + std::to_string(known));
    }
  }
}

DUROXIDE_LAYOUT(ParentLink, x.instance, x.execution_id, x.event_id)
DUROXIDE_LAYOUT(ActivityTimeouts, x.run_ms, x.heartbeat_ms, x.start_ms)
DUROXIDE_LAYOUT(CarriedEvent, x.name, x.data)
DUROXIDE_LAYOUT(StoredValue, x.key, x.value, x.updated_at, x.version)
DUROXIDE_LAYOUT(CarriedState, x.events, x.messages, x.custom_status, x.custom_status_version,
                x.values, x.value_changes)

/// Refuses what this release has no name for: it would be shown, exported and judged as something else.
template <class Archive, class Enum>
void refuse_unknown(Enum value, Enum last, const char* what) {
  if constexpr (Archive::is_loading::value) {
    if (value > last) {
      throw cereal::Exception(std::string(what) + " number " +
                              std::to_string(static_cast<unsigned>(value)) +
                              " is not known to this release");
    }
  }
}

template <class Archive>
void serialize(Archive& archive, ErrorOrigin& x, std::uint32_t const version) {
  refuse_later<Archive, ErrorOrigin>(version);
  archive(x.kind, x.name, x.instance, x.execution_id, x.event_id);
  refuse_unknown<Archive>(x.kind, ErrorOrigin::Kind::orchestration, "origin of an error");
}
DUROXIDE_LAYOUT(NondeterminismReport, x.event_id, x.recorded, x.attempted, x.orchestration,
                x.version)
DUROXIDE_LAYOUT(ErrorData, x.type, x.payload)
template <class Archive>
void serialize(Archive& archive, ErrorDetails& x, std::uint32_t const version) {
  refuse_later<Archive, ErrorDetails>(version);
  archive(x.category, x.kind, x.message, x.subject, x.retryable, x.attempts, x.max_attempts,
          x.nondeterminism, x.chain);
  if (version >= 2) {
    archive(x.do_not_retry, x.data);
  }
  refuse_unknown<Archive>(x.category, ErrorCategory::poison, "category of an error");
  refuse_unknown<Archive>(x.kind, ErrorKind::cancellation_ignored, "kind of an error");
}
DUROXIDE_LAYOUT(Event, x.event_id, x.source_event_id, x.timestamp, x.kind)

/// The archive as what the tables' `fields` are told to.
template <class Archive>
class StoredLayout {
 public:
  StoredLayout(Archive& archive, std::uint32_t version) : archive_(archive), version_(version) {}
  [[nodiscard]] std::uint32_t layout_version() const { return version_; }
  void needed(const char* /*name*/, auto& value) { archive_(value); }
  void usual(const char* /*name*/, auto& value) { archive_(value); }

 private:
  Archive& archive_;
  std::uint32_t version_;
};

namespace event {

template <class Archive, model::HasEntry Kind>
void serialize(Archive& archive, Kind& x, std::uint32_t const version) {
  refuse_later<Archive, Kind>(version);
  StoredLayout layout(archive, version);
  model::KindOf<Kind>::fields(layout, x);
}

}  // namespace event

namespace work {

template <class Archive, model::HasMessageEntry Message>
void serialize(Archive& archive, Message& x, std::uint32_t const version) {
  refuse_later<Archive, Message>(version);
  StoredLayout layout(archive, version);
  model::MessageOf<Message>::fields(layout, x);
}

}  // namespace work

}  // namespace duroxide::DUROXIDE_ABI

CEREAL_CLASS_VERSION(duroxide::ParentLink, 1)
CEREAL_CLASS_VERSION(duroxide::ActivityTimeouts, 1)
CEREAL_CLASS_VERSION(duroxide::CarriedEvent, 1)
CEREAL_CLASS_VERSION(duroxide::StoredValue, 1)
CEREAL_CLASS_VERSION(duroxide::CarriedState, 1)
CEREAL_CLASS_VERSION(duroxide::ErrorOrigin, 1)
CEREAL_CLASS_VERSION(duroxide::NondeterminismReport, 1)
CEREAL_CLASS_VERSION(duroxide::ErrorData, 1)
CEREAL_CLASS_VERSION(duroxide::ErrorDetails, 2)
CEREAL_CLASS_VERSION(duroxide::Event, 1)

// What CEREAL_CLASS_VERSION declares for one structure, for all that have an entry in a table.
namespace cereal::detail {

template <duroxide::model::HasEntry Kind>
struct Version<Kind, version_binding_tag> {
  static constexpr std::uint32_t version = duroxide::model::KindOf<Kind>::layout_version;
};
template <duroxide::model::HasMessageEntry Message>
struct Version<Message, version_binding_tag> {
  static constexpr std::uint32_t version = duroxide::model::MessageOf<Message>::layout_version;
};

}  // namespace cereal::detail

namespace duroxide::model {

template <class Structure>
concept HasPlainLayout = requires {
  Structure::plain_layout_version;
};

template <HasEntry Kind>
requires HasPlainLayout<KindOf<Kind>>
struct PlainLayout<Kind> {
  [[nodiscard]] static std::uint32_t version() { return KindOf<Kind>::plain_layout_version; }
};
template <HasMessageEntry Message>
requires HasPlainLayout<MessageOf<Message>>
struct PlainLayout<Message> {
  [[nodiscard]] static std::uint32_t version() { return MessageOf<Message>::plain_layout_version; }
};

/// Whether it has headers; both an event or a message that may have some, and one that cannot.
template <class Structure>
[[nodiscard]] bool has_headers(const Structure& structure) {
  if constexpr (requires { structure.headers.has_value(); }) {
    return structure.headers.has_value();
  } else if constexpr (requires { structure.headers; }) {
    return !structure.headers.empty();
  } else {
    return false;
  }
}

template <>
struct IsPlain<WorkItem> {
  [[nodiscard]] static bool holds(const WorkItem& item) {
    return !std::visit([](const auto& each) { return has_headers(each); }, item);
  }
};
template <>
struct IsPlain<Event> {
  [[nodiscard]] static bool holds(const Event& event) {
    return !std::visit([](const auto& each) { return has_headers(each); }, event.kind);
  }
};
template <>
struct IsPlain<std::vector<Event>> {
  [[nodiscard]] static bool holds(const std::vector<Event>& events) {
    return std::all_of(events.begin(), events.end(), IsPlain<Event>::holds);
  }
};

}  // namespace duroxide::model
