#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "postgres/request.hpp"

namespace duroxide::postgres {

/// Where batches of requests run: on threads with sessions of their own, or on the spot where an actor
/// system has no threads. For any thread.
class Runner {
 public:
  using Batch = std::vector<Request>;
  /// Calls what it is given on the turn of the actor that has asked, later.
  using Post = std::function<void(std::function<void()>)>;

  virtual ~Runner() = default;

  /// Makes the requests of a batch in one transaction, or each in one of its own if that fails, and calls
  /// the `done` of each, and then `after`, by way of `post`.
  virtual void run(Batch batch, Post post, std::function<void()> after) = 0;
  /// Reads: each in a transaction of its own, which writes nothing.
  void run(Request request, Post post) {
    Batch batch;
    batch.push_back(std::move(request));
    run(std::move(batch), std::move(post), {});
  }
  /// Waits for what is under way. What comes later is refused as `closed`.
  virtual void close() = 0;
};

}  // namespace duroxide::postgres
