#include "lint/lint.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "lint/allowed.hpp"
#include "lint/declared.hpp"
#include "lint/functions.hpp"
#include "lint/orchestration_code.hpp"
#include "lint/shapes.hpp"
#include "lint/source.hpp"

namespace duroxide::lint {

namespace {

struct Read {
  Source source;
  Functions functions;
};

/// What is known of names by all the sources.
Known known_of(const std::vector<Read>& all) {
  Known known;
  for (const Read& each : all) {
    known.aggregates.merge(aggregates_of(each.source));
    known.unordered_types.merge(unordered_types(each.source));
  }
  for (const Read& each : all) {
    for (const UnorderedName& name : unordered_names(each.source, known.unordered_types)) {
      const auto is_parameter = [&](const Function& function) {
        return function.parameters.holds(name.token);
      };
      if (!each.functions.around(name.token) &&
          std::none_of(each.functions.all().begin(), each.functions.all().end(), is_parameter)) {
        known.unordered_members.insert(name.name);
      }
    }
  }
  return known;
}

/// Of several of one rule in a line, the first: `std::lock_guard<std::mutex>` is one mistake.
void sort_and_thin(std::vector<Finding>& findings) {
  const auto place = [](const Finding& each) {
    return std::tie(each.line, each.rule, each.column);
  };
  std::sort(findings.begin(), findings.end(),
            [&](const Finding& a, const Finding& b) { return place(a) < place(b); });
  findings.erase(std::unique(findings.begin(), findings.end(),
                             [](const Finding& a, const Finding& b) {
                               return a.line == b.line && a.rule == b.rule;
                             }),
                 findings.end());
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
}

bool is_source(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 10> endings{".cpp", ".cc", ".cxx", ".c++", ".hpp",
                                                     ".hh",  ".h",  ".hxx", ".ipp", ".tpp"};
  const std::string ending = path.extension().string();
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool is_hidden(const std::filesystem::path& path) {
  return path.filename().string().rfind('.', 0) == 0;
}

}  // namespace

std::vector<Finding> look_at(const std::vector<Text>& texts) {
  std::vector<Read> all;
  all.reserve(texts.size());
  for (const Text& text : texts) {
    Source source = read_source(text.path, text.content);
    Functions functions(source);
    all.push_back({std::move(source), std::move(functions)});
  }
  const Known known = known_of(all);
  std::vector<Finding> findings;
  for (const Read& each : all) {
    std::vector<Finding> found;
    find_shapes(each.source, each.functions, known.aggregates, found);
    find_nondeterminism(each.source, each.functions, known, found);
    heed_comments(each.source, each.functions, found);
    sort_and_thin(found);
    findings.insert(findings.end(), found.begin(), found.end());
  }
  return findings;
}

std::vector<std::filesystem::path> sources_in(const std::vector<std::filesystem::path>& named,
                                              std::vector<std::filesystem::path>& missing) {
  std::set<std::filesystem::path> found;
  std::error_code ignored;
  for (const std::filesystem::path& each : named) {
    if (!std::filesystem::is_directory(each, ignored)) {
      if (std::filesystem::is_regular_file(each, ignored)) {
        found.insert(each);
      } else {
        missing.push_back(each);
      }
      continue;
    }
    std::error_code failed;
    std::filesystem::recursive_directory_iterator files(each, failed);
    for (; !failed && files != std::filesystem::recursive_directory_iterator();
         files.increment(failed)) {
      if (is_hidden(files->path())) {
        files.disable_recursion_pending();
      } else if (is_source(files->path()) && files->is_regular_file(ignored)) {
        found.insert(files->path());
      }
    }
    if (failed) {
      missing.push_back(each);
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace duroxide::lint
