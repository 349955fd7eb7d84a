#pragma once

// What only Linux has is asked for in one small file each, which holds what other systems must do with
// beside it: storage/disk_calls.cpp, in model/ background.cpp, held_directory.cpp, stream_socket.cpp and
// wakeup.cpp, and in gateway/ alarm_clock.cpp, http/end_watch.cpp, socket_path.cpp and unix_socket.cpp. No
// other source may ask.
//
// The tests compile those files with DUROXIDE_PORTABLE, too, for what other systems have.

#if defined(__linux__) && !defined(DUROXIDE_PORTABLE)
#define DUROXIDE_ON_LINUX 1
#else
#define DUROXIDE_ON_LINUX 0
#endif
