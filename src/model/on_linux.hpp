#pragma once

// What only Linux has is asked for in one small file each, which holds what other systems must do with
// beside it: model/background.cpp, model/held_directory.cpp, storage/disk_calls.cpp, and in gateway/
// alarm_clock.cpp, http/end_watch.cpp, socket_path.cpp, unix_socket.cpp and wakeup.cpp. No other source may
// ask.
//
// The tests compile those files with DUROXIDE_PORTABLE, too, for what other systems have.

#if defined(__linux__) && !defined(DUROXIDE_PORTABLE)
#define DUROXIDE_ON_LINUX 1
#else
#define DUROXIDE_ON_LINUX 0
#endif
