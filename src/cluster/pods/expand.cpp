#include "cluster/pods/expand.hpp"

namespace swell::cluster::pods {

namespace {

std::string value_of(std::string_view name, const std::vector<const Variables*>& known) {
    const std::string key(name);
    for (const Variables* variables : known)
        if (const auto found = variables->find(key); found != variables->end())
            return found->second;
    return "$(" + key + ")";
}

}  // namespace

std::string expand(std::string_view text, const std::vector<const Variables*>& known) {
    std::string done;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '$' || i + 1 == text.size()) {
            done += text[i];
            continue;
        }
        const char next = text[++i];
        const std::size_t end = next == '(' ? text.find(')', i) : std::string_view::npos;
        if (end != std::string_view::npos) {
            done += value_of(text.substr(i + 1, end - i - 1), known);
            i = end;
        } else if (next == '$') {
            done += '$';
        } else {
            done += '$';
            done += next;
        }
    }
    return done;
}

}  // namespace swell::cluster::pods
