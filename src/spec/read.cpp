#include "spec/read.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "spec/fields/read.hpp"
#include "spec/fields/schema.hpp"
#include "spec/registry.hpp"

namespace swell::spec {
namespace {

using fields::in_quotes;
using yaml::Node;
using yaml::Position;

/// Most findings of one text; what comes after is left unread.
constexpr std::size_t most_findings = 500;
constexpr std::size_t longest_path = 300;

/// One step down a path: the child and where its key stands.
struct Step {
    const Node* node;
    Position at;
    std::size_t length;  ///< of the path that was used
};

std::optional<Step> step_into_list(const Node& node, std::string_view path) {
    std::size_t index = 0;
    if (!path.starts_with('[')) return std::nullopt;
    const auto [stop, error] = std::from_chars(path.data() + 1, path.data() + path.size(), index);
    const auto length = static_cast<std::size_t>(stop - path.data());
    if (error != std::errc{} || length >= path.size() || path[length] != ']') return std::nullopt;
    if (index >= node.items.size()) return std::nullopt;
    return Step{&node.items[index], node.items[index].at, length + 1};
}

/// A key is written `.name` (`name` at the start), or `[name]` in a map; names may have dots in
/// them, so the longest key that fits is the one.
std::optional<Step> step_into_mapping(const Node& node, std::string_view path) {
    const bool bracket = path.starts_with('[');
    const std::string_view rest = path.substr(bracket || path.starts_with('.') ? 1 : 0);
    const std::size_t before = path.size() - rest.size();
    std::optional<Step> best;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
        const auto& [key, at] = node.keys[i];
        if (!rest.starts_with(key)) continue;
        const std::string_view after = rest.substr(key.size());
        const bool ends = bracket ? after.starts_with(']')
                                  : after.empty() || after.front() == '.' || after.front() == '[';
        const std::size_t length = before + key.size() + (bracket ? 1 : 0);
        if (ends && (!best || length > best->length)) best = Step{&node.items[i], at, length};
    }
    return best;
}

/// Where a path stands in a document: at its last key that is there.
Position place_of(const Node& document, std::string_view path) {
    const Node* node = &document;
    Position at = document.at;
    while (!path.empty()) {
        const auto step = node->type == Node::Type::sequence ? step_into_list(*node, path)
                                                             : step_into_mapping(*node, path);
        if (!step) break;
        node = step->node;
        at = step->at;
        path.remove_prefix(step->length);
    }
    return at;
}

const Node* text_field(const Node& document, std::string_view name) {
    const Node* const found = document.find(name);
    return found != nullptr && found->type == Node::Type::string && !found->text.empty() ? found
                                                                                         : nullptr;
}

/// The kind of a document, or what is wrong with it.
std::expected<const Kind*, Problem> kind_of_document(const Node& document) {
    if (document.type != Node::Type::mapping)
        return std::unexpected(Problem{
            "",
            "expected an object with apiVersion and kind, got " + std::string(document.type_name())
        });
    for (const char* name : {"apiVersion", "kind"}) {
        const Node* const found = document.find(name);
        if (found == nullptr || found->type == Node::Type::null)
            return std::unexpected(Problem{name, "is required"});
        if (text_field(document, name) == nullptr)
            return std::unexpected(
                Problem{name, "expected a string, got " + std::string(found->type_name())}
            );
    }
    const std::string& version = text_field(document, "apiVersion")->text;
    const std::string& name = text_field(document, "kind")->text;
    if (const Kind* kind = find_kind(version, name)) return kind;
    std::vector<std::string_view> names;
    for (const Kind* kind : kinds()) {
        if (kind->name == name)
            return std::unexpected(Problem{
                "apiVersion",
                "must be " + std::string(kind->api_version) + " for kind " + name + ", got " +
                    in_quotes(version)
            });
        names.push_back(kind->name);
    }
    if (is_foreign(version, name))
        return std::unexpected(Problem{
            .path = "kind",
            .what = "kind " + name + " (" + version + ") is not acted on: it is left out",
            .warning = true,
        });
    std::string what = "kind " + in_quotes(name) + " is not known";
    const auto near = name.size() <= 60 ? nearest(name, names) : std::nullopt;
    if (near) what += ": did you mean " + in_quotes(*near) + "?";
    return std::unexpected(Problem{"kind", what});
}

/// The kind of which `DeploymentList` is the list; nullptr for other words.
const Kind* kind_listed(std::string_view version, std::string_view word) {
    constexpr std::string_view suffix = "List";
    if (!word.ends_with(suffix)) return nullptr;
    return find_kind(version, word.substr(0, word.size() - suffix.size()));
}

/// The API leaves apiVersion and kind out of the items of a list of one kind.
void name_items(Node& document) {
    const Node* const word = text_field(document, "kind");
    const Node* const version = text_field(document, "apiVersion");
    if (word == nullptr || version == nullptr) return;
    const Kind* const kind = kind_listed(version->text, word->text);
    if (kind == nullptr) return;
    const std::pair<const char*, std::string> fields[] = {
        {"apiVersion", version->text}, {"kind", std::string(kind->name)}
    };
    const auto items =
        std::ranges::find(document.keys, "items", &decltype(document.keys)::value_type::first);
    if (items == document.keys.end()) return;
    const auto index = static_cast<std::size_t>(items - document.keys.begin());
    for (Node& item : document.items[index].items)
        for (const auto& [name, text] : fields) {
            if (item.type != Node::Type::mapping || item.find(name) != nullptr) continue;
            item.keys.emplace_back(name, item.at);
            item.items.push_back({.type = Node::Type::string, .at = item.at, .text = text});
        }
}

/// Reads and validates; the object stands only if no problem is more than a warning.
std::shared_ptr<const void> read_value(const Kind& kind, const Node& document, Problems& problems) {
    auto value = kind.read(document, problems);
    kind.validate(value.get(), problems);
    return value;
}

bool has_errors(const Problems& problems) {
    return std::any_of(problems.begin(), problems.end(), [](const Problem& p) {
        return !p.warning;
    });
}

/// Collects what one text says.
class Collector {
  public:
    Collector(std::string file, std::shared_ptr<const yaml::Documents> text)
        : file_(std::move(file)), text_(std::move(text)) {}

    void document(const Node& document, const std::string& prefix = "") {
        if (full()) return;
        if (is_list(document)) return list(document, prefix);
        const auto kind = kind_of_document(document);
        if (!kind) return unknown(document, prefix, kind.error());
        Problems problems;
        auto value = read_value(**kind, document, problems);
        told(document, prefix, problems);
        if (has_errors(problems)) return;
        keep(Object(**kind, std::move(value)), document);
    }

    void fault(const yaml::Fault& fault) { add({file_, fault.at, "", fault.what}); }

    Manifests take() {
        const auto before = [](const Finding& a, const Finding& b) {
            return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
        };
        std::stable_sort(manifests_.findings.begin(), manifests_.findings.end(), before);
        return std::move(manifests_);
    }

  private:
    static bool is_list(const Node& document) {
        const Node* const kind = text_field(document, "kind");
        const Node* const version = text_field(document, "apiVersion");
        if (kind == nullptr || version == nullptr || !kind->text.ends_with("List")) return false;
        return (kind->text == "List" && version->text == "v1") ||
               kind_listed(version->text, kind->text) != nullptr;
    }

    void list(const Node& document, const std::string& prefix) {
        const Node* const items = document.find("items");
        if (!prefix.empty()) return found(document, prefix, {"kind", "a List may not hold a List"});
        if (items == nullptr || items->type != Node::Type::sequence)
            return found(document, prefix, {"items", "a List needs a list of items"});
        for (std::size_t i = 0; i < items->items.size(); ++i)
            this->document(items->items[i], "items[" + std::to_string(i) + "]");
    }

    /// The sentence about a kind names the kind itself: the path would only say it again.
    void unknown(const Node& document, const std::string& prefix, Problem problem) {
        const Position at = place_of(document, problem.path);
        const bool sentence = problem.what.starts_with("kind ");
        add(
            {file_,
             at,
             sentence ? prefix : joined(prefix, problem.path),
             std::move(problem.what),
             problem.warning}
        );
    }

    void found(const Node& document, const std::string& prefix, const Problem& problem) {
        add(
            {file_,
             place_of(document, problem.path),
             joined(prefix, problem.path),
             problem.what,
             problem.warning}
        );
    }

    /// That there are more comes after the last of them.
    void told(const Node& document, const std::string& prefix, Problems problems) {
        fields::cut(problems);
        const auto before = [](Position a, Position b) {
            return std::pair(a.line, a.column) < std::pair(b.line, b.column);
        };
        Position last[2] = {document.at, document.at};  // of problems, of warnings
        for (const Problem& problem : problems) {
            const Position at = place_of(document, problem.path);
            last[problem.warning] = std::max(last[problem.warning], at, before);
        }
        for (const Problem& problem : problems)
            if (problem.what.starts_with("and more "))
                add({file_, last[problem.warning], prefix, problem.what, problem.warning});
            else
                found(document, prefix, problem);
    }

    static std::string joined(const std::string& prefix, const std::string& path) {
        return prefix.empty() || path.empty() ? prefix + path : prefix + "." + path;
    }

    void keep(Object object, const Node& document) {
        const Key key = key_of(object);
        const Position at = place_of(document, "metadata.name");
        const auto [first, fresh] = seen_.try_emplace(key, at);
        if (!fresh && !key.name.empty())
            return add(
                {file_,
                 at,
                 "metadata.name",
                 to_text(key) + " is already defined at line " + std::to_string(first->second.line)}
            );
        manifests_.objects.push_back({std::move(object), file_, {text_, &document}});
    }

    bool full() const { return manifests_.findings.size() >= most_findings; }

    void add(Finding finding) {
        if (full()) return;
        // A key of a hostile text may be as long as the text.
        if (finding.path.size() > longest_path)
            finding.path = finding.path.substr(0, longest_path) + "…";
        if (manifests_.findings.size() + 1 == most_findings)
            finding = {file_, finding.at, "", "too many problems: the rest is not shown"};
        manifests_.findings.push_back(std::move(finding));
    }

    std::string file_;
    std::shared_ptr<const yaml::Documents> text_;  ///< objects keep it for the places in it
    Manifests manifests_;
    std::map<Key, Position> seen_;
};

std::string lines_of(const Problems& problems) {
    std::string text;
    for (const Problem& problem : problems) {
        if (problem.warning) continue;
        if (!text.empty()) text += '\n';
        if (!problem.path.empty()) text += problem.path + ": ";
        text += problem.what;
    }
    return text;
}

Result<Object> read_node(const Json& json, bool trusted) {
    const Node document = Node::from_json(json);
    const auto kind = kind_of_document(document);
    if (!kind) return fail(Code::invalid, lines_of({{kind.error().path, kind.error().what}}));
    Problems problems;
    auto value =
        trusted ? (*kind)->read(document, problems) : read_value(**kind, document, problems);
    fields::cut(problems);
    if (has_errors(problems)) return fail(Code::invalid, lines_of(problems));
    return Object(**kind, std::move(value));
}

}  // namespace

std::string Finding::text() const {
    std::string text = file;
    if (at.line != 0) text += ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
    if (!text.empty()) text += ": ";
    if (warning) text += "warning: ";
    if (!path.empty()) text += path + ": ";
    return text + what;
}

Position Manifests::Source::place(std::string_view path) const { return place_of(*document, path); }

Manifests read_text(std::string_view text, const std::string& file, const yaml::Limits& limits) {
    const auto read = std::make_shared<yaml::Documents>(yaml::parse(text, limits));
    for (Node& document : read->documents) name_items(document);
    Collector collector(file, read);
    for (const yaml::Fault& fault : read->faults) collector.fault(fault);
    for (const Node& document : read->documents) collector.document(document);
    return collector.take();
}

Result<Object> read_json(const Json& json) { return read_node(json, false); }

Result<Object> read_trusted_json(const Json& json) { return read_node(json, true); }

Json schema() {
    Json definitions = Json::object();
    Json all = Json::array();
    for (const Kind* kind : kinds()) {
        const Json one = kind->schema();
        definitions.update(one["$defs"]);
        if (one.contains("$ref")) all.push_back({{"$ref", one["$ref"]}});
        if (one.contains("oneOf"))
            for (const Json& version : one["oneOf"]) all.push_back(version);
    }
    return fields::schema_document({{"oneOf", all}}, std::move(definitions));
}

}  // namespace swell::spec
