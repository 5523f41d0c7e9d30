#pragma once
#include <stdint.h>

/// An eventfd that is non-blocking and closed on exec, or -1 with errno.
int clinux_eventfd(void);

/// Names the calling thread; Linux keeps the first 15 characters.
void clinux_name_thread(const char *name);

/// Locks a whole open file for this process alone, without waiting: 0, or the errno (EWOULDBLOCK if another has it).
int clinux_lock_file(int descriptor);

/// Gives such a lock up, for every descriptor of the open file.
void clinux_unlock_file(int descriptor);

/// The wall clock, in nanoseconds since 1970.
int64_t clinux_wall_clock(void);

/// The mode (type and permissions) and the size of the file at a path, or of an open one if `path` is null: 0, or -1 with errno.
int clinux_file_status(const char *path, int descriptor, uint32_t *mode, int64_t *size);

/// Gives an open file to whoever the file or directory at a path belongs to: 0, or -1 with errno.
int clinux_change_owner(int descriptor, const char *like);

/// How many bytes may still be written where a file is, and how many there are in all: 0, or -1 with errno.
int clinux_free_space(const char *path, int64_t *free_bytes, int64_t *total_bytes);
