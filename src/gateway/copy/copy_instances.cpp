#include "gateway/copy/copy_instances.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/copy/document_copier.hpp"
#include "gateway/copy/needed_instances.hpp"
#include "gateway/copy/postponed_children.hpp"
#include "gateway/copy/waiting_graph.hpp"
#include "gateway/progress.hpp"

namespace duroxide::gateway {

namespace {

using Done = Result<void, CommandError>;

/// So many are asked for at once, so that they share commits and round trips.
constexpr std::uint32_t at_a_time = 32;

class Copying {
 public:
  Copying(const ManagementClient& from, const ManagementClient& to, const CopyOptions& options,
          Sink& sink)
      : from_(from), to_(to), options_(options), reporter_(sink) {
    report_.is_dry = options.dry_run;
  }

  Result<CopyReport, CommandError> run() {
    auto done = options_.running ? prepare_running() : Done();
    if (done) {
      done = copy_all();
    }
    if (!done) {
      CommandError error = std::move(done).error();
      error.message += "; " + report_.so_far();
      return failure(std::move(error));
    }
    return std::move(report_);
  }

 private:
  using Document = DocumentCopier::Document;
  using Page = std::vector<InstanceSummary>;

  /// Finds those that cannot go before each other, once nothing changes any more.
  Done prepare_running() {
    if (!options_.dry_run) {
      if (auto done = pause(); !done) {
        return done;
      }
    }
    WaitingGraph graph;
    InstanceFilter running;
    running.status = {ExecutionStatus::running};
    auto done = each_page(running, [&](const Page& page) { return add_to(graph, page); });
    excluded_ = graph.excluded();
    return done;
  }

  /// Both stores as a whole, and in the other what is paused here by its name.
  Done pause() {
    for (const ManagementClient& client : {from_, to_}) {
      if (const auto paused = client.pause(PauseScope::of_store()); !paused) {
        return failure(CommandError(paused.error()));
      }
    }
    report_.has_paused = true;
    const auto items = from_.list_paused();
    if (!items) {
      return failure(CommandError(items.error()));
    }
    for (const PausedItem& item : *items) {
      if (item.scope.kind == PauseScope::Kind::instance) {
        paused_.insert(item.scope.name);
      } else if (const auto paused = to_.pause(item.scope); !paused) {
        return failure(CommandError(paused.error()));
      }
    }
    return {};
  }

  Done add_to(WaitingGraph& graph, const Page& page) {
    std::vector<std::string> ids;
    ids.reserve(page.size());
    for (const InstanceSummary& each : page) {
      ids.push_back(each.instance_id);
    }
    const auto exports = exports_of(from_, ids);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      graph.add(ids[i], exports[i] ? needed_instances(*exports[i]) : std::vector<std::string>());
      if (!exports[i] && DocumentCopier::is_about_one(exports[i].error())) {
        graph.exclude(ids[i], exports[i].error().message);
      } else if (!exports[i] && !is_missing(exports[i])) {
        return failure(CommandError(exports[i].error()));
      }
    }
    return {};
  }

  Done copy_all() {
    const auto count = from_.count_instances(options_.filter);
    if (!count) {
      return failure(CommandError(count.error()));
    }
    progress_.total = *count;
    auto done = each_page(options_.filter, [&](const Page& page) { return copy(page); });
    return done ? copy_children() : std::move(done);
  }

  void note_done(std::size_t instances) {
    progress_.done += instances;
    progress_.total = std::max(progress_.total, progress_.done);
  }

  /// Of those that the filter finds, in order of creation; tells how far it is behind each.
  template <class Visit>
  Done each_page(const InstanceFilter& filter, const Visit& visit) {
    const auto report = reporter_.callback();
    std::optional<std::string> cursor;
    do {
      const auto page = from_.list_page(filter, at_a_time, cursor);
      if (!page) {
        return failure(CommandError(page.error()));
      }
      if (auto done = visit(page->instances); !done) {
        return done;
      }
      cursor = page->next_cursor;
      if (!report(progress_) && cursor) {
        return failure(CommandError(CommandError::Kind::interrupted, "interrupted"));
      }
    } while (cursor);
    return {};
  }

  /// In their order, which is that of creation, but for children that have ended and stand before their
  /// parents: they would not find their place in the tree.
  Done copy(const Page& instances) {
    const auto postponed = children_.size();
    std::vector<std::string> ended;
    for (const InstanceSummary& each : instances) {
      if (each.status.is_running() && !options_.running) {
        report_.note_running(each.instance_id);
        dealt_with_.insert(each.instance_id);
      } else if (each.status.is_running()) {
        auto done = copy_ended(std::exchange(ended, {}));
        done = done ? copy_with_needed(each.instance_id) : std::move(done);
        if (!done) {
          return done;
        }
      } else if (each.parent_instance && dealt_with_.count(*each.parent_instance) == 0) {
        children_.add(each.instance_id, *each.parent_instance);
      } else if (dealt_with_.insert(each.instance_id).second) {
        ended.push_back(each.instance_id);
      }
    }
    note_done(instances.size() - (children_.size() - postponed));
    return copy_ended(ended);
  }

  /// Those that were postponed, each behind its parent.
  Done copy_children() {
    const auto report = reporter_.callback();
    while (children_.size() != 0) {
      std::vector<std::string> next = children_.take();
      while (!next.empty()) {
        std::vector<std::string> some;
        for (; !next.empty() && some.size() < at_a_time; next.pop_back()) {
          note_done(1);
          if (dealt_with_.insert(next.back()).second) {  // else another one waits for it
            some.push_back(std::move(next.back()));
          }
        }
        if (auto done = copy_ended(some); !done) {
          return done;
        }
        if (!report(progress_) && (!next.empty() || children_.size() != 0)) {
          return failure(CommandError(CommandError::Kind::interrupted, "interrupted"));
        }
      }
    }
    return {};
  }

  /// What is there in the other store already is compared, the rest is imported, at once.
  Done copy_ended(const std::vector<std::string>& instances) {
    const auto originals = exports_of(from_, instances);
    std::vector<Document> documents;
    for (std::size_t i = 0; i < instances.size(); ++i) {
      if (originals[i]) {
        documents.push_back({instances[i], *originals[i]});
      } else if (!is_missing(originals[i])) {  // else it was deleted meanwhile
        if (auto done = copier_.refuse(instances[i], originals[i].error()); !done) {
          return done;
        }
      }
    }
    return copier_.bring(documents);
  }

  /// One whose turn has not come, as what it waits for goes first.
  struct Step {
    Document document;
    std::vector<std::string> needed;
    bool needed_were_copied = false;
  };

  /// One that runs, behind what it waits for.
  Done copy_with_needed(const std::string& instance) {
    std::vector<Step> open;
    auto done = open_step(instance, open);
    while (done && !open.empty()) {
      if (!std::exchange(open.back().needed_were_copied, true)) {
        const auto needed = open.back().needed;
        for (std::size_t i = needed.size(); done && i > 0; --i) {  // what is opened last goes first
          done = open_step(needed[i - 1], open);
        }
        continue;
      }
      const Step step = std::move(open.back());
      open.pop_back();
      done = copy_behind_needed(step, open);
    }
    return done;
  }

  /// Unless it is dealt with already, is not there, or cannot be copied.
  Done open_step(const std::string& instance, std::vector<Step>& open) {
    if (!dealt_with_.insert(instance).second) {
      return {};
    }
    if (const auto found = excluded_.find(instance); found != excluded_.end()) {
      copier_.leave_out(instance, found->second);
      return {};
    }
    auto original = from_.export_instance(instance);
    if (original) {
      auto needed = needed_instances(*original);
      open.push_back({{instance, std::move(*original)}, std::move(needed)});
      return {};
    }
    return is_missing(original) ? Done() : copier_.refuse(instance, original.error());
  }

  /// Unless something that it waits for is not there, or is another: an import would begin that anew, or
  /// answer that there is none. What is still among `open` has begun to wait for it since it was looked at.
  Done copy_behind_needed(const Step& step, const std::vector<Step>& open) {
    for (const std::string& needed : step.needed) {
      const bool comes_later = std::any_of(open.begin(), open.end(), [&](const Step& each) {
        return each.document.instance == needed;
      });
      if (comes_later || copier_.was_left_out(needed)) {
        copier_.leave_out(step.document.instance,
                          "it waits for `" + needed + "`, which is not the same there");
        return {};
      }
    }
    auto done = copier_.bring({step.document});
    return done ? pause_copy(step.document.instance) : std::move(done);
  }

  /// As the original is.
  Done pause_copy(const std::string& instance) {
    if (options_.dry_run || paused_.count(instance) == 0 || copier_.was_left_out(instance)) {
      return {};
    }
    const auto paused = to_.pause(PauseScope::of_instance(instance));
    return paused ? Done() : Done(failure(CommandError(paused.error())));
  }

  const ManagementClient& from_;
  const ManagementClient& to_;
  const CopyOptions& options_;
  Reporter reporter_;
  Progress progress_;
  CopyReport report_;
  DocumentCopier copier_{to_, report_};
  std::map<std::string, std::string> excluded_;  ///< that run and cannot be copied, with the reason
  std::set<std::string> paused_;                 ///< by themselves
  /// All whose turn has come: in the listing, or as another one waits for it.
  std::set<std::string> dealt_with_;
  PostponedChildren children_;  ///< whose turn comes behind all of the listing
};

}  // namespace

Result<CopyReport, CommandError> copy_instances(const ManagementClient& from,
                                                const ManagementClient& to,
                                                const CopyOptions& options, Sink& sink) {
  return Copying(from, to, options, sink).run();
}

}  // namespace duroxide::gateway
