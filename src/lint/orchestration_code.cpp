#include "lint/orchestration_code.hpp"

#include <algorithm>
#include <string_view>

#include "lint/declared.hpp"
#include "lint/names.hpp"

namespace duroxide::lint {

namespace {

constexpr std::string_view unordered_advice =
    "is walked in an order that the next process may not share: copy it into a std::map or a "
    "sorted vector first";
constexpr std::string_view client_advice =
    "is a call of a client, which is refused here or blocks the engine, and a replay makes it "
    "again: use the context (schedule_sub_orchestration, raise_event, read_value), or an activity";
constexpr std::string_view static_advice =
    "outlives the instance and is shared by others, and a replay finds what they have left: keep "
    "it in a local variable, in the input of continue_as_new, or in a value of the instance; what "
    "never changes is declared const";

/// The word before the brackets in which a token stands as an argument; `no_token` if it stands in none.
std::size_t called_around(const Source& source, std::size_t token) {
  for (std::size_t at = token; at-- > 0;) {
    const bool closes = source.is(at, ")") || source.is(at, "]") || source.is(at, "}");
    if (closes && source.partners[at] != no_token) {
      at = source.partners[at];
      continue;
    }
    if (source.is(at, ";") || source.is(at, "{")) {
      return no_token;
    }
    if (source.is(at, "(")) {
      std::size_t name = at - 1;
      if (at > 0 && source.is(name, ">")) {
        const std::size_t angle = opening_angle(source, name);
        name = angle == no_token ? no_token : angle - 1;
      }
      return at > 0 && name != no_token && source.is_word(name) ? name : no_token;
    }
  }
  return no_token;
}

/// Whether a lambda is what `side_effect` is given, in place or by its name.
bool is_side_effect(const Source& source, const Functions& functions, std::size_t index) {
  const Function& function = functions.all()[index];
  const std::size_t called = called_around(source, function.head);
  if (called != no_token && source.is(called, "side_effect")) {
    return true;
  }
  if (!function.parent || function.head < 2 || !source.is(function.head - 1, "=") ||
      !source.is_word(function.head - 2)) {
    return false;
  }
  const Range around = functions.all()[*function.parent].body;
  for (std::size_t at = function.body.end; at < around.end; ++at) {
    if (source.is(at, source.tokens[function.head - 2].text)) {
      const std::size_t given_to = called_around(source, at);
      if (given_to != no_token && source.is(given_to, "side_effect")) {
        return true;
      }
    }
  }
  return false;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool names_a_client(std::string_view word) {
  return word == "client" || word == "client_" || word == "management" || word == "management_" ||
         ends_with(word, "_client") || ends_with(word, "_client_");
}

class OrchestrationCode {
 public:
  OrchestrationCode(const Source& source, const Functions& functions, const Known& known,
                    std::vector<Finding>& findings)
      : source_(source),
        functions_(functions),
        known_(known),
        findings_(findings),
        orchestrations_(orchestration_code(source, functions)),
        globals_(global_variables(source, functions)),
        unordered_(unordered_names(source, known.unordered_types)) {}

  void look() {
    for (std::size_t at = 0; at < source_.tokens.size(); ++at) {
      const auto function = functions_.around(at);
      if (function && orchestrations_[*function] && source_.is_word(at)) {
        look_at_word(at, *function);
      }
    }
  }

 private:
  void look_at_word(std::size_t at, std::size_t function) {
    for (const NamedRule& rule : named_rules()) {
      for (const Name& name : rule.names) {
        if (stands_as(source_, at, name)) {
          add(at, rule.rule, rule.advice);
        }
      }
    }
    if (source_.is(at, "now") && at > 1 && source_.is(at - 1, "::") && source_.is_word(at - 2) &&
        source_.is(at + 1, "(")) {
      add(at - 2, "clock", clock_advice);
    }
    if (source_.is(at, "for") && source_.is(at + 1, "(")) {
      look_at_loop(at + 1, function);
    }
    look_at_begin(at, function);
    look_at_client(at);
    look_at_state(at, function);
  }

  /// `for (… : container)`.
  void look_at_loop(std::size_t open, std::size_t function) {
    const std::size_t close = source_.partners[open];
    if (close == no_token) {
      return;
    }
    std::size_t colon = open + 1;
    while (colon < close && !source_.is(colon, ":")) {
      const bool opens = source_.is(colon, "(") || source_.is(colon, "[") || source_.is(colon, "{");
      colon =
          opens && source_.partners[colon] != no_token ? source_.partners[colon] + 1 : colon + 1;
    }
    // What is walked is the last name: `order.items`, `items_of(order)`, `*items`.
    std::size_t last = close - 1;
    if (source_.is(last, ")") && source_.partners[last] != no_token) {
      last = source_.partners[last] - 1;
    }
    if (colon < close && last > colon && is_unordered(last, function)) {
      add(last, "unordered", unordered_advice);
    }
  }

  /// `container.begin()`, `std::begin(container)`.
  void look_at_begin(std::size_t at, std::size_t function) {
    if (!source_.is(at, "begin") && !source_.is(at, "cbegin")) {
      return;
    }
    const bool member = at > 1 && (source_.is(at - 1, ".") || source_.is(at - 1, "->"));
    const std::size_t container = member ? at - 2 : at + 2;
    if (source_.is(at + 1, "(") && is_unordered(container, function)) {
      add(container, "unordered", unordered_advice);
    }
  }

  [[nodiscard]] bool is_unordered(std::size_t at, std::size_t function) const {
    if (!source_.is_word(at)) {
      return false;
    }
    const std::string& name = source_.tokens[at].text;
    if (name.rfind("unordered_", 0) == 0) {
      return true;
    }
    if (source_.is(at - 1, ".") || source_.is(at - 1, "->")) {
      return known_.unordered_members.count(name) > 0;
    }
    // The innermost function that declares the name decides, as a scope would.
    for (std::optional<std::size_t> each = function; each; each = functions_.all()[*each].parent) {
      const Function& around = functions_.all()[*each];
      const auto is_here = [&](const UnorderedName& one) {
        return one.name == name &&
               (around.body.holds(one.token) || around.parameters.holds(one.token));
      };
      if (std::any_of(unordered_.begin(), unordered_.end(), is_here)) {
        return true;
      }
      if (declares(source_, around, name)) {
        return false;
      }
    }
    return known_.unordered_members.count(name) > 0;
  }

  void look_at_client(std::size_t at) {
    const std::string& word = source_.tokens[at].text;
    const bool acts = (source_.is(at + 1, ".") || source_.is(at + 1, "->")) &&
                      source_.is_word(at + 2) &&
                      (source_.is(at + 3, "(") || source_.is(at + 3, "<"));
    const bool made =
        (word == "Client" || word == "ManagementClient") &&
        (source_.is_word(at + 1) || source_.is(at + 1, "(") || source_.is(at + 1, "{"));
    if (made || (acts && names_a_client(word))) {
      add(at, "client-call", client_advice);
    }
  }

  void look_at_state(std::size_t at, std::size_t function) {
    if (source_.is(at, "static") || source_.is(at, "thread_local")) {
      for (std::size_t in = at; in < source_.tokens.size(); ++in) {
        if (source_.is(in, "const") || source_.is(in, "constexpr") || source_.is(in, "struct")) {
          return;
        }
        if (source_.is(in, ";") || source_.is(in, "=") || source_.is(in, "{") ||
            source_.is(in, "(")) {
          break;
        }
      }
      add(at, "static-state", static_advice);
      return;
    }
    const std::string& name = source_.tokens[at].text;
    if (globals_.count(name) == 0 ||
        (at > 0 && (source_.is(at - 1, ".") || source_.is(at - 1, "->")))) {
      return;
    }
    for (std::optional<std::size_t> each = function; each; each = functions_.all()[*each].parent) {
      if (declares(source_, functions_.all()[*each], name)) {
        return;
      }
    }
    add(at, "static-state", static_advice);
  }

  void add(std::size_t token, std::string_view rule, std::string_view advice) {
    const Token& at = source_.tokens[token];
    std::string message = "`" + at.text + "` ";
    message.append(advice);
    findings_.push_back({source_.path, at.line, at.column, rule, std::move(message)});
  }

  const Source& source_;
  const Functions& functions_;
  const Known& known_;
  std::vector<Finding>& findings_;
  std::vector<bool> orchestrations_;
  std::set<std::string> globals_;
  std::vector<UnorderedName> unordered_;
};

}  // namespace

std::vector<bool> orchestration_code(const Source& source, const Functions& functions) {
  std::vector<bool> found(functions.all().size());
  for (std::size_t each = 0; each < found.size(); ++each) {
    const Function& function = functions.all()[each];
    const bool orchestration = contains(source, function.result, "Task") &&
                               contains(source, function.parameters, "OrchestrationContext");
    // A function stands behind that in which it stands.
    const bool within = function.parent && found[*function.parent] &&
                        !contains(source, function.parameters, "ActivityContext") &&
                        !is_side_effect(source, functions, each);
    found[each] = orchestration || within;
  }
  return found;
}

void find_nondeterminism(const Source& source, const Functions& functions, const Known& known,
                         std::vector<Finding>& findings) {
  OrchestrationCode(source, functions, known, findings).look();
}

}  // namespace duroxide::lint
