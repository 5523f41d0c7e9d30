// What all C programs of the benchmark share: clocks, random numbers, and an end with a sentence.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DIE(...) do { fprintf(stderr, "Error: " __VA_ARGS__); fputc('\n', stderr); exit(1); } while (0)

static inline int64_t nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// xorshift64: cheap, and random enough for ids.
static inline uint64_t random_number(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

// A number of the environment or of a flag: whole, not negative, nothing behind it.
static inline long number(const char *text, const char *name) {
  char *end;
  if (!text) DIE("%s is not set", name);
  long value = strtol(text, &end, 10);
  if (end == text || *end || value < 0) DIE("%s has to be a whole number, and is %s", name, text);
  return value;
}
