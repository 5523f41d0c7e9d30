#pragma once
#include <curl/curl.h>

// libcurl's option functions are variadic, which Swift cannot call: one typed shim for each kind of argument.
static inline CURLcode fanfare_easy_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode fanfare_easy_set_string(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode fanfare_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return curl_easy_setopt(easy, option, value);
}
