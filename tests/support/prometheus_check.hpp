#pragma once

// What a checker of Prometheus' text format looks at: https://prometheus.io/docs/instrumenting/exposition_formats/
// and the rules for names, units and labels that come with it. It reads the text by itself, and knows
// nothing of how ours is made.

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duroxide::testing {

class PrometheusCheck {
 public:
  using Labels = std::map<std::string, std::string>;
  struct Sample {
    std::string name;
    Labels labels;
    double value = 0;
  };

  explicit PrometheusCheck(std::string_view text) {
    if (!text.empty() && text.back() != '\n') {
      complain("the last line has no end");
    }
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      read_line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    for (const auto& [name, family] : families_) {
      check_family(name, family);
    }
  }

  /// What is wrong, a sentence each.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }
  [[nodiscard]] std::optional<double> value(const std::string& name,
                                            const Labels& labels = {}) const {
    for (const Sample& each : samples_) {
      if (each.name == name && each.labels == labels) {
        return each.value;
      }
    }
    return std::nullopt;
  }
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& [name, family] : families_) {
      names.insert(name);
    }
    return names;
  }

 private:
  struct Family {
    std::string type;
    std::optional<std::string> help;
    std::vector<Sample> samples;
  };

  void complain(std::string what) { problems_.push_back(std::move(what)); }

  [[nodiscard]] static bool is_name(std::string_view name, bool with_colon) {
    const auto may_begin = [&](char c) {
      return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' ||
             (with_colon && c == ':');
    };
    return !name.empty() && may_begin(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char c) {
             return may_begin(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
           });
  }

  [[nodiscard]] static std::string_view take_word(std::string_view& line) {
    const auto end = std::min(line.find(' '), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
  }

  void read_line(std::string_view line) {
    if (line.empty()) {
      return;
    }
    if (line.front() != '#') {
      read_sample(line);
      return;
    }
    const std::string whole(line);
    (void)take_word(line);
    const auto keyword = take_word(line);
    const std::string name(take_word(line));
    if (keyword != "HELP" && keyword != "TYPE") {
      return;  // a comment
    }
    if (!is_name(name, true)) {
      complain("no name of a metric: " + whole);
    }
    Family& family = families_[name];
    if (!family.samples.empty()) {
      complain("behind samples of its family: " + whole);
    }
    current_ = name;
    if (!seen_.insert(std::string(keyword) + " " + name).second) {
      complain("a second time: " + whole);
    }
    if (keyword == "HELP") {
      family.help = unescaped(line, false);
    } else {
      family.type = std::string(line);
    }
  }

  /// None, and a problem, if a backslash stands before what may not be escaped.
  std::string unescaped(std::string_view raw, bool in_quotes) {
    std::string text;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != '\\') {
        text.push_back(raw[i]);
        continue;
      }
      const char next = ++i < raw.size() ? raw[i] : '\0';
      if (next == 'n') {
        text.push_back('\n');
      } else if (next == '\\' || (next == '"' && in_quotes)) {
        text.push_back(next);
      } else {
        complain("no escape: \\" + std::string(1, next) + " in " + std::string(raw));
      }
    }
    return text;
  }

  [[nodiscard]] static std::optional<double> number(std::string_view text) {
    if (text == "+Inf") {
      return std::numeric_limits<double>::infinity();
    }
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
      return std::nullopt;
    }
    return number;
  }

  void read_sample(std::string_view line) {
    const std::string whole(line);
    Sample sample;
    const auto end_of_name = std::min(line.find_first_of("{ "), line.size());
    sample.name = std::string(line.substr(0, end_of_name));
    line.remove_prefix(end_of_name);
    if (!is_name(sample.name, true)) {
      complain("no name of a metric: " + whole);
    }
    if (!line.empty() && line.front() == '{' && !read_labels(line, sample.labels)) {
      complain("labels that cannot be read: " + whole);
      return;
    }
    const auto value = !line.empty() && line.front() == ' ' ? number(line.substr(1)) : std::nullopt;
    if (!value) {
      complain("no number: " + whole);
      return;
    }
    sample.value = *value;
    if (!seen_.insert(whole.substr(0, whole.rfind(' '))).second) {
      complain("the same series twice: " + whole);
    }
    Family* const family = family_of(sample.name);
    if (family == nullptr) {
      complain("outside of its family: " + whole);
      return;
    }
    family->samples.push_back(sample);
    samples_.push_back(std::move(sample));
  }

  bool read_labels(std::string_view& line, Labels& labels) {
    line.remove_prefix(1);
    while (!line.empty() && line.front() != '}') {
      const auto equal = line.find("=\"");
      if (equal == std::string_view::npos) {
        return false;
      }
      const std::string name(line.substr(0, equal));
      line.remove_prefix(equal + 2);
      std::size_t end = 0;
      while (end < line.size() && line[end] != '"') {
        end += line[end] == '\\' ? 2 : 1;
      }
      if (end >= line.size()) {
        return false;
      }
      if (!is_name(name, false) || name.starts_with("__")) {
        complain("no name of a label: " + name);
      }
      if (!labels.emplace(name, unescaped(line.substr(0, end), true)).second) {
        complain("the label twice: " + name);
      }
      line.remove_prefix(end + 1);
      if (!line.empty() && line.front() == ',') {
        line.remove_prefix(1);
      }
    }
    if (line.empty()) {
      return false;
    }
    line.remove_prefix(1);
    return true;
  }

  /// The one under whose head the line stands, if it may.
  [[nodiscard]] Family* family_of(const std::string& name) {
    const auto found = families_.find(current_);
    if (found == families_.end()) {
      return nullptr;
    }
    if (found->second.type != "histogram") {
      return name == current_ ? &found->second : nullptr;
    }
    for (const char* suffix : {"_bucket", "_sum", "_count"}) {
      if (name == current_ + suffix) {
        return &found->second;
      }
    }
    return nullptr;
  }

  void check_family(const std::string& name, const Family& family) {
    const auto rule = [&](bool holds, const std::string& what) {
      if (!holds) {
        complain(name + ": " + what);
      }
    };
    rule(family.help && !family.help->empty(), "no help");
    rule(family.type == "counter" || family.type == "gauge" || family.type == "histogram",
         "its type is `" + family.type + "`");
    rule((family.type == "counter") == name.ends_with("_total"),
         "counters, and only those, end in _total");
    rule(name.find(':') == std::string::npos, "colons are for recording rules");
    rule(std::none_of(name.begin(), name.end(),
                      [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }),
         "a name is in snake_case");
    for (const char* suffix : {"_bucket", "_count", "_sum", "_info"}) {
      rule(!name.ends_with(suffix), std::string("ends in ") + suffix);
    }
    const std::set<std::string> words = words_of(name);
    for (const char* type : {"counter", "gauge", "histogram", "summary"}) {
      rule(!words.contains(type), std::string("has its type in its name: ") + type);
    }
    for (const char* unit : {"ms", "milliseconds", "us", "microseconds", "ns", "nanoseconds",
                             "minutes", "hours", "days", "kilobytes", "kb", "megabytes", "mb",
                             "gigabytes", "percent", "bits", "sec", "secs"}) {
      rule(!words.contains(unit), std::string("is not in a base unit: ") + unit);
    }
    for (const Sample& sample : family.samples) {
      rule(sample.labels.contains("le") == sample.name.ends_with("_bucket"),
           "`le` is the label of buckets");
      rule(!sample.labels.contains("quantile"), "`quantile` is the label of summaries");
    }
    if (family.type == "histogram") {
      check_histogram(name, family);
    }
  }

  [[nodiscard]] static std::set<std::string> words_of(std::string_view name) {
    std::set<std::string> words;
    while (!name.empty()) {
      const auto end = std::min(name.find('_'), name.size());
      words.emplace(name.substr(0, end));
      name.remove_prefix(std::min(end + 1, name.size()));
    }
    return words;
  }

  void check_histogram(const std::string& name, const Family& family) {
    struct Series {
      std::vector<std::pair<double, double>> buckets;
      std::optional<double> sum;
      std::optional<double> count;
    };
    std::map<Labels, Series> all;
    for (const Sample& sample : family.samples) {
      Labels labels = sample.labels;
      if (sample.name.ends_with("_bucket")) {
        const auto bound = number(labels["le"]);
        labels.erase("le");
        if (!bound) {
          complain(name + ": a bound that is no number");
          continue;
        }
        all[labels].buckets.emplace_back(*bound, sample.value);
      } else {
        auto& place = sample.name.ends_with("_sum") ? all[labels].sum : all[labels].count;
        place = sample.value;
      }
    }
    for (const auto& [labels, series] : all) {
      const bool ascends = std::is_sorted(
          series.buckets.begin(), series.buckets.end(),
          [](const auto& a, const auto& b) { return a.first < b.first || a.second < b.second; });
      const bool is_whole =
          !series.buckets.empty() && series.sum && series.count &&
          series.buckets.back().first == std::numeric_limits<double>::infinity() &&
          series.buckets.back().second == *series.count;
      if (!ascends) {
        complain(name + ": its buckets do not add up");
      }
      if (!is_whole) {
        complain(name + ": it has no sum, no count, or no bucket of +Inf with that count");
      }
    }
  }

  std::map<std::string, Family> families_;
  std::string current_;
  std::set<std::string> seen_;
  std::vector<Sample> samples_;
  std::vector<std::string> problems_;
};

}  // namespace duroxide::testing
