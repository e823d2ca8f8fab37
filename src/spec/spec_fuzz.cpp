#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "spec/read.hpp"
#include "spec/selector.hpp"

/// Any text is read within bounds; what was found right stays right and the same when it is written
/// and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace swell;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const spec::Manifests read =
        spec::read_text(text, "fuzz", {.bytes = 1u << 16, .depth = 32, .nodes = 10'000});
    CHECK(read.findings.size() <= 500);
    for (const spec::Finding& finding : read.findings) CHECK(!finding.text().empty());
    for (const spec::Manifests::Source& source : read.objects) {
        const Json json = source.object.to_json();
        const auto again = spec::read_json(json);
        CHECK(again.has_value());
        CHECK(again->to_json() == json);
    }
    if (const auto selector = spec::Selector::parse(text)) {
        const auto again = spec::Selector::parse(selector->text());
        CHECK(again.has_value() && *again == *selector);
    }
    return 0;
}
