#include "tracing/span_ring.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "model/invariant.hpp"

namespace duroxide::tracing {

std::optional<std::uint64_t> SpanRing::push(const Span& span) {
  const std::array<std::string_view, texts> all{span.instance, span.name, span.version, span.error};
  std::size_t bytes = 0;
  for (const std::string_view text : all) {
    bytes += text.size();
  }
  // Before a place is taken, which would stay unfinished if there is no memory.
  std::unique_ptr<char[]> long_text(bytes > text_room ? new (std::nothrow) char[bytes] : nullptr);
  if (bytes > text_room && !long_text) {
    return std::nullopt;
  }

  std::uint64_t position = next_.load(std::memory_order_relaxed);
  while (true) {
    const std::uint64_t state = slot_of(position).state.load(std::memory_order_acquire);
    if (state == free_state(position)) {
      if (next_.compare_exchange_weak(position, position + 1)) {
        break;
      }
    } else if (state < free_state(position)) {
      return std::nullopt;  // what was put there one round ago has not been taken out
    } else {
      position = next_.load(std::memory_order_relaxed);  // somebody else has it
    }
  }

  Slot& slot = slot_of(position);
  slot.numbers = span.numbers;
  slot.long_text = std::move(long_text);  // and that of the round before is given back
  char* target = slot.long_text ? slot.long_text.get() : slot.text.data();
  for (std::size_t i = 0; i < texts; ++i) {
    slot.sizes[i] = static_cast<std::uint32_t>(all[i].size());
    target = std::copy(all[i].begin(), all[i].end(), target);
  }
  slot.state.store(free_state(position) + 1);
  return position;
}

bool SpanRing::is_empty() const {
  const std::uint64_t head = popped();
  return slot_of(head).state.load() != free_state(head) + 1;
}

Span SpanRing::front() const {
  const Slot& slot = slot_of(popped());
  const char* text = slot.long_text ? slot.long_text.get() : slot.text.data();
  const auto take = [&](Text which) {
    const std::string_view taken(text, slot.sizes[which]);
    text += taken.size();
    return taken;
  };
  Span span;
  span.numbers = slot.numbers;
  span.instance = take(instance);
  span.name = take(name);
  span.version = take(version);
  span.error = take(error);
  return span;
}

void SpanRing::pop_front() {
  DUROXIDE_INVARIANT(!is_empty(), "a span that is taken out of the ring is there");
  const std::uint64_t head = popped();
  Slot& slot = slot_of(head);
  slot.state.store(free_state(head) + 2, std::memory_order_release);
  head_.store(head + 1, std::memory_order_relaxed);
}

}  // namespace duroxide::tracing
