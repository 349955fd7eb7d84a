#pragma once

/// Everything a program needs to write, run and control orchestrations. Those who write a store of
/// their own include `duroxide/provider.hpp` as well.

#include <duroxide/activity.hpp>
#include <duroxide/client.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/combinators.hpp>
#include <duroxide/context.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/lmdb_provider.hpp>
#include <duroxide/management.hpp>
#include <duroxide/memory_provider.hpp>
#include <duroxide/result.hpp>
#include <duroxide/runtime.hpp>
#include <duroxide/status.hpp>
#include <duroxide/store.hpp>
#include <duroxide/task.hpp>
