// Linked into every executable that `deploy/test --sanitize` builds. Services and commands that tests start get no environment of the
// caller's, so what the sanitizers are to do is in the executables themselves.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#ifdef SANITIZE_thread
const char *__tsan_default_options(void) { return OPTIONS ":suppressions=" SUPPRESSIONS "/thread.suppressions"; }

// Synchronization's Mutex is inlined into our code, where the sanitizer sees it, all but the wait for a lock that is taken: that stands in a
// library of Swift's that is not instrumented. Unseen, each contended Mutex would be reported as a race. These stand before the library's own.
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT void lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF void *handle) __asm__(UNLOCK_SLOW);

SWIFT void lock_slow(uint32_t thread, SELF void *handle) {
  SWIFT void (*original)(uint32_t, SELF void *) = dlsym(RTLD_NEXT, LOCK_SLOW);
  original(thread, handle);
  __tsan_acquire(handle);
}

SWIFT void unlock_slow(SELF void *handle) {
  SWIFT void (*original)(SELF void *) = dlsym(RTLD_NEXT, UNLOCK_SLOW);
  __tsan_release(handle);
  original(handle);
}

// A generic function tells of each access to an inout parameter, and cannot know that a value like SystemRandomNumberGenerator has no size, so
// that its address is whatever was in a register. One that the sanitizer keeps no record of ended the process, and one below all of ours, where it
// would keep one, was twice the same and so a race. (The linker sends calls here.)
#ifndef __x86_64__
#error "where the sanitizer's memory lies is known here for x86_64 only"
#endif
void __real___tsan_external_write(void *address, void *caller, void *tag);
void __wrap___tsan_external_write(void *address, void *caller, void *tag) {
  uintptr_t place = (uintptr_t)address;
  int is_ours = place >= 0x550000000000 && place < 0x568000000000;
  int is_heap = place >= 0x720000000000 && place < 0x740000000000;
  int is_high = place >= 0x7e8000000000 && place < 0x800000000000;
  if (is_ours || is_heap || is_high) __real___tsan_external_write(address, caller, tag);
}
#endif

#ifdef SANITIZE_address
const char *__asan_default_options(void) { return OPTIONS ":detect_leaks=1:suppressions=" SUPPRESSIONS "/address.suppressions"; }
const char *__lsan_default_options(void) { return "print_suppressions=0:suppressions=" SUPPRESSIONS "/leak.suppressions"; }

// Foundation's URLSession sets a URL in CFURLSessionCurlHostIsEqual for each request, and does not free it. Our own code takes URLs apart by itself.
void __lsan_disable(void);
void __lsan_enable(void);

__attribute__((visibility("default"))) int curl_url_set(void *url, int what, const char *part, unsigned flags) {
  int (*original)(void *, int, const char *, unsigned) = dlsym(RTLD_NEXT, "curl_url_set");
  __lsan_disable();
  int code = original(url, what, part, flags);
  __lsan_enable();
  return code;
}
#endif
