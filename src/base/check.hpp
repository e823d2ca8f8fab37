#pragma once

#include <cstdio>
#include <cstdlib>

/// A bug, not a failure: the process says where and ends, in release too.
#define CHECK(condition)                                                                     \
    do {                                                                                     \
        if (!(condition)) [[unlikely]] {                                                     \
            std::fprintf(stderr, "%s:%d: bug: CHECK(%s)\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                    \
        }                                                                                    \
    } while (false)
