// One request of HTTP/1.1 in a buffer, as far as the receiver needs to understand it.
#pragma once
#define _GNU_SOURCE
#include <string.h>
#include <strings.h>
#include <sys/types.h>

#include "common.h"

struct request {
  int is_get;
  const char *path, *body;
  size_t path_length, body_length;
};

// The value of a header in a head that ends in an empty line, or 0. Names are looked for at the starts of lines only.
static inline const char *header(const char *head, size_t length, const char *name) {
  size_t name_length = strlen(name);
  const char *end = head + length, *line = head;
  while ((line = memchr(line, '\n', (size_t)(end - line))) && (size_t)(end - ++line) > name_length + 1)
    if ((*line | 32) == *name && line[name_length] == ':' && !strncasecmp(line, name, name_length)) {
      for (line += name_length + 1; *line == ' '; line++) {}
      return line;
    }
  return 0;
}

// Returns the request's size, 0 if more has to be read, -1 if it cannot be understood.
static inline ssize_t parse_request(const char *text, size_t length, struct request *request) {
  const char *end = memmem(text, length, "\r\n\r\n", 4);
  if (!end) return 0;
  size_t head = (size_t)(end - text) + 4;
  request->is_get = !memcmp(text, "GET ", 4);
  const char *path = memchr(text, ' ', head), *after = path ? memchr(path + 1, ' ', (size_t)(end - path - 1)) : 0;
  if (!after) return -1;
  request->path = path + 1;
  request->path_length = (size_t)(after - path - 1);
  request->body = text + head;

  const char *size = header(text, head, "content-length");
  if (size) {
    request->body_length = strtoul(size, 0, 10);
    return length - head < request->body_length ? 0 : (ssize_t)(head + request->body_length);
  }
  const char *encoding = header(text, head, "transfer-encoding");
  if (encoding && !strncasecmp(encoding, "chunked", 7)) {
    // No body here holds this by itself, and what stands between its chunks does not matter to who only looks for numbers in it.
    const char *last = memmem(end + 2, length - head + 2, "\r\n0\r\n\r\n", 7);
    if (!last) return 0;
    request->body_length = (size_t)(last - request->body);
    return last + 7 - text;
  }
  request->body_length = 0;
  return (ssize_t)head;
}
