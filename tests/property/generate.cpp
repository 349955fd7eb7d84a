// Programs are biased towards what replay could get wrong: things dropped, kept or interrupted.

#include <initializer_list>
#include <span>
#include <utility>

#include "property/program.hpp"
#include "property/random.hpp"

namespace duroxide::property {

namespace {

struct Choice {
  Op op;
  std::uint32_t weight;
};

constexpr Choice any_leaf[] = {{Op::activity, 8}, {Op::event, 4}, {Op::dequeue, 2}, {Op::child, 3}};
constexpr Choice settled_leaf[] = {{Op::activity, 8}, {Op::child, 2}};

constexpr Choice any_step[] = {
    {Op::activity, 14},      {Op::event, 6},        {Op::dequeue, 3},      {Op::child, 6},
    {Op::timer, 5},          {Op::read, 2},         {Op::await_result, 4}, {Op::forget, 4},
    {Op::keep, 12},          {Op::drop_kept, 4},    {Op::keep_task, 5},    {Op::detach, 1},
    {Op::set_value, 4},      {Op::get_value, 2},    {Op::clear_value, 1},  {Op::clear_values, 1},
    {Op::set_status, 4},     {Op::reset_status, 1}, {Op::now, 1},          {Op::guid, 1},
    {Op::deprecate, 1},      {Op::history_size, 1}, {Op::log, 2},          {Op::ask_cancelled, 1},
    {Op::continue_later, 1}, {Op::fail, 2},         {Op::give_up, 1},      {Op::continue_as_new, 2},
    {Op::sequence, 3},       {Op::loop, 2},         {Op::guarded, 3},      {Op::helper, 2},
    {Op::if_patched, 2},     {Op::if_ready, 2},     {Op::catching, 8},     {Op::catching_cancel, 8},
    {Op::shielded, 5},       {Op::saga, 3},         {Op::all_futures, 5},  {Op::all_results, 2},
    {Op::any_futures, 5},    {Op::all_tasks, 5},    {Op::any_tasks, 5},    {Op::all_mixed, 4},
    {Op::any_mixed, 5},      {Op::await_kept, 6},   {Op::all_kept, 6},     {Op::any_kept, 5},
    {Op::race_task, 4},      {Op::await_task, 3}};

/// No races between real things, nothing that tells the order in which they came.
constexpr Choice settled_step[] = {
    {Op::activity, 14},      {Op::event, 4},        {Op::dequeue, 2},    {Op::child, 6},
    {Op::timer, 4},          {Op::await_result, 4}, {Op::forget, 4},     {Op::keep, 8},
    {Op::drop_kept, 3},      {Op::set_value, 3},    {Op::set_status, 3}, {Op::now, 1},
    {Op::guid, 1},           {Op::detach, 1},       {Op::log, 1},        {Op::fail, 1},
    {Op::sequence, 3},       {Op::loop, 2},         {Op::guarded, 2},    {Op::helper, 2},
    {Op::if_patched, 2},     {Op::catching, 10},    {Op::shielded, 3},   {Op::saga, 3},
    {Op::all_futures, 6},    {Op::all_results, 3},  {Op::all_tasks, 6},  {Op::await_kept, 6},
    {Op::continue_as_new, 2}};

class Generator {
 public:
  Generator(std::uint64_t seed, std::uint32_t size, Profile profile)
      : random_(seed), size_(size), profile_(profile) {}

  Program make() {
    Program program;
    count_ = profile_ == Profile::everything ? 1 + random_.below(4) : 3;
    for (index_ = 0; index_ < count_; ++index_) {
      budget_ = index_ == 0 ? size_ : 1 + random_.below(1 + size_ / 2);
      program.orchestrations.push_back(whole());
    }
    return program;
  }

 private:
  Node node(Op op) {
    Node made;
    made.op = op;
    made.a = random_.below(1'000);
    made.b = random_.below(1'000);
    return made;
  }

  Op choose(std::span<const Choice> choices) {
    std::uint32_t sum = 0;
    for (const Choice& each : choices) {
      sum += each.weight;
    }
    std::uint32_t left = random_.below(sum);
    for (const Choice& each : choices) {
      if (left < each.weight) {
        return possible(each.op);
      }
      left -= each.weight;
    }
    return Op::activity;
  }

  /// The last orchestration has none to start; and only the first gets events from outside whose
  /// number is known beforehand.
  [[nodiscard]] Op possible(Op op) const {
    const bool starts = op == Op::child || op == Op::detach;
    const bool awaits_event = op == Op::event || op == Op::dequeue;
    if ((starts && index_ + 1 >= count_) ||
        (profile_ == Profile::commutative && awaits_event && index_ > 0)) {
      return Op::activity;
    }
    return op;
  }

  Node leaf() {
    Node made = node(profile_ == Profile::everything ? choose(any_leaf) : choose(settled_leaf));
    if (made.op == Op::child) {
      made.a = index_ + 1 + random_.below(count_ - index_ - 1);
    }
    return made;
  }

  Node sequence(std::uint32_t depth) {
    Node made = node(Op::sequence);
    const std::uint32_t most = depth == 0 ? size_ : 1 + random_.below(5);
    for (std::uint32_t i = 0; i < most && budget_ > 0; ++i) {
      made.children.push_back(step(depth + 1));
    }
    return made;
  }

  Node step(std::uint32_t depth) {
    budget_ -= budget_ > 0 ? 1 : 0;
    if (profile_ == Profile::everything && random_.chance(6)) {
      return interrupted_kept(depth);
    }
    if (depth < 6 && random_.chance(8)) {
      Node made = node(Op::catching);
      made.children.push_back(step(depth + 1));
      made.children.push_back(step(depth + 1));
      return made;
    }
    const Op op = profile_ == Profile::everything ? choose(any_step) : choose(settled_step);
    Node made = node(op);
    switch (op) {
      case Op::child:
      case Op::detach:
        made.a = index_ + 1 + random_.below(count_ - index_ - 1);
        break;
      case Op::await_result:
      case Op::forget:
      case Op::keep:
      case Op::all_kept:
        made.children.push_back(leaf());
        break;
      case Op::all_futures:
      case Op::all_results:
      case Op::any_futures: {
        const std::uint32_t width =
            random_.chance(4) ? 33 + random_.below(8) : 1 + random_.below(4);
        for (std::uint32_t i = 0; i < width; ++i) {
          made.children.push_back(leaf());
        }
        break;
      }
      case Op::all_mixed:
      case Op::any_mixed:
        made.children.push_back(leaf());
        made.children.push_back(body(depth));
        break;
      case Op::all_tasks:
      case Op::any_tasks:
      case Op::saga: {
        const std::uint32_t width = 1 + random_.below(3);
        for (std::uint32_t i = 0; i < width; ++i) {
          made.children.push_back(body(depth));
        }
        break;
      }
      case Op::sequence:
        made = sequence(depth);
        break;
      case Op::if_patched:
      case Op::if_ready:
      case Op::catching:
      case Op::catching_cancel:
        made.children.push_back(body(depth));
        made.children.push_back(body(depth));
        break;
      case Op::set_status:
        // One that may be refused, and one right behind it.
        if (random_.chance(50)) {
          made.op = Op::sequence;
          made.children.push_back(node(Op::set_status));
          made.children.push_back(node(Op::set_status));
        }
        break;
      case Op::keep_task:
      case Op::loop:
      case Op::guarded:
      case Op::helper:
      case Op::shielded:
        made.children.push_back(body(depth));
        break;
      default:
        break;
    }
    return made;
  }

  /// Most orchestrations handle what goes wrong, or few would come far.
  Node whole() {
    Node made = sequence(0);
    if (random_.chance(60)) {
      made = around(Op::catching, std::move(made));
    }
    if (profile_ == Profile::everything && random_.chance(50)) {
      made = around(Op::catching_cancel, std::move(made));
    }
    return made;
  }

  Node around(Op op, Node inner) {
    Node made = node(op);
    made.children.push_back(std::move(inner));
    budget_ += 2;
    made.children.push_back(sequence(1));
    return made;
  }

  /// Futures that are kept while the code is interrupted, and awaited again in its cleanup.
  Node interrupted_kept(std::uint32_t depth) {
    Node made = node(Op::sequence);
    for (std::uint32_t i = 0; i < 2 + random_.below(2); ++i) {
      made.children.push_back(node(Op::keep));
      made.children.back().children.push_back(leaf());
    }
    Node waiting = node(random_.chance(60) ? Op::all_kept : Op::any_kept);
    waiting.children.push_back(leaf());
    Node cleanup = sequence(depth + 1);
    cleanup.children.push_back(node(Op::await_kept));
    cleanup.children.push_back(node(random_.chance(50) ? Op::all_kept : Op::any_kept));
    cleanup.children.back().children.push_back(leaf());
    Node attempt = node(random_.chance(75) ? Op::catching_cancel : Op::catching);
    attempt.children.push_back(std::move(waiting));
    attempt.children.push_back(std::move(cleanup));
    made.children.push_back(std::move(attempt));
    return made;
  }

  Node body(std::uint32_t depth) {
    if (depth >= 6 || budget_ == 0) {
      return leaf();
    }
    return random_.chance(60) ? sequence(depth) : step(depth + 1);
  }

  Random random_;
  std::uint32_t size_;
  Profile profile_;
  std::uint32_t count_ = 0;
  std::uint32_t index_ = 0;
  std::uint32_t budget_ = 0;
};

}  // namespace

Program generate(std::uint64_t seed, std::uint32_t size, Profile profile) {
  return Generator(seed, size, profile).make();
}

}  // namespace duroxide::property
