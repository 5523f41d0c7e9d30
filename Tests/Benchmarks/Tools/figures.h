// What the receiver counts: posts, events told apart by path and number, connections, and how long events were on their way.
#pragma once
#include "request.h"

// Times in microseconds, in classes that are at most 1/64 wide: exact up to 127 µs, 1.6 % beyond.
enum { fraction_bits = 6, classes = 64 << fraction_bits };

static struct {
  uint64_t posts, unique, duplicates, without_number, connections, open, most_open, timed;
  int64_t first, last, last_answer, longest;
  uint32_t histogram[classes];
} figures;

// Pairs of path and number that were seen: open addressing, never more than half full. Starts with room for half a million, which the
// kernel gives as it is touched, so that a usual run never has to move them.
static uint64_t *seen;
static uint64_t seen_size = 1 << 20;

static void forget_figures(void) {
  uint64_t open = figures.open;
  memset(&figures, 0, sizeof figures);
  figures.open = figures.most_open = open;
  free(seen);
  seen = calloc(seen_size, sizeof *seen);
  if (!seen) DIE("there is no memory for what was seen");
}

static uint64_t *place(uint64_t key) {
  uint64_t slot = (key * 0x9E3779B97F4A7C15u) >> 20 & (seen_size - 1);
  while (seen[slot] && seen[slot] != key) slot = (slot + 1) & (seen_size - 1);
  return &seen[slot];
}

static void grow_seen(void) {
  uint64_t *old = seen, size = seen_size;
  seen_size *= 2;
  seen = calloc(seen_size, sizeof *seen);
  if (!seen) DIE("there is no memory for what was seen");
  for (uint64_t k = 0; k < size; k++) if (old[k]) *place(old[k]) = old[k];
  free(old);
}

static unsigned class_of(uint64_t microseconds) {
  unsigned shift = 0;
  while (microseconds >> shift >= 2u << fraction_bits) shift++;
  unsigned class = (shift << fraction_bits) + (unsigned)(microseconds >> shift);
  return class < classes ? class : classes - 1;
}

static double class_middle(unsigned class) {
  unsigned shift = class >> fraction_bits ? (class >> fraction_bits) - 1 : 0;
  return ((double)(class - (shift << fraction_bits)) + (shift ? 0.5 : 0)) * (double)(1ull << shift);
}

// The time in milliseconds that this share of all did not exceed.
static double quantile(double share) {
  uint64_t rank = (uint64_t)(share * (double)figures.timed), sum = 0;
  if (!figures.timed) return 0;
  for (unsigned class = 0; class < classes; class++)
    if ((sum += figures.histogram[class]) > rank) return class_middle(class) / 1000;
  return (double)figures.longest / 1e6;
}

static uint64_t digits(const char *text, const char *end) {
  uint64_t value = 0;
  for (; text < end && *text >= '0' && *text <= '9'; text++) value = value * 10 + (uint64_t)(*text - '0');
  return value;
}

static void count_post(const struct request *request, int64_t first_byte) {
  int64_t now = nanoseconds(CLOCK_MONOTONIC);
  if (!figures.posts++) figures.first = now;
  figures.last = now;

  const char *end = request->body + request->body_length, *sequence = memmem(request->body, request->body_length, "\"seq\":", 6);
  if (!sequence) {
    figures.without_number++;
    return;
  }
  // FNV-1a over the path; never 0, which is the mark of an empty slot.
  uint64_t key = 0xcbf29ce484222325;
  for (size_t k = 0; k < request->path_length; k++) key = (key ^ (uint8_t)request->path[k]) * 0x100000001b3;
  key = (key << 32 | (uint32_t)(digits(sequence + 6, end) + 1)) | 1ull << 63;
  uint64_t *slot = place(key);
  if (*slot) figures.duplicates++;
  else {
    *slot = key;
    if (++figures.unique * 2 > seen_size) grow_seen();
  }

  const char *sent = memmem(request->body, request->body_length, "\"sent\":", 7);
  if (!sent) return;
  int64_t taken = first_byte - (int64_t)digits(sent + 7, end);
  if (taken < 0) taken = 0;
  if (taken > figures.longest) figures.longest = taken;
  figures.histogram[class_of((uint64_t)taken / 1000)]++;
  figures.timed++;
}

static int print_figures(char *text, size_t room) {
  return snprintf(text, room,
    "{\"posts\": %lu, \"unique\": %lu, \"duplicates\": %lu, \"without_number\": %lu, \"seconds\": %.6f, "
    "\"answered_seconds\": %.6f, \"connections\": %lu, \"most_connections\": %lu, "
    "\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"p999_ms\": %.3f, \"max_ms\": %.3f}\n",
    figures.posts, figures.unique, figures.duplicates, figures.without_number, (double)(figures.last - figures.first) / 1e9,
    (double)(figures.last_answer - figures.first) / 1e9, figures.connections, figures.most_open,
    quantile(0.5), quantile(0.99), quantile(0.999), (double)figures.longest / 1e6);
}
