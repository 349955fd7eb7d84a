// Precompiled for the layers that are actors, if each file is compiled by itself: the headers that take longest to read. No file may rely on it; each
// includes what it uses.
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <duroxide/provider.hpp>
