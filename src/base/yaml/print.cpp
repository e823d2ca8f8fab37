#include <yaml.h>

#include <string>

#include "base/check.hpp"
#include "base/text.hpp"
#include "base/yaml/parse.hpp"
#include "base/yaml/resolve.hpp"

namespace swell::yaml {
namespace {

int append(void* out, unsigned char* buffer, std::size_t size) {
    static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(buffer), size);
    return 1;
}

/// With U+FFFD for each byte that is not UTF-8, which YAML cannot hold.
std::string repaired(std::string_view text) {
    std::string result;
    while (true) {
        const std::size_t valid = utf8_prefix(text);
        result += text.substr(0, valid);
        if (valid == text.size()) return result;
        result += "\ufffd";
        text.remove_prefix(valid + 1);
    }
}

/// libyaml's emitter; it decides between plain and quotes where a plain text would be misread.
class Printer {
  public:
    explicit Printer(std::string& out) {
        CHECK(yaml_emitter_initialize(&emitter_) == 1);
        yaml_emitter_set_output(&emitter_, append, &out);
        yaml_emitter_set_unicode(&emitter_, 1);
        yaml_emitter_set_indent(&emitter_, 2);
        yaml_emitter_set_width(&emitter_, -1);  // never folds a line
    }
    ~Printer() { yaml_emitter_delete(&emitter_); }
    Printer(const Printer&) = delete;
    Printer& operator=(const Printer&) = delete;

    void document(const Json& json) {
        yaml_event_t event;
        emit(event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
        emit(event, yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1));
        value(json);
        emit(event, yaml_document_end_event_initialize(&event, 1));
        emit(event, yaml_stream_end_event_initialize(&event));
    }

  private:
    void value(const Json& json) {
        yaml_event_t event;
        if (json.is_object()) {
            emit(
                event,
                yaml_mapping_start_event_initialize(
                    &event, nullptr, nullptr, 1, YAML_BLOCK_MAPPING_STYLE
                )
            );
            for (const auto& [key, field] : json.items()) {
                text(key);
                value(field);
            }
            emit(event, yaml_mapping_end_event_initialize(&event));
        } else if (json.is_array()) {
            emit(
                event,
                yaml_sequence_start_event_initialize(
                    &event, nullptr, nullptr, 1, YAML_BLOCK_SEQUENCE_STYLE
                )
            );
            for (const Json& item : json) value(item);
            emit(event, yaml_sequence_end_event_initialize(&event));
        } else if (json.is_string()) {
            text(json.get_ref<const std::string&>());
        } else {
            scalar(json.dump(), YAML_PLAIN_SCALAR_STYLE);
        }
    }

    void text(const std::string& text) {
        if (!is_utf8(text)) return this->text(repaired(text));
        if (text.find('\n') != std::string::npos) return scalar(text, YAML_LITERAL_SCALAR_STYLE);
        scalar(
            text, needs_quotes(text) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE
        );
    }

    void scalar(const std::string& text, yaml_scalar_style_t style) {
        yaml_event_t event;
        const auto* bytes = reinterpret_cast<const yaml_char_t*>(text.data());
        const auto length = static_cast<int>(text.size());
        emit(
            event,
            yaml_scalar_event_initialize(&event, nullptr, nullptr, bytes, length, 1, 1, style)
        );
    }

    void emit(yaml_event_t& event, int made) {
        CHECK(made == 1 && yaml_emitter_emit(&emitter_, &event) == 1);
    }

    yaml_emitter_t emitter_{};
};

}  // namespace

std::string to_yaml(const Json& json) {
    std::string out;
    Printer(out).document(json);
    return out;
}

}  // namespace swell::yaml
