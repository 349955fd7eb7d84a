#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <duroxide/tags.hpp>

#include "storage/common.hpp"

namespace duroxide::storage {

/// Who asks for the items of one queue, and which names they have given back since they have no code for
/// them. Who asks stands for a runtime, as each has one actor that fetches turns and one that fetches
/// activities, and what a runtime has registered stays the same while it runs. In memory only.
class UnknownNames {
 public:
  /// Whoever starts instances may name what he likes.
  static constexpr std::size_t most_names = 10'000;

  /// Somebody asks. True if that is the first time since it has come.
  bool asks(Holder holder, const TagFilter& tags);
  /// It asks no more, and what it knows no longer matters. False if it has never asked.
  bool leaves(Holder holder);

  /// Whether anybody has given back anything. Nearly always nobody has, and then nothing else here need be
  /// asked.
  [[nodiscard]] bool any() const { return !unknown_.empty(); }
  /// `holder` has given back something of this name, and says what that waits for, if it does. Beyond
  /// `most_names` all are forgotten first: each is offered once more then.
  void add(const std::string& name, Holder holder, const std::optional<std::string>& waiting_for);
  /// What others of this name wait for, as whoever has given it back has said last; null if nobody has.
  [[nodiscard]] const std::string* waiting_for(const std::string& name) const;
  [[nodiscard]] bool is_unknown(const std::string& name, Holder holder) const;
  /// All are to be tried again.
  void forget() { unknown_.clear(); }

  /// Whether somebody asks who has not given it back and whom `suits(holder, tags)` accepts.
  template <class Suits>
  [[nodiscard]] bool another_may_know(const std::string& name, const Suits& suits) const {
    for (const auto& [holder, tags] : askers_) {
      if (!is_unknown(name, holder) && suits(holder, tags)) {
        return true;
      }
    }
    return false;
  }

 private:
  std::map<Holder, TagFilter> askers_;
  struct Unknown {
    std::vector<Holder> holders;
    std::optional<std::string> waiting_for;
  };
  std::unordered_map<std::string, Unknown> unknown_;
};

/// What waits for somebody who knows it: items that are left to others than those who have given them
/// back, and the keys of those that all have given back, which are held back for a while.
template <class Item, class Key>
class LeftItems {
 public:
  /// The next that is left to others goes in line behind those of the same `name` and `lane`. `lane` is a
  /// text that is equal for what the same holders take.
  void leave(const std::string& name, const std::string& lane, Item item) {
    Line& line = names_[name][lane];
    line.emplace_back(++newest_, std::move(item));
    ++size_;
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Takes out the oldest of a name that `knows(name)` and that `takes(item)`; of one lane, all or none are
  /// taken. Each name is asked for once, and the lanes of none that is not known.
  template <class Knows, class Takes>
  [[nodiscard]] std::optional<Item> take(const Knows& knows, const Takes& takes) {
    auto best_name = names_.end();
    typename Lines::iterator best;
    for (auto name = names_.begin(); name != names_.end(); ++name) {
      if (!knows(name->first)) {
        continue;
      }
      for (auto line = name->second.begin(); line != name->second.end(); ++line) {
        const auto& [order, item] = line->second.front();
        if ((best_name == names_.end() || order < best->second.front().first) && takes(item)) {
          best_name = name;
          best = line;
        }
      }
    }
    if (best_name == names_.end()) {
      return std::nullopt;
    }
    Item item = std::move(best->second.front().second);
    best->second.pop_front();
    if (best->second.empty()) {
      best_name->second.erase(best);
    }
    if (best_name->second.empty()) {
      names_.erase(best_name);
    }
    --size_;
    return item;
  }

  /// What is handed out next: what was left and what waits in the queue in turn, as long as there is both.
  /// Each of the two functions takes one out, or nothing.
  template <class TakeLeft, class TakeQueued>
  [[nodiscard]] std::optional<Item> next(const TakeLeft& take_left, const TakeQueued& take_queued) {
    if (last_was_left_) {
      if (auto queued = take_queued()) {
        last_was_left_ = false;
        return queued;
      }
    }
    if (auto item = take_left()) {
      last_was_left_ = true;
      return item;
    }
    return std::exchange(last_was_left_, false) ? std::nullopt : take_queued();
  }

  /// Takes out all, the oldest of each line first.
  [[nodiscard]] std::vector<Item> take_all() {
    std::vector<Item> all;
    all.reserve(size_);
    for (auto& [name, lines] : names_) {
      for (auto& [lane, line] : lines) {
        for (auto& [order, item] : line) {
          all.push_back(std::move(item));
        }
      }
    }
    names_.clear();
    size_ = 0;
    return all;
  }

  /// All have given it back: it is held back, and tried again at once when somebody comes who has not.
  void held_back(const Key& key) { held_back_.insert(key); }
  void no_longer_held_back(const Key& key) { held_back_.erase(key); }
  [[nodiscard]] bool any_held_back() const { return !held_back_.empty(); }
  [[nodiscard]] bool is_held_back(const Key& key) const { return held_back_.contains(key); }

 private:
  using Line = std::deque<std::pair<std::uint64_t, Item>>;
  using Lines = std::map<std::string, Line>;  ///< by lane

  std::map<std::string, Lines> names_;  ///< none is empty, nor any line of it
  std::size_t size_ = 0;
  std::uint64_t newest_ = 0;
  bool last_was_left_ = false;
  std::set<Key> held_back_;
};

/// Of one queue.
template <class Item, class Key>
struct Unregistered {
  UnknownNames names;
  LeftItems<Item, Key> left;
};

}  // namespace duroxide::storage
