#include "power/facts.hpp"

#include <stdexcept>

#include "power/recorder.hpp"
#include "power/trace.hpp"

namespace duroxide::power {

namespace {

using Fields = std::vector<std::string>;
using Learner = void (*)(KnownInstance&, const Fields&);

std::uint64_t number(const std::string& text) {
  return std::stoull(text);
}

void start(KnownInstance& known, const Fields& fields) {
  known = {};
  known.presence = KnownInstance::Presence::present;
  known.orchestration = fields.at(2);
  known.input = fields.at(3);
  known.tags.assign(fields.begin() + 4, fields.end());
}

/// What is noted of one instance. The first field is the word, the second the instance.
const std::map<std::string, Learner>& learners() {
  static const std::map<std::string, Learner> all{
      {"started", start},
      {"sent",
       [](KnownInstance& known, const Fields& fields) { known.messages.push_back(fields.at(2)); }},
      {"begun",
       [](KnownInstance& known, const Fields& fields) {
         known.begun.emplace(number(fields.at(2)), number(fields.at(3)));
       }},
      {"ended", [](KnownInstance& known, const Fields& fields) { known.status = fields.at(2); }},
      {"history",
       [](KnownInstance& known, const Fields& fields) {
         known.histories[number(fields.at(2))] = {number(fields.at(3)), number(fields.at(4))};
       }},
      {"value", [](KnownInstance& known,
                   const Fields& fields) { known.values[fields.at(2)] = number(fields.at(3)); }},
      {"custom status",
       [](KnownInstance& known, const Fields& fields) {
         known.custom_status_version = number(fields.at(2));
       }},
      {"may change", [](KnownInstance& known, const Fields&) { known = {}; }},
      {"gone", [](KnownInstance& known,
                  const Fields&) { known.presence = KnownInstance::Presence::absent; }},
      {"cancel asked", [](KnownInstance& known, const Fields&) { known.cancel_asked = true; }},
      {"rewound",
       [](KnownInstance& known, const Fields& fields) {
         start(known, {"", "", fields.at(2), ""});
         known.rewound = true;
       }},
      {"may be pruned",
       [](KnownInstance& known, const Fields& fields) {
         const std::uint64_t first = number(fields.at(2));
         known.histories.erase(known.histories.begin(), known.histories.lower_bound(first));
         std::erase_if(known.begun, [&](const auto& each) { return each.first < first; });
       }},
      {"pruned", [](KnownInstance& known,
                    const Fields& fields) { known.pruned_before = number(fields.at(2)); }},
  };
  return all;
}

}  // namespace

Facts Facts::without_backups() const {
  Facts copy = *this;
  copy.begun_backups_.clear();
  copy.backups_.clear();
  return copy;
}

void Facts::learn(const std::string& text) {
  const Fields fields = split(text);
  const std::string& word = fields.at(0);
  const auto learner = learners().find(word);
  if (learner != learners().end()) {
    learner->second(instances_[fields.at(1)], fields);
    // A backup that is under way has the instance as it was, or as it is now.
    if (word == "may change" || word == "may be pruned") {
      for (auto& [directory, facts] : begun_backups_) {
        facts.instances_.erase(fields.at(1));
      }
    }
  } else if (word == "made") {
    is_made_ = true;
  } else if (word == "pause may change") {
    paused_.erase(fields.at(1));
    for (auto& [directory, facts] : begun_backups_) {
      facts.paused_.erase(fields.at(1));
    }
  } else if (word == "paused" || word == "resumed") {
    paused_[fields.at(1)] = word == "paused";
  } else if (word == "backup begins") {
    begun_backups_[fields.at(1)] = without_backups();
  } else if (word == "backup done") {
    backups_[fields.at(1)] = begun_backups_.at(fields.at(1));
    begun_backups_.erase(fields.at(1));
  } else if (word != recording_begins) {
    throw std::runtime_error("no mark has the word " + word);
  }
}

std::size_t Facts::size() const {
  std::size_t count = paused_.size() + backups_.size();
  for (const auto& [id, known] : instances_) {
    count += 1 + known.histories.size() + known.messages.size() + known.values.size() +
             known.begun.size() + (known.status ? 1U : 0U);
  }
  return count;
}

namespace fact {

namespace {

void note(const Fields& fields) {
  mark(join(fields));
}

}  // namespace

void made() {
  note({"made"});
}

void started(const std::string& instance, const std::string& orchestration,
             const std::string& input, const std::vector<std::string>& tags) {
  Fields fields{"started", instance, orchestration, input};
  fields.insert(fields.end(), tags.begin(), tags.end());
  note(fields);
}

void sent(const std::string& instance, const std::string& data) {
  note({"sent", instance, data});
}

void begun(const std::string& instance, std::uint64_t execution, std::uint64_t event) {
  note({"begun", instance, std::to_string(execution), std::to_string(event)});
}

void ended(const std::string& instance, const std::string& status) {
  note({"ended", instance, status});
}

void history(const std::string& instance, std::uint64_t execution, std::size_t count,
             std::uint64_t digest) {
  note({"history", instance, std::to_string(execution), std::to_string(count),
        std::to_string(digest)});
}

void value(const std::string& instance, const std::string& key, std::uint64_t version) {
  note({"value", instance, key, std::to_string(version)});
}

void custom_status(const std::string& instance, std::uint64_t version) {
  note({"custom status", instance, std::to_string(version)});
}

void may_change(const std::string& instance) {
  note({"may change", instance});
}

void gone(const std::string& instance) {
  note({"gone", instance});
}

void cancel_asked(const std::string& instance) {
  note({"cancel asked", instance});
}

void rewound(const std::string& instance, const std::string& orchestration) {
  note({"rewound", instance, orchestration});
}

void may_be_pruned(const std::string& instance, std::uint64_t first_kept) {
  note({"may be pruned", instance, std::to_string(first_kept)});
}

void pruned(const std::string& instance, std::uint64_t first_kept) {
  note({"pruned", instance, std::to_string(first_kept)});
}

void pause_may_change(const std::string& scope) {
  note({"pause may change", scope});
}

void paused(const std::string& scope, bool is) {
  note({is ? "paused" : "resumed", scope});
}

void backup_begins(const std::string& directory) {
  note({"backup begins", directory});
}

void backup_done(const std::string& directory) {
  note({"backup done", directory});
}

}  // namespace fact

}  // namespace duroxide::power
