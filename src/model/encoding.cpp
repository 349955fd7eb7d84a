#include "model/encoding.hpp"

#include <iterator>

#include "model/archive.hpp"
#include "model/serialization.hpp"

namespace duroxide::model {

std::string encode_events(const std::vector<Event>& events) {
  return encode(events);
}

SharedBytes encode_events_shared(const std::vector<Event>& events) {
  return encode_shared(events);
}

Result<std::vector<Event>, Flaw> decode_events(BytesView bytes) {
  return decode_shared<std::vector<Event>>(bytes);
}

Result<void, Flaw> decode_events_into(BytesView bytes, std::vector<Event>& events) {
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

SharedBytes encode_work_item_shared(const WorkItem& item, std::string_view in_front) {
  return encode_shared(item, in_front);
}

Result<WorkItem, Flaw> decode_work_item(BytesView bytes) {
  return decode_shared<WorkItem>(bytes);
}

std::string encode_error(const ErrorDetails& details) {
  return encode(details);
}

Result<ErrorDetails, Flaw> decode_error(std::string_view bytes) {
  return decode<ErrorDetails>(bytes);
}

}  // namespace duroxide::model
