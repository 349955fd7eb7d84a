#include "model/repeated_payloads.hpp"

#include <cereal/cereal.hpp>

namespace duroxide::model {

WrittenPayloads::WrittenPayloads(std::size_t count) : are_many_(count > most_compared_payloads) {
  if (!are_many_) {
    written_.reserve(count);
  }
}

std::optional<std::uint64_t> WrittenPayloads::find(const Payload& payload) const {
  if (are_many_) {
    if (const auto known = numbers_.find(&payload.text()); known != numbers_.end()) {
      return known->second;
    }
  }
  return find_among_last(written_, payload,
                         [](const Payload* each) -> const Payload& { return *each; });
}

void WrittenPayloads::note(const Payload& payload, std::uint64_t number) {
  if (are_many_) {
    numbers_.insert_or_assign(&payload.text(), number);
  }
}

std::optional<std::uint64_t> WrittenPayloads::find_or_add(const Payload& payload) {
  const auto found = find(payload);
  if (found && payload.size() <= most_repeated_bytes - repeated_bytes_) {
    repeated_bytes_ += payload.size();
    note(payload, *found);
    return found;
  }
  note(payload, written_.size());
  written_.push_back(&payload);
  return std::nullopt;
}

const Payload& ReadPayloads::repeated(std::uint64_t number) {
  if (number >= read_.size()) {
    throw cereal::Exception("payload " + std::to_string(number) + " is repeated where " +
                            std::to_string(read_.size()) + " came before");
  }
  const Payload& payload = read_[static_cast<std::size_t>(number)];
  if (payload.size() > most_repeated_bytes - repeated_bytes_) {
    throw cereal::Exception("more than " + std::to_string(most_repeated_bytes) +
                            " bytes of payloads are repeated");
  }
  repeated_bytes_ += payload.size();
  return payload;
}

}  // namespace duroxide::model
