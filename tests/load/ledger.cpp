#include "load/ledger.hpp"

#include <stdexcept>
#include <utility>

namespace duroxide::load {

namespace {

constexpr std::size_t kept_problems = 100;

}  // namespace

void Ledger::count(const std::string& what, std::uint64_t times) {
  const std::lock_guard lock(mutex_);
  counts_[what] += times;
}

std::uint64_t Ledger::count_of(const std::string& what) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(what);
  return found == counts_.end() ? 0 : found->second;
}

std::map<std::string, std::uint64_t> Ledger::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void Ledger::problem(const std::string& what) {
  const std::lock_guard lock(mutex_);
  if (problems_.size() < kept_problems) {
    problems_.push_back(what);
  }
}

std::vector<std::string> Ledger::problems() const {
  const std::lock_guard lock(mutex_);
  return problems_;
}

bool Ledger::is_first(const std::string& key) {
  const std::lock_guard lock(mutex_);
  return first_.insert(key).second;
}

void Ledger::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  first_.erase(key);
}

void Ledger::offer(const std::string& key, const ActivityToken& token) {
  const std::lock_guard lock(mutex_);
  tokens_.insert_or_assign(key, token);
  offered_.notify_all();
}

ActivityToken Ledger::take(const std::string& key) {
  std::unique_lock lock(mutex_);
  if (!offered_.wait_for(lock, ample, [&] { return tokens_.contains(key); })) {
    throw std::runtime_error("the activity of " + key + " was not handed out");
  }
  return tokens_.extract(key).mapped();
}

void Ledger::leave_something_behind() {
  if (leak_ > 0) {
    const std::lock_guard lock(mutex_);
    leaked_.push_front(std::make_unique<char[]>(leak_));
  }
}

Frame::Frame(Ledger& ledger) : ledger_(ledger) {
  ++ledger_.frames_;
  ledger_.leave_something_behind();
}

Frame::~Frame() {
  --ledger_.frames_;
}

}  // namespace duroxide::load
