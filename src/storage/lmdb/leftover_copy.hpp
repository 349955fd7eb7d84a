#pragma once

namespace duroxide::storage {

/// Whether an open file is what a copy of ours left that did not come to its end: a database whose
/// tables bear our names, or one of which nothing has reached the disk yet. Reads a page or two of
/// it, and not through LMDB, which a damaged page could end.
[[nodiscard]] bool is_leftover_copy(int file);

}  // namespace duroxide::storage
