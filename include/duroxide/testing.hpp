#pragma once

/// For tests of what is written with this library: a system on a clock of the test, without threads, with
/// mocks, crashes and a replayer. Any test framework will do; what it may print has an `operator<<`. All
/// of it is in the namespace `duroxide::testkit`, as `testing` is that of other frameworks.

#include <duroxide/testing/crashes.hpp>
#include <duroxide/testing/history.hpp>
#include <duroxide/testing/mock.hpp>
#include <duroxide/testing/registrations.hpp>
#include <duroxide/testing/replay.hpp>
#include <duroxide/testing/test_system.hpp>
