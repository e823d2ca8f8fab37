#include "base/yaml/parse.hpp"

#include <yaml.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>

#include "base/check.hpp"
#include "base/text.hpp"
#include "base/yaml/items.hpp"
#include "base/yaml/json_documents.hpp"
#include "base/yaml/resolve.hpp"
#include "base/yaml/surrogates.hpp"

namespace swell::yaml {
namespace {

// Building and destroying a Node recurses as deep as it is; no limit may ask for more than this.
constexpr std::size_t deepest = 1000;

Position position(const yaml_mark_t& mark) {
    return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

/// Line and column (in characters) of a byte.
Position position_of(std::string_view text, std::size_t offset) {
    text = text.substr(0, offset);
    Position at{1, 1};
    at.line += static_cast<std::uint32_t>(std::ranges::count(text, '\n'));
    text.remove_prefix(text.rfind('\n') + 1);  // npos + 1 is 0
    const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; };
    at.column += static_cast<std::uint32_t>(std::ranges::count_if(text, starts));
    return at;
}

std::string_view text_of(const yaml_char_t* text) {
    return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

/// libyaml's parser and its current event, released together.
class Events {
  public:
    explicit Events(std::string_view text) {
        CHECK(yaml_parser_initialize(&parser_) == 1);
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(
            &parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size()
        );
    }
    ~Events() {
        yaml_event_delete(&event_);
        yaml_parser_delete(&parser_);
    }
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;

    /// The next event, valid until the next call; nullptr after an error.
    const yaml_event_t* next() {
        yaml_event_delete(&event_);
        return yaml_parser_parse(&parser_, &event_) == 1 ? &event_ : nullptr;
    }
    const yaml_parser_t& parser() const { return parser_; }

  private:
    yaml_parser_t parser_{};
    yaml_event_t event_{};
};

/// How much a value is once its aliases are expanded.
struct Size {
    std::size_t nodes = 0;
    std::size_t bytes = 0;
    std::size_t depth = 0;

    void add(const Size& part) {
        nodes += part.nodes;
        bytes += part.bytes;
        depth = std::max(depth, part.depth);
    }
};

struct Anchor {
    std::size_t index = 0;
    Size size;
    bool open = true;  // its value is still being read
};

/// A collection that is being read.
struct Frame {
    std::size_t index = 0;
    Size size{.nodes = 1, .bytes = 0, .depth = 1};
    std::string anchor;
    bool is_mapping = false;
    bool at_key = false;
};

class Reader {
  public:
    Reader(std::string_view text, const Limits& limits)
        : text_(text),
          limits_(limits),
          depth_limit_(std::min(limits.depth, deepest)),
          events_(text) {}

    Documents read() {
        while (!stopped_) {
            const yaml_event_t* event = events_.next();
            if (event == nullptr) {
                syntax_fault();
                break;
            }
            if (event->type == YAML_STREAM_END_EVENT) break;
            take(*event);
        }
        return std::move(result_);
    }

  private:
    void take(const yaml_event_t& event) {
        const Position at = position(event.start_mark);
        switch (event.type) {
            case YAML_DOCUMENT_START_EVENT:
                items_.clear();
                anchors_.clear();
                return;
            case YAML_DOCUMENT_END_EVENT:
                return finish_document();
            case YAML_ALIAS_EVENT:
                return alias(at, std::string(text_of(event.data.alias.anchor)));
            case YAML_SCALAR_EVENT:
                return scalar(at, event);
            case YAML_SEQUENCE_START_EVENT:
                return open(at, Item::Kind::sequence, text_of(event.data.sequence_start.anchor));
            case YAML_MAPPING_START_EVENT:
                return open(at, Item::Kind::mapping, text_of(event.data.mapping_start.anchor));
            case YAML_SEQUENCE_END_EVENT:
            case YAML_MAPPING_END_EVENT:
                return close();
            default:
                return;
        }
    }

    void finish_document() {
        const Item& root = items_.front();
        if (root.kind == Item::Kind::scalar && root.type == Node::Type::null && root.text.empty())
            return;
        result_.documents.push_back(build(items_, result_.faults));
        if (result_.faults.size() >= most_faults) stop({}, "too many faults: the rest is not read");
    }

    void open(Position at, Item::Kind kind, std::string_view anchor) {
        if (frames_.size() >= depth_limit_) {
            return stop(
                at, "nested deeper than the limit of " + std::to_string(depth_limit_) + " levels"
            );
        }
        if (is_key()) {
            return stop(at, "a key must be text, not a list or an object");
        }
        if (!charge(at, {.nodes = 1, .bytes = 0, .depth = 0})) return;
        const bool is_mapping = kind == Item::Kind::mapping;
        frames_.push_back(
            {.index = items_.size(),
             .anchor = std::string(anchor),
             .is_mapping = is_mapping,
             .at_key = is_mapping}
        );
        if (!anchor.empty())
            anchors_.insert_or_assign(std::string(anchor), Anchor{items_.size(), {}, true});
        items_.push_back({.kind = kind, .at = at, .text = {}, .end = 0});
    }

    void close() {
        Frame frame = std::move(frames_.back());
        frames_.pop_back();
        items_[frame.index].end = items_.size();
        // An inner anchor of the same name has taken its place: then the outer one is gone.
        const auto anchor = anchors_.find(frame.anchor);
        if (anchor != anchors_.end() && anchor->second.index == frame.index) {
            anchor->second.size = frame.size;
            anchor->second.open = false;
        }
        ++frame.size.depth;
        placed(frame.size);
    }

    void scalar(Position at, const yaml_event_t& event) {
        const auto& data = event.data.scalar;
        const std::string_view text(reinterpret_cast<const char*>(data.value), data.length);
        const Size size{.nodes = is_key() ? 0u : 1u, .bytes = text.size(), .depth = 0};
        if (!charge(at, size)) return;
        Item item{.at = at, .text = {}, .end = items_.size() + 1};
        const std::string_view tag = text_of(data.tag);
        const bool is_plain = data.style == YAML_PLAIN_SCALAR_STYLE && tag.empty();
        item.merge = is_key() && is_plain && text == "<<";
        std::optional<Scalar> meaning = Scalar{Node::Type::string, std::string(text)};
        if (!tag.empty()) {
            meaning = resolve_tagged(tag, text);
        } else if (is_plain) {
            meaning = resolve_plain(text);
        }
        if (!meaning) {
            fault(at, quote(text) + " is not of the type that its tag names");
            meaning.emplace();
        }
        check(at, *meaning);
        // The text of a null that nobody wrote stays empty: it marks an empty document.
        const bool is_absent = meaning->type == Node::Type::null && text.empty();
        item.type = meaning->type;
        if (!is_absent) item.text = std::move(meaning->text);
        const std::string anchor(text_of(data.anchor));
        if (!anchor.empty()) {
            const Size whole{.nodes = 1, .bytes = text.size(), .depth = 0};
            anchors_.insert_or_assign(anchor, Anchor{items_.size(), whole, false});
        }
        items_.push_back(std::move(item));
        placed(size);
    }

    void check(Position at, const Scalar& scalar) {
        const bool is_word = scalar.type == Node::Type::number &&
                             scalar.text.find('.') != std::string::npos &&
                             (scalar.text.ends_with("inf") || scalar.text.ends_with("nan"));
        if (is_word)
            fault(at, scalar.text + " is no number that JSON can hold; quote it if it is text");
        if (is_key() && scalar.type == Node::Type::null) fault(at, "a key must be text, got null");
    }

    void alias(Position at, const std::string& name) {
        const auto found = anchors_.find(name);
        Item item{.kind = Item::Kind::alias, .at = at, .text = {}, .end = items_.size() + 1};
        if (found == anchors_.end() || found->second.open) {
            const bool open = found != anchors_.end();
            fault(
                at,
                "alias *" + name +
                    (open ? " stands inside its own anchor" : " has no anchor before it")
            );
            item.kind = Item::Kind::scalar;
            items_.push_back(std::move(item));
            return placed({});
        }
        const Anchor& anchor = found->second;
        if (is_key() && items_[anchor.index].kind != Item::Kind::scalar) {
            return stop(at, "a key must be text, not a list or an object");
        }
        if (frames_.size() + anchor.size.depth > depth_limit_) {
            return stop(
                at,
                "nested deeper than the limit of " + std::to_string(depth_limit_) +
                    " levels, by alias *" + name
            );
        }
        if (!charge(at, anchor.size)) return;
        item.target = anchor.index;
        items_.push_back(std::move(item));
        placed(anchor.size);
    }

    /// A value is complete: its collection is one part larger.
    void placed(const Size& size) {
        if (frames_.empty()) return;
        Frame& frame = frames_.back();
        frame.size.add(size);
        if (frame.is_mapping) frame.at_key = !frame.at_key;
    }

    bool is_key() const { return !frames_.empty() && frames_.back().at_key; }

    /// Counts what is about to be taken into memory against the limits.
    bool charge(Position at, const Size& size) {
        total_.add(size);
        if (total_.nodes > limits_.nodes) {
            stop(
                at,
                "more than the limit of " + std::to_string(limits_.nodes) +
                    " values once aliases are expanded"
            );
            return false;
        }
        // Escapes can make text a little longer than it is written; aliases without bound.
        if (total_.bytes > 2 * limits_.bytes) {
            stop(
                at,
                "more than " + binary_size(2 * limits_.bytes) + " of text once aliases are expanded"
            );
            return false;
        }
        return true;
    }

    void fault(Position at, std::string what) {
        if (result_.faults.size() < most_faults) result_.faults.push_back({at, std::move(what)});
    }

    void stop(Position at, std::string what) {
        result_.faults.push_back({at, std::move(what)});
        stopped_ = true;
    }

    static std::string quote(std::string_view text) {
        constexpr std::size_t most = 40;
        std::string quoted = "\"" + std::string(text.substr(0, most));
        return quoted + (text.size() > most ? "…\"" : "\"");
    }

    void syntax_fault() {
        const yaml_parser_t& parser = events_.parser();
        CHECK(parser.error != YAML_MEMORY_ERROR);
        const std::string problem = parser.problem == nullptr ? "not YAML" : parser.problem;
        if (parser.error == YAML_READER_ERROR) {
            return stop(position_of(text_, parser.problem_offset), problem);
        }
        const Position at = position(parser.problem_mark);
        if (starts_with_tab(at)) return stop(at, "a tab cannot indent YAML: use spaces");
        std::string what = problem;
        if (parser.context != nullptr) {
            what += std::string(", ") + parser.context;
            const Position start = position(parser.context_mark);
            if (start.line != at.line) what += " that starts at line " + std::to_string(start.line);
        }
        stop(at, what);
    }

    /// Whether a tab is among the white space that the line of a fault starts with.
    bool starts_with_tab(Position at) const {
        std::string_view rest = text_;
        for (std::uint32_t line = 1; line < at.line; ++line) {
            const std::size_t end = rest.find('\n');
            if (end == std::string_view::npos) return false;
            rest.remove_prefix(end + 1);
        }
        const std::size_t indent = std::min(rest.find_first_not_of(" \t"), rest.size());
        return rest.substr(0, indent).find('\t') != std::string_view::npos;
    }

    std::string_view text_;
    Limits limits_;
    std::size_t depth_limit_;
    Events events_;
    bool stopped_ = false;
    Documents result_;
    Size total_;
    Items items_;                            // of the document that is being read
    std::vector<Frame> frames_;              // its open collections, outermost first
    std::map<std::string, Anchor> anchors_;  // its anchors
};

}  // namespace

Documents parse(std::string_view text, const Limits& limits) {
    const auto refuse = [](Position at, std::string what) {
        return Documents{.documents = {}, .faults = {{at, std::move(what)}}};
    };
    if (text.size() > limits.bytes) {
        return refuse(
            {1, 1},
            "document of " + binary_size(text.size()) + " is larger than the limit of " +
                binary_size(limits.bytes)
        );
    }
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
    const std::size_t valid = utf8_prefix(text);
    if (valid < text.size()) {
        std::array<char, 40> what{};
        const unsigned byte = static_cast<unsigned char>(text[valid]);
        std::snprintf(what.data(), what.size(), "invalid UTF-8: byte 0x%02x", byte);
        return refuse(position_of(text, valid), what.data());
    }
    const std::string_view start = trim(text.substr(0, 1024));
    const bool is_json = start.starts_with('{') || start.starts_with('[');
    if (!is_json) return Reader(text, limits).read();
    std::string joined;
    if (text.find("\\u") != std::string_view::npos) text = joined = join_surrogates(text);
    const JsonDocuments separated = separate(text);
    if (separated.lines.empty()) return Reader(text, limits).read();
    Documents read = Reader(separated.text, limits).read();
    forget_marks(separated.lines, read);
    return read;
}

}  // namespace swell::yaml
