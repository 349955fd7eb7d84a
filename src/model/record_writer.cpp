#include "model/record_writer.hpp"

#include "model/repeated_payloads.hpp"

namespace duroxide::model {

void RecordWriter::share(const Payload& payload) {
  const auto before = find_among_last(
      *parts_, payload, [](const SharedPart& part) -> const Payload& { return part.payload; });
  if (before && payload.size() <= most_repeated_bytes - repeated_bytes_) {
    number(repeats_payload | *before);
    repeated_bytes_ += payload.size();
    return;
  }
  number(static_cast<cereal::size_type>(payload.size()));
  parts_->push_back({target_.size(), payload});
}

}  // namespace duroxide::model
