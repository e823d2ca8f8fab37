#include "spec/fields/path.hpp"

namespace swell::spec::fields {

std::string Path::text() const {
    std::string text;
    for (const Step& step : steps_) {
        if (step.type == Step::Type::item) {
            text += '[' + std::to_string(step.index) + ']';
        } else if (step.type == Step::Type::key) {
            text.append("[").append(step.name).append("]");
        } else {
            if (!text.empty()) text += '.';
            text += step.name;
        }
    }
    return text;
}

std::string Path::text(std::string_view field) const {
    std::string text = this->text();
    if (!text.empty()) text += '.';
    return text.append(field);
}

}  // namespace swell::spec::fields
