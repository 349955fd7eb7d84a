#pragma once

#include <optional>
#include <set>
#include <string>

#include <duroxide/version.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Which activities the workers of a runtime take, by the tag that `ActivityOptions::tag` gave them.
/// Tags compare exactly. An activity whose tag no running worker takes waits until one does.
class TagFilter {
 public:
  /// Only activities without a tag: the default.
  TagFilter() = default;
  [[nodiscard]] static TagFilter untagged() { return {}; }
  /// Only activities with one of these tags.
  [[nodiscard]] static TagFilter only(std::set<std::string> tags) {
    return {false, false, std::move(tags)};
  }
  /// Activities without a tag, or with one of these.
  [[nodiscard]] static TagFilter untagged_and(std::set<std::string> tags) {
    return {true, false, std::move(tags)};
  }
  /// Every activity.
  [[nodiscard]] static TagFilter any() { return {true, true, {}}; }
  /// None: a runtime that only runs orchestrations.
  [[nodiscard]] static TagFilter none() { return {false, false, {}}; }

  [[nodiscard]] bool accepts(const std::optional<std::string>& tag) const {
    return tag ? any_tag_ || tags_.contains(*tag) : untagged_;
  }
  [[nodiscard]] bool accepts_nothing() const { return !untagged_ && !any_tag_ && tags_.empty(); }
  [[nodiscard]] const std::set<std::string>& tags() const { return tags_; }

  bool operator==(const TagFilter&) const = default;

 private:
  TagFilter(bool untagged, bool any_tag, std::set<std::string> tags)
      : untagged_(untagged), any_tag_(any_tag), tags_(std::move(tags)) {}

  bool untagged_ = true;
  bool any_tag_ = false;
  std::set<std::string> tags_;
};

}  // namespace duroxide::DUROXIDE_ABI
