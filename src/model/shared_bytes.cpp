#include "model/shared_bytes.hpp"

#include "model/invariant.hpp"

namespace duroxide::model {

SharedBytes::SharedBytes(std::string text, std::vector<SharedPart> parts) : text_(std::move(text)) {
  if (parts.empty()) {
    return;
  }
  shared_ = std::make_unique<Shared>();
  std::size_t last = 0;
  for (const SharedPart& part : parts) {
    DUROXIDE_INVARIANT(last <= part.at && part.at <= text_.size(),
                       "shared payloads stand within the text, in order");
    last = part.at;
    shared_->bytes += part.payload.size();
  }
  shared_->parts = std::move(parts);
}

SharedBytes::SharedBytes(const SharedBytes& other) : text_(other.text_) {
  if (other.shared_) {
    shared_ = std::make_unique<Shared>();
    shared_->parts = other.shared_->parts;
    shared_->bytes = other.shared_->bytes;
  }
}

SharedBytes& SharedBytes::operator=(const SharedBytes& other) {
  if (this != &other) {
    *this = SharedBytes(other);
  }
  return *this;
}

std::string& SharedBytes::changeable_text() {
  if (shared_) {
    delete shared_->whole.exchange(nullptr, std::memory_order_relaxed);
  }
  return text_;
}

std::string_view SharedBytes::bytes() const {
  if (!shared_) {
    return text_;
  }
  if (const std::string* whole = shared_->whole.load(std::memory_order_acquire)) {
    return *whole;
  }
  auto made = std::make_unique<std::string>();
  made->reserve(size());
  BytesView(*this).each_piece([&](std::string_view piece) { made->append(piece); });
  const std::string* expected = nullptr;
  if (shared_->whole.compare_exchange_strong(expected, made.get(), std::memory_order_acq_rel)) {
    return *made.release();
  }
  return *expected;  // another thread was faster
}

}  // namespace duroxide::model
