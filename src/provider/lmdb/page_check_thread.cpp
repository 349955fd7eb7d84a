#include "provider/lmdb/page_check_thread.hpp"

#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include "model/background.hpp"

namespace duroxide::storage {

namespace {

using namespace std::chrono_literals;

constexpr auto longest_slice = 5ms;
constexpr auto rest_between = 20 * longest_slice;

}  // namespace

PageCheckThread::PageCheckThread(std::filesystem::path file, PagesChecked checked,
                                 TakeSnapshot take_snapshot, LogSink log)
    : file_(std::move(file)),
      checked_(std::move(checked)),
      take_snapshot_(std::move(take_snapshot)),
      log_(std::move(log)) {
  if (checked_.done) {
    done_ = true;
    return;
  }
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& failed) {
    tell(LogLevel::warn, "there is no thread to check the rest of `" + file_.string() +
                             "` in the background (" + failed.what() +
                             "); `verify` checks all of it");
  }
}

void PageCheckThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void PageCheckThread::tell(LogLevel level, std::string message) const {
  if (log_) {
    LogRecord record;
    record.level = level;
    record.message = std::move(message);
    log_(record);
  }
}

void PageCheckThread::run() {
  // Low, but never starved: the owner may wait for the snapshot of a slice.
  yield_to_others();
  while (check_slice()) {
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, rest_between, [this] { return stopped_.load(); })) {
      return;
    }
  }
}

bool PageCheckThread::check_slice() {
  const std::size_t before = checked_.trees;
  try {
    const auto view = take_snapshot_();
    const auto end = std::chrono::steady_clock::now() + longest_slice;
    check_more_pages(file_, checked_,
                     [&] { return !stopped_ && std::chrono::steady_clock::now() < end; });
  } catch (const StorageFailure& failed) {
    if (failed.error().kind != ProviderError::Kind::corrupt) {
      if (failed.error().kind != ProviderError::Kind::closed) {
        tell(LogLevel::warn, "the check of `" + file_.string() +
                                 "` in the background broke off: " + failed.error().message);
      }
      return false;
    }
    ++damaged_;
    tell(LogLevel::error, "a check in the background found: " + failed.error().message +
                              ". What does not need this page goes on; `verify` says what does");
    // The names of the tables must be read to come to the tables.
    if (checked_.trees == before) {
      return false;
    }
  } catch (const std::exception& failed) {
    tell(LogLevel::warn,
         "the check of `" + file_.string() + "` in the background broke off: " + failed.what());
    return false;
  }
  if (checked_.done) {
    done_ = true;
  }
  return !checked_.done;
}

}  // namespace duroxide::storage
