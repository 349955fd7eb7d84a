#pragma once

// What a fleet of processes works off: instances of many kinds, each of which ends with the marks of its
// steps. A mark is new with each run of an activity and is written to a file before the activity returns, so
// a step that was counted twice, lost or made up shows in what an instance ended with.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <duroxide/duroxide.hpp>

namespace duroxide::postgres_test {

/// The marks of all processes of a fleet. Each is one append, so a killed process leaves no half of one.
class Marks {
 public:
  explicit Marks(const std::filesystem::path& file);
  ~Marks();
  Marks(const Marks&) = delete;
  Marks& operator=(const Marks&) = delete;

  /// A new one for a step, written down. Safe on any thread.
  std::string make(const std::string& step);
  /// Every mark that was written, with its step.
  [[nodiscard]] static std::map<std::string, std::string> all(const std::filesystem::path& file);

 private:
  int file_ = -1;
};

/// One of the instances, by its number in the fleet.
struct Piece {
  std::string instance;
  std::string orchestration;
  std::size_t steps = 0;  ///< that its end must tell of
  bool is_told = false;   ///< it waits for two events and a message
};

[[nodiscard]] Piece piece(std::size_t number);

void register_pieces(Runtime& runtime, Marks& marks);

/// Starts it, or finds it, and sends what it waits for. Tries again whatever fails, for two minutes, then
/// throws.
void start_piece(Client& client, const Piece& piece);

/// What is wrong with its end; nothing if all is well. Adds the marks that it has ended with to `counted`.
[[nodiscard]] std::vector<std::string> check_piece(
    const Client& client, const Piece& piece, const std::map<std::string, std::string>& written,
    std::map<std::string, std::string>& counted);

}  // namespace duroxide::postgres_test
