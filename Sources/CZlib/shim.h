#pragma once
#include <zlib.h>

// inflateInit2 is a macro, which Swift cannot call. 15 is the window, 16 asks for a gzip header.
static inline int fanfare_gunzip_init(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
