#pragma once

// Worlds on our own stores: conformance/world.hpp, and which stores there are.

#include <duroxide/lmdb_provider.hpp>
#include <duroxide/memory_provider.hpp>

#include "conformance/world.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::testing {

using namespace conformance;

enum class Backend { memory, lmdb };

/// So that a `World` can be made of a backend.
[[nodiscard]] StoreUnderTest store_of(Backend backend);

/// A request of management straight to the writer, so that what is asked next joins its batch. Defined in
/// `management_asks.cpp`, once for each request.
template <class Response, class Request>
Pending<Response> ask_writer(World& world, Request request);

}  // namespace duroxide::testing
