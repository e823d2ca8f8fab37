#include "spec/object.hpp"

#include "spec/registry.hpp"

namespace swell::spec {

std::string to_text(const Key& key) {
    constexpr std::size_t sayable = 20;  // `horizontalpodautoscaler` is written `hpa`
    std::string text;
    for (const char c : key.kind)
        text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const Kind* const kind = text.size() > sayable ? find_kind(key.kind) : nullptr;
    if (kind != nullptr && !kind->short_names.empty()) text = kind->short_names.front();
    text += '/';
    if (!key.ns.empty() && key.ns != "default") text += key.ns + '/';
    return text + key.name;
}

}  // namespace swell::spec
