#pragma once

#include <memory>

#include <duroxide/log.hpp>
#include <duroxide/pending_call.hpp>
#include <duroxide/provider.hpp>
#include <duroxide/store.hpp>

#include "client/deliveries.hpp"
#include "model/process_mark.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

/// What the pending calls of one facade need of it.
struct CallSurroundings {
  explicit CallSurroundings(const Store& store);

  /// First when the facade ends: what is called from here on is answered as cancelled.
  void take_no_more() const { deliveries->take_no_more(); }
  /// Last when it ends. Nothing happens in a process that was forked.
  void close() const {
    if (!process.is_foreign()) {
      deliveries->close(*system);
    }
  }

  LogSink log;
  model::ProcessMark process;  ///< the one that opened the store
  caf::actor_system* system;   ///< outlives the facade, and with it every call that is not answered
  std::shared_ptr<client::Deliveries> deliveries;
};

}  // namespace duroxide::DUROXIDE_ABI::detail
