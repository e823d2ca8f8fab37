#include "base/yaml/json_documents.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace swell::yaml {
namespace {

constexpr std::string_view mark = "--- ";

/// Follows brackets and strings.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}

    JsonDocuments scan() {
        for (std::size_t i = 0; i < text_.size(); ++i) {
            const char c = text_[i];
            if (c == '\n') {
                ++line_;
                start_ = i + 1;
            } else if (in_string_) {
                if (c == '\\') ++i;
                if (c == '"') in_string_ = false;
            } else {
                outside(c, i);
            }
        }
        if (!found_.lines.empty()) found_.text += text_.substr(copied_);
        return std::move(found_);
    }

  private:
    void outside(char c, std::size_t at) {
        if (c == '"') in_string_ = true;
        if (c == '-' && depth_ == 0) ended_ = false;  // YAML's own mark
        if (c == '{' || c == '[') {
            if (depth_++ == 0 && ended_ && trim(text_.substr(start_, at - start_)).empty()) begin();
        } else if ((c == '}' || c == ']') && depth_ > 0) {
            if (--depth_ == 0) ended_ = true;
        }
    }

    void begin() {
        found_.text += text_.substr(copied_, start_ - copied_);
        found_.text += mark;
        found_.lines.push_back(line_);
        copied_ = start_;
    }

    std::string_view text_;
    JsonDocuments found_;
    std::size_t start_ = 0, copied_ = 0;  // of the line; how much is in `found_`
    std::size_t depth_ = 0;
    std::uint32_t line_ = 1;
    bool in_string_ = false;
    bool ended_ = false;  // a value, with nothing but space since
};

void forget_mark(const std::vector<std::uint32_t>& lines, Position& at) {
    if (at.column > mark.size() && std::binary_search(lines.begin(), lines.end(), at.line))
        at.column -= static_cast<std::uint32_t>(mark.size());
}

// Nodes are as deep as the limits of the reader allow.
void forget_mark(const std::vector<std::uint32_t>& lines, Node& node) {
    forget_mark(lines, node.at);
    for (auto& [key, at] : node.keys) forget_mark(lines, at);
    for (Node& item : node.items) forget_mark(lines, item);
}

}  // namespace

JsonDocuments separate(std::string_view text) { return Scanner(text).scan(); }

void forget_marks(const std::vector<std::uint32_t>& lines, Documents& read) {
    for (Node& document : read.documents) forget_mark(lines, document);
    for (Fault& fault : read.faults) forget_mark(lines, fault.at);
}

}  // namespace swell::yaml
