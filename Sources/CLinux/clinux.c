#define _GNU_SOURCE
#include "clinux.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <time.h>

int clinux_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void clinux_name_thread(const char *name) {
  char short_name[16];
  snprintf(short_name, sizeof short_name, "%s", name);
  pthread_setname_np(pthread_self(), short_name);
}

int clinux_lock_file(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno; }

void clinux_unlock_file(int descriptor) { flock(descriptor, LOCK_UN); }

int64_t clinux_wall_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int clinux_file_status(const char *path, int descriptor, uint32_t *mode, int64_t *size) {
  struct stat status;
  if ((path ? stat(path, &status) : fstat(descriptor, &status)) != 0) return -1;
  *mode = status.st_mode;
  *size = status.st_size;
  return 0;
}

int clinux_change_owner(int descriptor, const char *like) {
  struct stat status;
  if (stat(like, &status) != 0) return -1;
  return fchown(descriptor, status.st_uid, status.st_gid);
}

int clinux_free_space(const char *path, int64_t *free_bytes, int64_t *total_bytes) {
  struct statvfs status;
  if (statvfs(path, &status) != 0) return -1;
  *free_bytes = (int64_t)status.f_bavail * status.f_frsize;
  *total_bytes = (int64_t)status.f_blocks * status.f_frsize;
  return 0;
}
