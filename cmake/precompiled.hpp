// What nearly every source reads before its own headers: precompiled once a build, not part of the
// code. A source still includes what it uses: preset clang compiles without this, and so does the
// check that headers compile alone.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
