#pragma once

// Encoded bytes in which long payloads are not copied: they stand there as the immutable texts that all
// copies of a `Payload` share. So what is written of a payload of a megabyte, a message, an event and a
// row of a queue, is in memory once.

#include <atomic>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <duroxide/payload.hpp>

#include "model/invariant.hpp"

namespace duroxide::model {

/// A payload of so many bytes or more is shared, and stands in a record once. Stored records count those of
/// that length, so it stays as it is.
inline constexpr std::size_t long_payload_bytes = 4096;

/// A long payload among the other bytes.
struct SharedPart {
  std::size_t at = 0;  ///< the byte of the text in front of which it stands
  Payload payload;
};

/// Bytes of which some are shared payloads. To read them is safe for any number of threads.
class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(std::string text) : text_(std::move(text)) {}  // NOLINT: a text is bytes
  SharedBytes(std::string_view text) : text_(text) {}        // NOLINT: likewise
  SharedBytes(const char* text) : text_(text) {}             // NOLINT: likewise
  /// `parts` are in the order of their places, none of which is behind the end of the text.
  SharedBytes(std::string text, std::vector<SharedPart> parts);
  SharedBytes(const SharedBytes& other);
  SharedBytes(SharedBytes&&) noexcept = default;
  SharedBytes& operator=(const SharedBytes& other);
  SharedBytes& operator=(SharedBytes&&) noexcept = default;
  ~SharedBytes() = default;

  /// Of the whole, shared payloads and all.
  [[nodiscard]] std::size_t size() const { return text_.size() + (shared_ ? shared_->bytes : 0); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// What is not shared.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::span<const SharedPart> parts() const {
    return shared_ ? std::span<const SharedPart>(shared_->parts) : std::span<const SharedPart>();
  }
  /// To change bytes in front of the first shared payload. Nobody else may read meanwhile.
  [[nodiscard]] std::string& changeable_text();

  /// The whole in one piece. It is put together when it is first asked for, and kept.
  [[nodiscard]] std::string_view bytes() const;

  friend bool operator==(const SharedBytes& left, const SharedBytes& right) {
    return left.bytes() == right.bytes();
  }
  template <std::convertible_to<std::string_view> Text>
  friend bool operator==(const SharedBytes& left, const Text& right) {
    return left.bytes() == std::string_view(right);
  }

 private:
  struct Shared {
    std::vector<SharedPart> parts;
    std::size_t bytes = 0;                                   ///< of the parts
    mutable std::atomic<const std::string*> whole{nullptr};  ///< once somebody has asked for it

    Shared() = default;
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;
    ~Shared() { delete whole.load(std::memory_order_relaxed); }
  };

  std::string text_;
  std::unique_ptr<Shared> shared_;  ///< null if nothing is shared
};

/// Bytes that are somebody else's, as they lie in one piece or with shared payloads among them. Converts
/// to a view of the one piece, which may have to be made for that.
class BytesView {
 public:
  BytesView() = default;
  BytesView(std::string_view bytes) : text_(bytes) {}    // NOLINT: they are bytes
  BytesView(const std::string& bytes) : text_(bytes) {}  // NOLINT: likewise
  BytesView(const char* bytes) : text_(bytes) {}         // NOLINT: likewise
  BytesView(const SharedBytes& of)                       // NOLINT: likewise
      : text_(of.text()), parts_(of.parts()), of_(parts_.empty() ? nullptr : &of) {}

  [[nodiscard]] std::size_t size() const {
    return of_ == nullptr ? text_.size() : of_->size() - left_out_;
  }
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// What is not shared.
  [[nodiscard]] std::string_view text() const { return text_; }
  /// What stands in front of the first shared payload.
  [[nodiscard]] std::string_view head() const {
    return parts_.empty() ? text_ : text_.substr(0, parts_.front().at - left_out_);
  }
  [[nodiscard]] bool has_parts() const { return !parts_.empty(); }
  [[nodiscard]] std::span<const SharedPart> parts() const { return parts_; }
  /// Where in `text` that part stands.
  [[nodiscard]] std::size_t place_of(const SharedPart& part) const { return part.at - left_out_; }
  /// Without so many bytes of the head.
  [[nodiscard]] BytesView behind(std::size_t bytes) const {
    DUROXIDE_INVARIANT(bytes <= head().size(), "what is left out stands in front of all payloads");
    BytesView rest = *this;
    rest.text_.remove_prefix(bytes);
    rest.left_out_ += of_ == nullptr ? 0 : bytes;
    return rest;
  }

  [[nodiscard]] std::string_view bytes() const {
    return of_ == nullptr ? text_ : of_->bytes().substr(left_out_);
  }
  operator std::string_view() const { return bytes(); }  // NOLINT: see above

  /// Calls `visit` with each piece, in order.
  template <class Visit>
  void each_piece(const Visit& visit) const {
    std::size_t begin = 0;
    for (const SharedPart& part : parts_) {
      const std::size_t end = place_of(part);
      visit(text_.substr(begin, end - begin));
      visit(std::string_view(part.payload));
      begin = end;
    }
    visit(text_.substr(begin));
  }

  template <std::convertible_to<std::string_view> Text>
  friend bool operator==(const BytesView& left, const Text& right) {
    return left.bytes() == std::string_view(right);
  }

 private:
  std::string_view text_;
  std::span<const SharedPart> parts_;
  const SharedBytes* of_ = nullptr;  ///< whose they are, if some are shared
  std::size_t left_out_ = 0;         ///< bytes of its text in front of these
};

}  // namespace duroxide::model
