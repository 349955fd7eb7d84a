#pragma once

/// From now on this process runs on two processors, and believes that the machine has no more: so a
/// larger machine counts what a small one does. To be called before any thread is started. Returns
/// whether there are two.
[[nodiscard]] bool use_two_processors();
