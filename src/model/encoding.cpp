#include "model/encoding.hpp"

#include <iterator>

#include "model/archive.hpp"
#include "model/serialization.hpp"

namespace duroxide::model {

std::string encode_events(const std::vector<Event>& events) {
  return encode(events);
}

Result<std::vector<Event>, Flaw> decode_events(std::string_view bytes) {
  return decode<std::vector<Event>>(bytes);
}

Result<void, Flaw> decode_events_into(std::string_view bytes, std::vector<Event>& events) {
  auto decoded = decode_events(bytes);
  if (!decoded) {
    return failure(std::move(decoded).error());
  }
  events.insert(events.end(), std::make_move_iterator(decoded->begin()),
                std::make_move_iterator(decoded->end()));
  return {};
}

std::string encode_work_item(const WorkItem& item) {
  return encode(item);
}

std::string encode_behind(std::string_view bytes, const WorkItem& item) {
  std::string& room = record_room();
  room.append(bytes);
  append_record(room, item);
  return take_record(room);
}

Result<WorkItem, Flaw> decode_work_item(std::string_view bytes) {
  return decode<WorkItem>(bytes);
}

std::string encode_error(const ErrorDetails& details) {
  return encode(details);
}

Result<ErrorDetails, Flaw> decode_error(std::string_view bytes) {
  return decode<ErrorDetails>(bytes);
}

}  // namespace duroxide::model
