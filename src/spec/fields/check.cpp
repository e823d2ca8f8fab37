#include "spec/fields/check.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "spec/fields/path.hpp"
#include "spec/fields/read.hpp"

namespace swell::spec::fields {
namespace {

class Checker {
  public:
    explicit Checker(Problems& problems) : problems_(problems) {}

    void object(const void* object, const Struct& type, bool root = false) {
        for (const Field& field : type.fields) {
            if (!field.has_member() || field.form == Field::Form::merged) continue;
            if (root && field.name == "status") continue;
            path_.enter_field(field.name);
            this->field(member(object, field), *field.type, field);
            path_.leave();
        }
    }

  private:
    void field(const void* value, const Type& type, const Field& field) {
        if (field.required && empty(value, type)) return problem("must not be empty");
        if (!field.words.empty()) words(value, type, field);
        if (field.range) range(value, type, field);
        inner(value, type);
    }

    static bool empty(const void* value, const Type& type) {
        if (type.shape == Type::Shape::text) return static_cast<const std::string*>(value)->empty();
        return type.shape == Type::Shape::list && type.size(value) == 0;
    }

    void words(const void* value, const Type& type, const Field& field) {
        const bool optional = type.shape == Type::Shape::optional;
        if (optional && type.size(value) == 0) return;
        const auto& word = *static_cast<const std::string*>(optional ? type.at(value, 0) : value);
        if (word.empty() && !optional) return;
        if (std::find(field.words.begin(), field.words.end(), word) == field.words.end())
            problem(not_one_of(word, field.words));
    }

    void range(const void* value, const Type& type, const Field& field) {
        const bool optional = type.shape == Type::Shape::optional;
        if (optional && type.size(value) == 0) return;
        const void* const number = optional ? type.at(value, 0) : value;
        const bool wide = (optional ? *type.element : type).shape == Type::Shape::int64;
        const std::int64_t got = wide ? *static_cast<const std::int64_t*>(number)
                                      : *static_cast<const std::int32_t*>(number);
        if (got < field.range->min || got > field.range->max)
            problem(not_within(*field.range, got));
    }

    /// Walks into structs and lists and maps of structs.
    void inner(const void* value, const Type& type) {
        if (type.shape == Type::Shape::object) return object(value, type.fields());
        if (type.shape == Type::Shape::optional) {
            if (type.size(value) != 0) inner(type.at(value, 0), *type.element);
            return;
        }
        if (type.shape != Type::Shape::list || type.element->shape != Type::Shape::object) return;
        for (std::size_t i = 0; i < type.size(value); ++i) {
            path_.enter_item(i);
            inner(type.at(value, i), *type.element);
            path_.leave();
        }
    }

    void problem(std::string what) {
        if (has_room(problems_, false)) problems_.push_back({path_.text(), std::move(what)});
    }

    Problems& problems_;
    Path path_;
};

}  // namespace

std::string not_one_of(std::string_view word, const std::vector<std::string_view>& words) {
    std::string what = "must be one of ";
    for (std::size_t i = 0; i < words.size(); ++i) what.append(i == 0 ? "" : ", ").append(words[i]);
    what += ", got " + in_quotes(word);
    if (word.size() <= 60)
        if (const auto near = nearest(word, words))
            what += ": did you mean " + in_quotes(*near) + "?";
    return what;
}

std::string not_within(const Field::Range& range, std::int64_t value) {
    const bool open = range.max >= std::numeric_limits<std::int32_t>::max();
    const std::string bounds =
        open ? ">= " + std::to_string(range.min)
             : "between " + std::to_string(range.min) + " and " + std::to_string(range.max);
    return "must be " + bounds + ", got " + std::to_string(value);
}

void check(const void* object, const Struct& type, Problems& problems) {
    Checker(problems).object(object, type, true);
}

}  // namespace swell::spec::fields
