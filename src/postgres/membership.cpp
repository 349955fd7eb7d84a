#include "postgres/membership.hpp"

#include <cstddef>
#include <utility>

#include "postgres/session.hpp"

namespace duroxide::postgres {

Membership::Membership(std::string name, Milliseconds lease, std::shared_ptr<Clock> clock)
    : name_(std::move(name)), lease_(lease), clock_(std::move(clock)) {}

std::optional<std::int64_t> Membership::given_time() const {
  return clock_ ? std::optional(to_milliseconds(clock_->now())) : std::nullopt;
}

void Membership::join(Session& session) {
  const Rows joined =
      session.ask({"join_store",
                   Parameters().optional_number(given_time()).text(name_).number(lease_.count())});
  process_.store(joined.first().number(0));
  others_.store(joined.first().number(2));
}

std::vector<std::string> Membership::others(Session& session) const {
  (void)session.ask(life_sign());
  const Rows found = session.ask({"other_processes", Parameters().number(process()),
                                  "SELECT name FROM processes WHERE id <> $1 ORDER BY id"});
  std::vector<std::string> names;
  for (std::size_t i = 0; i < found.size(); ++i) {
    names.push_back(found.row(i).text(0));
  }
  return names;
}

void Membership::skip_numbers(Session& session) {
  (void)session.ask({"skip_numbers"});
}

Call Membership::begin_batch(bool is_flushed) {
  return {"begin_batch", Parameters().number(process()).number(++batch_).flag(is_flushed)};
}

bool Membership::was_committed(Session& session) const {
  const Rows found = session.ask({"last_batch", Parameters().number(process()),
                                  "SELECT last_batch FROM processes WHERE id = $1"});
  return !found.empty() && found.first().number(0) == batch_;
}

Call Membership::leaving() const {
  return {"leave_store", Parameters().number(process())};
}

Call Membership::life_sign() const {
  return {"life_sign",
          Parameters().optional_number(given_time()).number(process()).number(lease_.count())};
}

}  // namespace duroxide::postgres
