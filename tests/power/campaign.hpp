#pragma once

// Runs a workload, and looks at many of the images that a loss of power could have left of it.

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "power/checker.hpp"
#include "power/disk.hpp"
#include "power/workloads.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::power {

/// A workload that has run, with the trace of what it did to its files.
class Recording {
 public:
  /// Runs it, in processes of its own. Throws `std::runtime_error` if it fails, or if the trace does
  /// not say of every file what is in it.
  Recording(const Workload& workload, std::uint64_t seed);
  /// A trace that was kept.
  Recording(const Workload& workload, const std::filesystem::path& trace);

  [[nodiscard]] const Workload& workload() const { return workload_; }
  [[nodiscard]] const Trace& trace() const { return trace_; }
  [[nodiscard]] const std::filesystem::path& trace_file() const { return trace_file_; }

 private:
  void run(std::uint64_t seed);

  Workload workload_;
  testing::TempDir directory_;
  std::filesystem::path trace_file_;
  Trace trace_;
};

/// One image: when the power is lost, and what is lost with it. All of it follows from the seed and
/// the number.
struct Image {
  std::uint64_t number = 0;
  Position cut = 0;
  Loss loss = Loss::all;
  std::uint64_t seed = 0;
  Depth depth = Depth::look;
};
[[nodiscard]] Image image_of(const Trace& trace, std::uint64_t seed, std::uint64_t number);

struct Campaign {
  std::uint64_t seed = 1;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  Disk::Flushes flushes = Disk::Flushes::work;
};

struct Outcome {
  std::uint64_t looked_at = 0;
  std::uint64_t gone_on_with = 0;
  std::array<std::uint64_t, loss_count> by_loss{};
  /// An image that is not as it should be, with what is wrong.
  struct Failure {
    Image image;
    std::string what;
  };
  std::vector<Failure> failures;
};

/// Looks at images in processes of their own, as many at once as there are cores; one that ends the
/// process that looks at it is a failure as well.
[[nodiscard]] Outcome look_at_images(const Recording& recording, const Campaign& campaign);

/// Writes the image, and the trace beside it, where they stay. Gives the directory.
[[nodiscard]] std::filesystem::path keep(const Recording& recording, const Image& image);

}  // namespace duroxide::power
