#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/yaml/items.hpp"

namespace swell::yaml {
namespace {

/// Finds a key among those of one mapping; by hash once they are many.
class KeyIndex {
  public:
    /// The place of an equal key, or that of this one, which is then added.
    std::size_t find_or_add(const std::string& key, const Node& node) {
        constexpr std::size_t few = 16;
        if (node.keys.size() < few) {
            for (std::size_t i = 0; i < node.keys.size(); ++i) {
                if (node.keys[i].first == key) return i;
            }
            return node.keys.size();
        }
        if (places_.empty()) {
            for (std::size_t i = 0; i < node.keys.size(); ++i)
                places_.emplace(node.keys[i].first, i);
        }
        return places_.try_emplace(key, node.keys.size()).first->second;
    }

  private:
    std::unordered_map<std::string, std::size_t> places_;
};

/// Recursion is as deep as the document, which the reader has bounded.
class Builder {
  public:
    Builder(const Items& items, std::vector<Fault>& faults) : items_(items), faults_(faults) {}

    Node value(std::size_t index) {
        const Item& item = items_[index];
        switch (item.kind) {
            case Item::Kind::alias: {
                ++expanding_;
                Node node = value(item.target);
                --expanding_;
                return node;
            }
            case Item::Kind::sequence:
                return sequence(index);
            case Item::Kind::mapping:
                return mapping(index);
            case Item::Kind::scalar:
                break;
        }
        return Node{.type = item.type, .at = item.at, .text = item.text, .items = {}, .keys = {}};
    }

  private:
    Node sequence(std::size_t index) {
        Node node{
            .type = Node::Type::sequence,
            .at = items_[index].at,
            .text = {},
            .items = {},
            .keys = {}
        };
        const std::size_t end = items_[index].end;
        for (std::size_t i = index + 1; i < end; i = items_[i].end) node.items.push_back(value(i));
        return node;
    }

    Node mapping(std::size_t index) {
        Node node{
            .type = Node::Type::mapping, .at = items_[index].at, .text = {}, .items = {}, .keys = {}
        };
        KeyIndex known;
        std::vector<std::size_t> merges;
        const std::size_t end = items_[index].end;
        for (std::size_t i = index + 1; i < end;) {
            const std::size_t value_index = items_[i].end;
            if (items_[i].merge) {
                merges.push_back(value_index);
            } else {
                add(node, known, i, value_index);
            }
            i = items_[value_index].end;
        }
        // What is merged comes after what is said: it only fills in.
        for (const std::size_t merge : merges) fill_in(node, known, value(merge));
        return node;
    }

    void add(Node& node, KeyIndex& known, std::size_t key_index, std::size_t value_index) {
        const Item& written = items_[key_index];
        const Item& key = written.kind == Item::Kind::alias ? items_[written.target] : written;
        const std::size_t place = known.find_or_add(key.text, node);
        if (place < node.keys.size()) {
            const Position first = node.keys[place].second;
            fault(
                written.at,
                "key \"" + key.text + "\" is given twice: first at line " +
                    std::to_string(first.line) + ", column " + std::to_string(first.column)
            );
            return;
        }
        node.keys.emplace_back(key.text, written.at);
        node.items.push_back(value(value_index));
    }

    void fill_in(Node& node, KeyIndex& known, Node merged) {
        if (merged.type == Node::Type::sequence) {
            for (Node& part : merged.items) {
                if (part.type != Node::Type::mapping) return fault_merge(part);
                fill_in(node, known, std::move(part));
            }
            return;
        }
        if (merged.type != Node::Type::mapping) return fault_merge(merged);
        for (std::size_t i = 0; i < merged.keys.size(); ++i) {
            if (known.find_or_add(merged.keys[i].first, node) < node.keys.size()) continue;
            node.keys.push_back(std::move(merged.keys[i]));
            node.items.push_back(std::move(merged.items[i]));
        }
    }

    void fault_merge(const Node& node) {
        fault(
            node.at,
            "a merge (<<) takes an object or a list of objects, got " +
                std::string(node.type_name())
        );
    }

    void fault(Position at, std::string what) {
        // In an expanded alias it was told where it is written.
        if (expanding_ == 0 && faults_.size() < most_faults)
            faults_.push_back({at, std::move(what)});
    }

    const Items& items_;
    std::vector<Fault>& faults_;
    std::size_t expanding_ = 0;
};

}  // namespace

Node build(const Items& items, std::vector<Fault>& faults) {
    return Builder(items, faults).value(0);
}

}  // namespace swell::yaml
