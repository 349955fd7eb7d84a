#include "gateway/copy/copy_report.hpp"

#include <cstddef>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/json_text.hpp"

namespace duroxide::gateway {

namespace {

using nlohmann::json;

constexpr std::size_t most_told = 1'000;

void note(std::vector<RefusedInstance>& list, const std::string& instance, std::string why) {
  if (list.size() < most_told) {
    list.push_back({instance, std::move(why)});
  }
}

json json_of_list(const std::vector<RefusedInstance>& list) {
  json told = json::array();
  for (const RefusedInstance& each : list) {
    told.push_back({{"instance_id", each.instance_id}, {"why", json_of_text(each.why)}});
  }
  return told;
}

}  // namespace

void CopyReport::note_different(const std::string& instance, std::string why) {
  ++different;
  note(differences, instance, std::move(why));
}

void CopyReport::note_running(const std::string& instance) {
  ++running;
  if (still_running.size() < most_told) {
    still_running.push_back(instance);
  }
}

void CopyReport::note_refused(const std::string& instance, std::string why) {
  ++refused;
  note(refusals, instance, std::move(why));
}

std::string CopyReport::so_far() const {
  if (is_dry) {
    return "nothing was copied";
  }
  return std::to_string(copied) + " instances are copied; the same command goes on with the rest" +
         (has_paused ? ", and both stores stay paused until then" : "");
}

json json_of(const CopyReport& report) {
  return {{report.is_dry ? "would_copy" : "copied", report.copied},
          {"already_there", report.already_there},
          {"different", report.different},
          {"differences", json_of_list(report.differences)},
          {"running", report.running},
          {"still_running", report.still_running},
          {"refused", report.refused},
          {"refusals", json_of_list(report.refusals)},
          {"paused", report.has_paused}};
}

}  // namespace duroxide::gateway
