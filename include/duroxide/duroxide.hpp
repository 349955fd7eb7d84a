#pragma once

/// Everything a program needs to write, run and control orchestrations. Those who write a store of
/// their own include `duroxide/provider.hpp` as well.

#include <duroxide/activity.hpp>
#include <duroxide/activity_options.hpp>
#include <duroxide/async_client.hpp>
#include <duroxide/async_management.hpp>
#include <duroxide/client.hpp>
#include <duroxide/client_builder.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/combinators.hpp>
#include <duroxide/context.hpp>
#include <duroxide/control_socket.hpp>
#include <duroxide/error_type.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/executor.hpp>
#include <duroxide/headers.hpp>
#include <duroxide/input.hpp>
#include <duroxide/interceptor.hpp>
#include <duroxide/lmdb_provider.hpp>
#include <duroxide/management.hpp>
#include <duroxide/memory_provider.hpp>
#include <duroxide/message_options.hpp>
#include <duroxide/metrics.hpp>
#include <duroxide/metrics_reporter.hpp>
#include <duroxide/pending_call.hpp>
#include <duroxide/pending_call_options.hpp>
#include <duroxide/remote_store.hpp>
#include <duroxide/result.hpp>
#include <duroxide/retry.hpp>
#include <duroxide/runtime.hpp>
#include <duroxide/saga.hpp>
#include <duroxide/start_options.hpp>
#include <duroxide/start_result.hpp>
#include <duroxide/status.hpp>
#include <duroxide/status_filter.hpp>
#include <duroxide/store.hpp>
#include <duroxide/sub_orchestration_options.hpp>
#include <duroxide/tags.hpp>
#include <duroxide/task.hpp>
#include <duroxide/tracing.hpp>
#include <duroxide/typed_handles.hpp>
#include <duroxide/version.hpp>
