#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/yaml/parse.hpp"

/// Any text is read within the limits, and what was read without a fault survives being printed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace swell::yaml;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Limits limits{.bytes = 1u << 16, .depth = 16, .nodes = 10'000};
    const Documents read = parse(text, limits);
    if (!read.faults.empty()) return 0;
    for (const Node& node : read.documents) {
        const swell::Json json = node.to_json();
        const Documents again = parse(to_yaml(json));
        CHECK(again.faults.empty());
        // An empty text of null alone is no document.
        if (again.documents.empty()) {
            CHECK(json.is_null());
            continue;
        }
        CHECK(again.documents.size() == 1 && again.documents[0].to_json() == json);
    }
    return 0;
}
