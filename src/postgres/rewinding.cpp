// A failed instance is taken up again where it was before it failed, and with it its children that failed.

#include <utility>

#include "postgres/instance_row.hpp"
#include "postgres/rewinds.hpp"
#include "postgres/writings.hpp"

namespace duroxide::postgres {

namespace {

class Rewind final : public ChangeWriting<RestoredInstance> {
 public:
  explicit Rewind(management::RewindInstance request) : request_(std::move(request)) {}

  RestoredInstance answer() override { return restored_; }

 protected:
  Change plan(const Bench& bench) override {
    require_id(request_.instance);
    Change change;
    Rewinds rewinds(bench, change);
    auto restored = rewinds.add(request_.instance, request_.options);
    if (!restored) {
      refuse_input("the instance `" + request_.instance +
                   "` cannot be rewound: " + restored.error().what);
    }
    restored_ = std::move(*restored);
    rewinds.take_up_all();
    return change;
  }

 private:
  management::RewindInstance request_;
  RestoredInstance restored_;
};

}  // namespace

WritingOf<RestoredInstance> write(management::RewindInstance request) {
  return std::make_unique<Rewind>(std::move(request));
}

}  // namespace duroxide::postgres
