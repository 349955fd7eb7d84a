#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace duroxide::tracing_test {

/// Spans as a collector has them.
class Trace {
 public:
  struct Span {
    std::string trace;
    std::string id;
    std::string parent;
    std::string name;
    std::map<std::string, std::string> attributes;
    std::string began;
    std::string ended;
    int status = 0;
    std::string error;
  };

  /// One line of OTLP/JSON.
  void add(const std::string& line) {
    const auto request = nlohmann::json::parse(line);
    for (const auto& resource : request.at("resourceSpans")) {
      for (const auto& scope : resource.at("scopeSpans")) {
        for (const auto& span : scope.at("spans")) {
          add_span(span);
        }
      }
    }
  }

  [[nodiscard]] const std::vector<Span>& spans() const { return spans_; }
  [[nodiscard]] const Span* find(const std::string& name) const {
    for (const Span& each : spans_) {
      if (each.name == name) {
        return &each;
      }
    }
    return nullptr;
  }
  [[nodiscard]] std::multiset<std::string> names() const {
    std::multiset<std::string> all;
    for (const Span& each : spans_) {
      all.insert(each.name);
    }
    return all;
  }
  /// Fails the test unless all is one trace with one root, no id is there twice, and no parent is missing.
  /// Gives the name of the root.
  std::string check_whole() const {
    std::set<std::string> ids;
    std::set<std::string> traces;
    std::vector<std::string> roots;
    for (const Span& each : spans_) {
      CAPTURE(each.name);
      CHECK(ids.insert(each.id).second);
      traces.insert(each.trace);
      if (each.parent.empty()) {
        roots.push_back(each.name);
      }
    }
    for (const Span& each : spans_) {
      CAPTURE(each.name);
      CHECK((each.parent.empty() || ids.contains(each.parent)));
    }
    CHECK(traces.size() == 1);
    REQUIRE(roots.size() == 1);
    return roots.front();
  }

 private:
  void add_span(const nlohmann::json& json) {
    Span span;
    span.trace = json.at("traceId");
    span.id = json.at("spanId");
    span.parent = json.value("parentSpanId", "");
    span.name = json.at("name");
    span.began = json.at("startTimeUnixNano");
    span.ended = json.at("endTimeUnixNano");
    span.status = json.at("status").at("code");
    span.error = json.at("status").value("message", "");
    for (const auto& attribute : json.at("attributes")) {
      span.attributes[attribute.at("key")] = attribute.at("value").at("stringValue");
    }
    CHECK(span.trace.size() == 32);
    CHECK(span.id.size() == 16);
    CHECK(span.began <= span.ended);
    spans_.push_back(std::move(span));
  }

  std::vector<Span> spans_;
};

}  // namespace duroxide::tracing_test
