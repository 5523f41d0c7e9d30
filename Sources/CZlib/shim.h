#pragma once
#include <zlib.h>

// inflateInit2 is a macro, which Swift cannot call. 15 is the window, 16 asks for a gzip header.
static inline int fanfare_gunzip_init(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

// The same for deflateInit2: 8 is zlib's usual share of memory.
static inline int fanfare_gzip_init(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
