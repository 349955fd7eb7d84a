#pragma once

namespace duroxide::model {

/// Marks the calling thread, which is one of the engine's, as lent to a user's code: an orchestration,
/// a callback, a log sink. Whoever waits for the engine there waits for this very thread, so every
/// blocking call asks `lent_to` first and is refused with an error.
///
/// The threads of activities are never marked: they are there to block.
class LentThread {
 public:
  /// `to` says what runs there, for a message ("made from …"); it must be a literal.
  explicit LentThread(const char* to);
  ~LentThread();
  LentThread(const LentThread&) = delete;
  LentThread& operator=(const LentThread&) = delete;

  /// What the calling thread is lent to; null if it is not.
  [[nodiscard]] static const char* lent_to();

 private:
  const char* before_;
};

}  // namespace duroxide::model
