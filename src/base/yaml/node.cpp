#include "base/yaml/node.hpp"

#include <charconv>
#include <cstdlib>

namespace swell::yaml {
namespace {

// Nodes destroy each other from the outside in, so a value may not be deeper than the stack bears.
// JSON that came through yaml::parse or parse_json is far below it.
constexpr std::size_t deepest = 1000;

Node node_of(const Json& json, std::size_t depth) {
    Node node;
    switch (json.type()) {
        case Json::value_t::boolean:
            node.type = Node::Type::boolean;
            node.text = json.get<bool>() ? "true" : "false";
            break;
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
            node.type = Node::Type::integer;
            node.text = json.dump();
            break;
        case Json::value_t::number_float:
            node.type = Node::Type::number;
            node.text = json.dump();
            break;
        case Json::value_t::string:
            node.type = Node::Type::string;
            node.text = json.get_ref<const std::string&>();
            break;
        case Json::value_t::array:
            node.type = Node::Type::sequence;
            if (depth == 0) break;
            node.items.reserve(json.size());
            for (const Json& item : json) node.items.push_back(node_of(item, depth - 1));
            break;
        case Json::value_t::object:
            node.type = Node::Type::mapping;
            if (depth == 0) break;
            node.items.reserve(json.size());
            node.keys.reserve(json.size());
            for (const auto& [key, value] : json.items()) {
                node.keys.emplace_back(key, Position{});
                node.items.push_back(node_of(value, depth - 1));
            }
            break;
        default:
            break;
    }
    return node;
}

template <class T>
bool read(const std::string& text, T& number) {
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    return result.ec == std::errc{} && result.ptr == end;
}

Json number_of(const std::string& text) {
    std::int64_t integer = 0;
    if (read(text, integer)) return integer;
    std::uint64_t natural = 0;
    if (read(text, natural)) return natural;
    return std::strtod(text.c_str(), nullptr);
}

}  // namespace

const Node* Node::find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i].first == key) return &items[i];
    }
    return nullptr;
}

std::string_view Node::type_name() const {
    switch (type) {
        case Type::null:
            return "null";
        case Type::boolean:
            return "boolean";
        case Type::integer:
            return "integer";
        case Type::number:
            return "number";
        case Type::string:
            return "string";
        case Type::sequence:
            return "list";
        case Type::mapping:
            return "object";
    }
    return "null";
}

Node Node::from_json(const Json& json) { return node_of(json, deepest); }

Json Node::to_json() const {
    switch (type) {
        case Type::null:
            return nullptr;
        case Type::boolean:
            return text == "true";
        case Type::integer:
        case Type::number:
            return number_of(text);
        case Type::string:
            return text;
        case Type::sequence: {
            Json list = Json::array();
            for (const Node& item : items) list.push_back(item.to_json());
            return list;
        }
        case Type::mapping: {
            Json object = Json::object();
            // Keys are unique, so they are appended: the object's own look-up is linear.
            auto& fields = object.get_ref<Json::object_t&>();
            for (std::size_t i = 0; i < keys.size(); ++i) {
                fields.Container::emplace_back(keys[i].first, items[i].to_json());
            }
            return object;
        }
    }
    return nullptr;
}

}  // namespace swell::yaml
