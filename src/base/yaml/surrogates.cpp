#include "base/yaml/surrogates.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace swell::yaml {

std::string join_surrogates(std::string_view text) {
    std::string joined;
    const auto unit = [&](std::size_t at) -> unsigned {
        if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return 0;
        const std::string digits(text.substr(at + 2, 4));
        char* end = nullptr;
        const unsigned long value = std::strtoul(digits.c_str(), &end, 16);
        return end == digits.c_str() + 4 ? static_cast<unsigned>(value) : 0;
    };
    std::size_t done = 0;
    for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
        const unsigned high = unit(at);
        const unsigned low = high >= 0xD800 && high < 0xDC00 ? unit(at + 6) : 0;
        if (low < 0xDC00 || low >= 0xE000) {
            at += 2;
            continue;
        }
        std::array<char, 12> escape{};
        std::snprintf(
            escape.data(),
            escape.size(),
            "\\U%08x",
            0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
        );
        joined += text.substr(done, at - done);
        joined += escape.data();
        at += 12;
        done = at;
    }
    joined += text.substr(done);
    return joined;
}

}  // namespace swell::yaml
