#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace duroxide::gateway {

/// Which instances wait for the ends of which, to find those that cannot be copied: an import needs those that
/// its instance waits for to be there before it.
class WaitingGraph {
 public:
  /// `needed` are those that it waits for, of which any may be unknown. Once for each instance.
  void add(const std::string& instance, std::vector<std::string> needed);
  /// It cannot be copied, for this reason.
  void exclude(const std::string& instance, std::string why);

  /// Those that cannot be copied, with the reason: those that were excluded, those that wait for each other,
  /// and with one of them whatever waits for it or is waited for by it, so that nothing is torn apart.
  [[nodiscard]] std::map<std::string, std::string> excluded() const;

 private:
  using Reasons = std::map<std::string, std::string>;

  [[nodiscard]] std::map<std::string, std::vector<std::string>> waiting() const;
  void add_circles(Reasons& reasons) const;
  void add_neighbours(Reasons& reasons) const;

  std::map<std::string, std::vector<std::string>> needed_;
  Reasons excluded_;
};

}  // namespace duroxide::gateway
