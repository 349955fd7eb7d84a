#pragma once

#include <filesystem>

#include "model/file_descriptor.hpp"

namespace duroxide::model {

enum class Links { followed, refused };  ///< when the directory's own name is one

/// Holds a directory open, to look at what is in it by names alone, wherever it is moved. None, and `errno`
/// says why, if that cannot be had. On Linux it need not be readable.
[[nodiscard]] FileDescriptor hold_directory(const std::filesystem::path& directory, Links links);

}  // namespace duroxide::model
