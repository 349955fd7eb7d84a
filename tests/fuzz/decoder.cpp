// Everything that is read back from stored bytes, or from a text that a caller brings. A decoder gives a
// flaw or a value, takes no more memory than its input accounts for, and a value that is encoded again
// is read as the same.
//
// Input: which decoder, whether to mend the checksum, then the bytes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/activity.hpp>
#include <duroxide/codec.hpp>
#include <duroxide/instance_export.hpp>

#include "engine/records.hpp"
#include "fuzz/allocations.hpp"
#include "fuzz/bytes.hpp"
#include "fuzz/record_samples.hpp"
#include "fuzz/target.hpp"
#include "model/archive.hpp"
#include "model/encoding.hpp"
#include "model/json_text.hpp"
#include "model/shared_bytes.hpp"
#include "queries/page_cursor.hpp"
#include "storage/keys.hpp"
#include "storage/log/commit_body.hpp"
#include "storage/storage_failure.hpp"

namespace duroxide::fuzz {

const char* const target_name = "decoder";

namespace {

/// Decodes, encodes, and does so again.
template <class Decode, class Encode>
void check(const char* what, std::string_view bytes, Decode decode, Encode encode) {
  const auto value = decode(bytes);
  if (!value) {
    return;
  }
  const std::string again = encode(*value);
  const auto same = decode(std::string_view(again));
  require(static_cast<bool>(same), std::string(what) + " that was decoded cannot be decoded again");
  require(encode(*same) == again, std::string(what) + " is another one when it is encoded again");
}

/// Whether bytes with shared payloads, and the same in one piece, are read as what was encoded.
template <class Decode, class Encode, class EncodeShared>
void check_shared(const char* what, std::string_view bytes, Decode decode, Encode encode,
                  EncodeShared encode_shared) {
  check(what, bytes, decode, encode);
  const auto value = decode(bytes);
  if (!value) {
    return;
  }
  const std::string expected = encode(*value);
  const model::SharedBytes shared = encode_shared(*value);
  for (const model::BytesView view : {model::BytesView(shared), model::BytesView(shared.bytes())}) {
    const auto same = decode(view);
    require(same && encode(*same) == expected,
            std::string(what) + " is another one when its payloads are shared");
  }
}

// --- stored records ---

void check_events(std::string_view bytes) {
  check_shared("a record of events", bytes, model::decode_events, model::encode_events,
               model::encode_events_shared);
}
void check_work_item(std::string_view bytes) {
  check_shared("a message", bytes, model::decode_work_item, model::encode_work_item,
               [](const WorkItem& item) { return model::encode_work_item_shared(item); });
}
void check_error(std::string_view bytes) {
  check("an error", bytes, model::decode_error, model::encode_error);
}
void check_instance(std::string_view bytes) {
  (void)storage::updated_at_of_instance(bytes);
  check("an instance", bytes, storage::decode_instance, storage::encode_instance);
}
void check_execution(std::string_view bytes) {
  check("an execution", bytes, storage::decode_execution, storage::encode_execution);
}
void check_result(std::string_view bytes) {
  check("a result", bytes, storage::decode_result, [](const OrchestrationStatus& status) {
    return status.is_completed() ? storage::encode_completed(status.output())
                                 : storage::encode_failed(*status.error());
  });
}
void check_custom_status(std::string_view bytes) {
  check("a custom status", bytes, storage::decode_custom_status, storage::encode_custom_status);
}
void check_value(std::string_view bytes) {
  check(
      "a value", bytes, [](std::string_view each) { return storage::decode_value("key", each); },
      storage::encode_value);
}
void check_activity_row(std::string_view bytes) {
  (void)storage::opening_of_activity_row(bytes);
  (void)storage::lane_of_activity_row(bytes);
  std::string counted(bytes);
  storage::count_first_delivery(counted);
  require(counted.size() == bytes.size(), "a count has changed the size of a row");
  check_shared("a row of work", bytes, storage::decode_activity_row, storage::encode_activity_row,
               storage::encode_activity_row_shared);
}
void check_progress(std::string_view bytes) {
  check("a heartbeat", bytes, storage::decode_progress, storage::encode_progress);
}
void check_quarantine(std::string_view bytes) {
  check("a quarantine", bytes, storage::decode_quarantine, storage::encode_quarantine);
}
std::optional<storage::Changes> changes_in(std::string_view bytes,
                                           model::Checked (*decode_onto)(storage::Changes&,
                                                                         std::string_view)) {
  storage::Changes changes;
  return decode_onto(changes, bytes) ? std::optional(std::move(changes)) : std::nullopt;
}
void check_journal(std::string_view bytes) {
  check(
      "a row of the journal", bytes,
      [](std::string_view row) { return changes_in(row, storage::decode_changes_onto); },
      storage::encode_changes);
}
void check_commit(std::string_view bytes) {
  check(
      "a commit", bytes,
      [](std::string_view body) { return changes_in(body, storage::decode_body_onto); },
      [](const storage::Changes& changes) {
        const storage::CommitRecord record = storage::record_of(changes);
        return record.bytes().substr(storage::commit_header_bytes, record.body_bytes());
      });
}

// --- keys and texts ---

void check_keys(std::string_view bytes) {
  check("a key of work", bytes, storage::WorkKey::parse,
        [](const storage::WorkKey& key) { return key.bytes(); });
  check("a key of a timer", bytes, storage::TimerRow::parse,
        [](const storage::TimerRow& row) { return row.bytes(); });
  check("a key of a delay", bytes, storage::TimerRow::parse_delayed,
        [](const storage::TimerRow& row) { return row.delayed_bytes(); });
  (void)storage::stored_number(bytes);
}
void check_cursor(std::string_view bytes) {
  for (const InstanceOrder order :
       {InstanceOrder::created, InstanceOrder::updated, InstanceOrder::id}) {
    InstanceFilter filter;
    filter.order = order;
    const auto decode = [&](std::string_view cursor) -> std::optional<storage::Place> {
      try {
        return storage::decode_cursor(filter, cursor);
      } catch (const storage::StorageFailure&) {
        return std::nullopt;
      }
    };
    check("a cursor", bytes, decode,
          [&](const storage::Place& place) { return storage::encode_cursor(filter, place); });
  }
}
void check_token(std::string_view bytes) {
  check("a token", bytes, ActivityToken::parse,
        [](const ActivityToken& token) { return token.to_string(); });
}
void check_time(std::string_view bytes) {
  check("a time", bytes, model::from_iso,
        [](Timestamp time) { return model::to_iso(time).value(); });
  check("base64", bytes, model::from_base64, model::to_base64);
}
void check_document(std::string_view bytes) {
  check("a document", bytes, instance_from_json,
        [](const InstanceExport& exported) { return to_json(exported); });
}
void check_payload(std::string_view bytes) {
  using Payload = std::map<std::string, std::vector<std::optional<std::int64_t>>>;
  const auto decode = [](std::string_view text) {
    return decode_payload<Payload>(std::string(text));
  };
  check("a payload", bytes, decode,
        [](const Payload& payload) { return encode_payload(payload).value(); });
}

struct Decoder {
  SampleKind kind;
  void (*check)(std::string_view bytes);
};

constexpr std::array decoders{
    Decoder{SampleKind::events, check_events},
    Decoder{SampleKind::work_item, check_work_item},
    Decoder{SampleKind::error, check_error},
    Decoder{SampleKind::instance, check_instance},
    Decoder{SampleKind::execution, check_execution},
    Decoder{SampleKind::result, check_result},
    Decoder{SampleKind::custom_status, check_custom_status},
    Decoder{SampleKind::value, check_value},
    Decoder{SampleKind::activity_row, check_activity_row},
    Decoder{SampleKind::progress, check_progress},
    Decoder{SampleKind::quarantine, check_quarantine},
    Decoder{SampleKind::journal, check_journal},
    Decoder{SampleKind::key, check_keys},
    Decoder{SampleKind::cursor, check_cursor},
    Decoder{SampleKind::token, check_token},
    Decoder{SampleKind::time, check_time},
    Decoder{SampleKind::document, check_document},
    Decoder{SampleKind::payload, check_payload},
    Decoder{SampleKind::commit, check_commit},
};

/// Puts the right checksum into the record, which begins somewhere in `bytes`.
void mend(SampleKind kind, std::string& bytes) {
  const std::size_t begin = place_of_record(kind, bytes);
  if (begin < bytes.size() && bytes.size() - begin >= model::record_header_bytes) {
    std::string record = bytes.substr(begin);
    const bool has_repeats = record.front() == model::record_format_with_repeats;
    model::seal_record(record, 0,
                       has_repeats ? model::record_format_with_repeats : model::record_format);
    bytes.replace(begin, record.size(), record);
  }
}

}  // namespace

void try_input(std::string_view input) {
  Bytes bytes(input);
  const Decoder& decoder = decoders.at(bytes.byte() % decoders.size());
  const bool mended = bytes.byte() % 2 == 1;
  std::string content(bytes.rest());
  if (mended) {
    mend(decoder.kind, content);
  }
  const AllocationWatch watch;
  decoder.check(content);
  // An element of a few bytes becomes a structure of some hundred. The parser of payloads takes 64 KiB
  // whatever it is to parse.
  const std::size_t most = (std::size_t{72} << 10U) + 1024 * content.size();
  require(watch.largest() <= most, std::to_string(watch.largest()) +
                                       " bytes were asked for at once, for an input of " +
                                       std::to_string(content.size()));
}

std::vector<Sample> samples() {
  std::vector<Sample> found;
  for (const RecordSample& sample : record_samples()) {
    for (std::size_t i = 0; i < decoders.size(); ++i) {
      if (decoders.at(i).kind == sample.kind) {
        found.push_back({sample.name, std::string{static_cast<char>(i), '\x01'} + sample.bytes});
      }
    }
  }
  return found;
}

}  // namespace duroxide::fuzz
