// Instances are deleted, alone or with all that is below them.

#include <map>
#include <set>
#include <string>
#include <utility>

#include "model/awaited_end.hpp"
#include "model/encoding.hpp"
#include "model/limits.hpp"
#include "postgres/instance_row.hpp"
#include "postgres/writings.hpp"

namespace duroxide::postgres {

namespace {

/// An instance that is to be deleted, and where its answer will stand.
struct Doomed {
  InstanceRow instance;
  std::size_t place = 0;
};

void doom(Change& change, Doomed& doomed, bool force) {
  const InstanceRow& instance = doomed.instance;
  change.sees(instance, force ? Change::Detail::itself : Change::Detail::status);
  change.dooms(instance);
  doomed.place =
      change.add({"delete_of_change",
                  Parameters()
                      .number(instance.number)
                      .bytes(model::encode_error(model::deleted_while_awaited(instance.id)))});
  change.touches(instance.id);
}

void count_deleted(const Answers& answers, std::size_t place, DeleteInstanceResult& deleted) {
  const Rows::Row row = answers.at(place).first();
  ++deleted.instances_deleted;
  deleted.executions_deleted += row.count(0);
  deleted.events_deleted += row.count(1);
  deleted.queue_messages_deleted += row.count(2);
}

const std::string& instances_text() {
  static const std::string text = std::string("SELECT ") + instance_columns +
                                  " FROM instances i JOIN turns t ON t.number = i.number"
                                  " WHERE i.id = ANY ($1)";
  return text;
}

class DeleteThem final : public ChangeWriting<DeleteInstanceResult> {
 public:
  explicit DeleteThem(management::DeleteInstances request) : request_(std::move(request)) {}

  DeleteInstanceResult answer() override { return deleted_; }

 protected:
  Change plan(const Bench& bench) override {
    for (const std::string& id : request_.instances) {
      require_id(id);
    }
    const Answers answers = bench.database.read(
        {{"instances_by_id", Parameters().texts(request_.instances), instances_text().c_str()},
         {"children_by_id", Parameters().texts(request_.instances),
          "SELECT p.id, c.id FROM instances c JOIN instances p ON p.number = c.parent_number"
          " WHERE p.id = ANY ($1) ORDER BY p.number, c.created_at, c.number"}});
    std::map<std::string, InstanceRow> found;
    for (std::size_t i = 0; i < answers[0].size(); ++i) {
      InstanceRow instance = instance_in(answers[0].row(i));
      found.emplace(instance.id, std::move(instance));
    }
    require_deletable(found, answers[1]);
    doomed_.clear();
    std::map<std::int64_t, InstanceRow> by_number;
    for (auto& [id, instance] : found) {
      by_number.emplace(instance.number, instance);
    }
    Change change;
    for (auto& [number, instance] : by_number) {
      doom(change, doomed_.emplace_back(Doomed{std::move(instance)}), request_.force);
    }
    return change;
  }
  void take(const Answers& answers) override {
    for (const Doomed& each : doomed_) {
      count_deleted(answers, each.place, deleted_);
    }
  }

 private:
  void require_deletable(const std::map<std::string, InstanceRow>& found,
                         const Rows& children) const {
    for (const std::string& id : request_.instances) {
      const auto instance = found.find(id);
      if (instance == found.end()) {
        refuse_unknown(id);
      }
      if (instance->second.status == ExecutionStatus::running && !request_.force) {
        refuse_input("the instance `" + id +
                     "` is running; cancel or terminate it first, or delete with force");
      }
    }
    for (std::size_t i = 0; i < children.size(); ++i) {
      const std::string child = children.row(i).text(1);
      if (!found.contains(child)) {
        refuse_input("the instance `" + children.row(i).text(0) + "` has the child `" + child +
                     "`, which is not to be deleted with it; read the tree again");
      }
    }
  }

  management::DeleteInstances request_;
  std::vector<Doomed> doomed_;
  DeleteInstanceResult deleted_;
};

/// A tree that is larger is for a transaction of its own.
constexpr std::size_t most_in_tree = 1'000;
/// Trees are added to a transaction until it deletes so many instances.
constexpr std::size_t enough_instances = 500;
constexpr std::size_t most_roots = 100;

const std::string& tree_text() {
  static const std::string text =
      std::string("SELECT ") + instance_columns +
      ", EXISTS (SELECT FROM instances p WHERE p.id = i.parent_id)"
      " FROM tree_of((SELECT r.number FROM instances r WHERE r.id = $1), $2) AS f (number)"
      " JOIN instances i ON i.number = f.number JOIN turns t ON t.number = f.number";
  return text;
}

class DeleteWholeTrees final : public ChangeWriting<management::DeletedTrees> {
 public:
  explicit DeleteWholeTrees(management::DeleteTrees request) : request_(std::move(request)) {}

  management::DeletedTrees answer() override { return done_; }

 protected:
  Change plan(const Bench& bench) override {
    std::vector<Call> calls;
    std::vector<bool> can_be_there;
    for (const std::string& root : request_.roots) {
      if (can_be_there.size() == most_roots) {
        break;
      }
      can_be_there.push_back(model::check_instance_id(root).has_value());
      calls.push_back(
          {"doomed_tree",
           Parameters().text(can_be_there.back() ? root : std::string()).number(most_in_tree + 1),
           tree_text().c_str()});
    }
    done_ = {};
    doomed_.clear();
    doomed_numbers_.clear();
    Change change;
    for (const Rows& rows : bench.database.read(std::move(calls))) {
      if (done_.roots_deleted == request_.limit || doomed_.size() >= enough_instances) {
        break;
      }
      if (rows.size() > most_in_tree) {
        done_.next_is_large = true;
        break;
      }
      ++done_.roots_seen;
      if (may_be_deleted(rows)) {
        ++done_.roots_deleted;
        add_tree(rows, change);
      }
    }
    return change;
  }
  void take(const Answers& answers) override {
    for (const Doomed& each : doomed_) {
      count_deleted(answers, each.place, done_.deleted);
    }
  }

 private:
  /// What is not there is left, and what has a parent, which may wait for it; without force, what has not ended
  /// with all of its tree.
  [[nodiscard]] bool may_be_deleted(const Rows& tree) const {
    if (tree.empty() || doomed_numbers_.contains(tree.first().number(0))) {
      return false;
    }
    for (std::size_t i = 0; i < tree.size(); ++i) {
      const InstanceRow instance = instance_in(tree.row(i));
      const bool is_child = i == 0 && tree.row(i).flag(instance_column_count);
      if (is_child || (instance.status == ExecutionStatus::running && !request_.force)) {
        return false;
      }
    }
    return true;
  }
  void add_tree(const Rows& tree, Change& change) {
    for (std::size_t i = 0; i < tree.size(); ++i) {
      Doomed& doomed = doomed_.emplace_back(Doomed{instance_in(tree.row(i))});
      doomed_numbers_.insert(doomed.instance.number);
      doom(change, doomed, request_.force);
    }
  }

  management::DeleteTrees request_;
  std::vector<Doomed> doomed_;
  std::set<std::int64_t> doomed_numbers_;
  management::DeletedTrees done_;
};

}  // namespace

WritingOf<DeleteInstanceResult> write(management::DeleteInstances request) {
  return std::make_unique<DeleteThem>(std::move(request));
}

WritingOf<management::DeletedTrees> write(management::DeleteTrees request) {
  return std::make_unique<DeleteWholeTrees>(std::move(request));
}

}  // namespace duroxide::postgres
