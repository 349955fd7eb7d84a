// Which instances can be copied one before the other.

#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "gateway/copy/waiting_graph.hpp"

using duroxide::gateway::WaitingGraph;

namespace duroxide::gateway_waiting_graph_test {

namespace {

using Reasons = std::map<std::string, std::string>;

std::string waits_in_circle(const std::string& other) {
  return "it waits for `" + other +
         "`, and instances that wait for each other cannot be copied one before the other";
}

}  // namespace

TEST_CASE("waiting graph: what waits in one direction can be copied", "[control][restore]") {
  WaitingGraph graph;
  graph.add("a", {"b", "c"});
  graph.add("b", {"c", "ended"});
  graph.add("c", {});
  CHECK(graph.excluded().empty());
}

TEST_CASE("waiting graph: those in a circle cannot, nor what waits for them or is waited for",
          "[control][restore]") {
  WaitingGraph graph;
  graph.add("a", {"b", "child"});
  graph.add("b", {"a"});
  graph.add("behind", {"b"});
  graph.add("child", {"grandchild"});
  graph.add("grandchild", {});
  graph.add("far", {"behind"});
  graph.add("other", {"ended"});
  CHECK(graph.excluded() ==
        Reasons{{"a", waits_in_circle("b")},
                {"b", waits_in_circle("a")},
                {"behind", waits_in_circle("b")},
                {"child", "it is waited for by `a`, which cannot be copied"},
                {"far", waits_in_circle("behind")},
                {"grandchild", "it is waited for by `child`, which cannot be copied"}});
}

TEST_CASE("waiting graph: what cannot be copied keeps its family", "[control][restore]") {
  WaitingGraph graph;
  graph.add("parent", {"damaged", "sibling"});
  graph.add("damaged", {});
  graph.add("sibling", {});
  graph.add("other", {});
  graph.exclude("damaged", "it lacks its history");
  CHECK(graph.excluded() ==
        Reasons{{"damaged", "it lacks its history"},
                {"parent", "it waits for `damaged`, which cannot be copied"},
                {"sibling", "it is waited for by `parent`, which cannot be copied"}});
}

}  // namespace duroxide::gateway_waiting_graph_test
