#pragma once

#include <functional>
#include <vector>

#include <duroxide/clock.hpp>

#include "postgres/membership.hpp"
#include "postgres/request.hpp"
#include "postgres/session.hpp"

namespace duroxide::postgres {

/// Runs requests on a session, whatever happens to the connection meanwhile.
class BatchRunner {
 public:
  /// `membership` is null for a session that only reads. `gives_up` is asked while the database cannot be
  /// reached: whether to go on trying makes no sense any more. Both must outlive it.
  BatchRunner(Session& session, Membership* membership, std::function<bool()> gives_up);

  /// In one transaction, or each in one of its own if that fails for another reason than a conflict. Gives
  /// what came of each.
  [[nodiscard]] std::vector<Outcome> run(const std::vector<Request>& requests);

 private:
  using Places = std::vector<std::size_t>;

  /// One transaction for those at `places`. False if it failed in a way that another request of them may be
  /// to blame for.
  [[nodiscard]] bool run_together(const std::vector<Request>& requests, const Places& places,
                                  std::vector<Outcome>& outcomes);
  void commit(const std::vector<Request>& requests, const Places& places,
              std::vector<Outcome>& outcomes);
  /// Waits until the database can be reached. Throws `DatabaseError` if it gives up.
  void reconnect();

  Session& session_;
  Membership* membership_;
  std::function<bool()> gives_up_;
};

}  // namespace duroxide::postgres
