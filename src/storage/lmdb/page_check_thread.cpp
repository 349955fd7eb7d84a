#include "storage/lmdb/page_check_thread.hpp"

#include <algorithm>
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
constexpr std::chrono::milliseconds longest_rest = 1min;

}  // namespace

PageCheckThread::PageCheckThread(std::filesystem::path file, PagesChecked checked,
                                 Snapshots snapshots, LogSink log)
    : file_(std::move(file)),
      checked_(std::move(checked)),
      snapshots_(std::move(snapshots)),
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

void PageCheckThread::tell_of_trouble(const std::string& what) {
  if (!std::exchange(told_of_trouble_, true)) {
    tell(LogLevel::warn,
         "the check of `" + file_.string() +
             "` in the background is held up, and tries again now and then: " + what);
  }
}

void PageCheckThread::run() {
  // Low, but never starved: the owner may wait for the snapshot of a slice.
  yield_to_others();
  std::chrono::milliseconds rest = rest_between;
  for (Next next = check_slice(); next != Next::end; next = check_slice()) {
    rest = next == Next::try_later ? std::min(2 * rest, longest_rest) : rest_between;
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, rest, [this] { return stopped_.load(); })) {
      return;
    }
  }
}

PageCheckThread::Next PageCheckThread::found_damage(const ProviderError& damage,
                                                    std::size_t trees_before) {
  ++damaged_;
  tell(LogLevel::error, "a check in the background found: " + damage.message +
                            ". What does not need this page goes on; `verify` says what does");
  // The names of the tables must be read to come to the tables.
  return checked_.trees == trees_before ? Next::end : Next::go_on;
}

PageCheckThread::Next PageCheckThread::check_slice() {
  const std::size_t trees_before = checked_.trees;
  Next next = Next::go_on;
  try {
    const auto view = snapshots_.take();
    const auto end = std::chrono::steady_clock::now() + longest_slice;
    check_more_pages(file_, checked_, [&] {
      return !stopped_ && !snapshots_.wanted_back() && std::chrono::steady_clock::now() < end;
    });
  } catch (const StorageFailure& failed) {
    switch (failed.error().kind) {
      case ProviderError::Kind::closed:
        return Next::end;
      case ProviderError::Kind::corrupt:
        next = found_damage(failed.error(), trees_before);
        break;
      default:
        tell_of_trouble(failed.error().message);
        return Next::try_later;
    }
  } catch (const std::exception& failed) {
    tell_of_trouble(failed.what());
    return Next::try_later;
  }
  if (checked_.done) {
    done_ = true;
    return Next::end;
  }
  return next;
}

}  // namespace duroxide::storage
