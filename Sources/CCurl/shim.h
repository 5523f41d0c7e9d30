#pragma once
#include <curl/curl.h>
// Not in Swift's Glibc module: the sockets that libcurl names are watched with it.
#include <sys/epoll.h>

// libcurl's option functions are variadic, which Swift cannot call: one typed shim for each kind of argument.
static inline CURLcode fanfare_easy_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode fanfare_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode fanfare_easy_set_string(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode fanfare_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode fanfare_easy_set_header_list(CURL *easy, struct curl_slist *list) {
  return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
}

// Callbacks, each with the pointer that it is handed.
static inline void fanfare_easy_on_body(CURL *easy, size_t (*callback)(char *, size_t, size_t, void *), void *context) {
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}
static inline void fanfare_easy_on_header(CURL *easy, size_t (*callback)(char *, size_t, size_t, void *), void *context) {
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}
static inline void fanfare_easy_on_open(
    CURL *easy, curl_socket_t (*callback)(void *, curlsocktype, struct curl_sockaddr *), void *context) {
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
}
static inline void fanfare_easy_on_close(CURL *easy, int (*callback)(void *, curl_socket_t), void *context) {
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, callback);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, context);
}

static inline long fanfare_easy_response_code(CURL *easy) {
  long code = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
  return code;
}
/// Microseconds until the connection stood, TLS included; 0 if it never did.
static inline curl_off_t fanfare_easy_connected_after(CURL *easy) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds);
  return microseconds;
}
static inline void *fanfare_easy_private(CURL *easy) {
  char *pointer = 0;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &pointer);
  return pointer;
}

static inline CURLMcode fanfare_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}
static inline void fanfare_multi_on_socket(
    CURLM *multi, int (*callback)(CURL *, curl_socket_t, int, void *, void *), void *context) {
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
}
static inline void fanfare_multi_on_timer(CURLM *multi, int (*callback)(CURLM *, long, void *), void *context) {
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}
