#include "cluster/api/causes.hpp"

#include <gtest/gtest.h>

namespace swell::cluster {
namespace {

TEST(Causes, TheTypeIsReadOffTheWords) {
    const struct {
        const char* what;
        const char* reason;
    } cases[] = {
        {"Invalid value: 1: too small", "FieldValueInvalid"},
        {"Required value", "FieldValueRequired"},
        {"Required value: name or generateName is required", "FieldValueRequired"},
        {R"(Unsupported value: "a": supported values: "b")", "FieldValueNotSupported"},
        {"Forbidden: not now", "FieldValueForbidden"},
        {R"(Duplicate value: "a")", "FieldValueDuplicate"},
        {"Too many: 3: must have at most 2 items", "FieldValueTooMany"},
        {"Invalid values are not a type", ""},
    };
    for (const auto& c : cases) {
        const Cause cause = cause_of({"spec.a", c.what});
        EXPECT_EQ(cause, (Cause{c.reason, c.what, "spec.a"})) << c.what;
    }
}

TEST(Causes, ValuesAtPaths) {
    const Json json = Json::parse(
        R"({"spec": {"hard": {"requests.cpu": "1", "requests": 2}, "list": [{"a": [3]}], "a.b": 4, "a": {"b": 5}}})"
    );
    const struct {
        const char* path;
        Json value;  // null: none
    } cases[] = {
        {"spec.hard[requests.cpu]", "1"},
        {"spec.hard[requests]", 2},
        {"spec.hard.requests.cpu", "1"},
        {"spec.list[0].a[0]", 3},
        {"spec.list[1]", nullptr},
        {"spec.list[x]", nullptr},
        {"spec.list[0", nullptr},
        {"spec.a.b", 4},
        {"spec.nope", nullptr},
        {"spec.hard[nope]", nullptr},
        {"", json},
    };
    for (const auto& c : cases) {
        const Json* const got = value_at(json, c.path);
        EXPECT_EQ(got != nullptr ? *got : Json(), c.value) << c.path;
    }
}

std::string told(const spec::Problem& problem, const char* body) {
    std::string text;
    for (const spec::Problem& each : in_kubernetes_words(problem, Json::parse(body)))
        text += (text.empty() ? "" : "; ") + each.path + ": " + each.what;
    return text;
}

TEST(Causes, OursInKubernetesWords) {
    const struct {
        const char* why;
        spec::Problem problem;
        const char* body;
        const char* told;
    } cases[] = {
        // clang-format off
        {"as it is",     {"a", "Invalid value: 1: no"}, "{}", "a: Invalid value: 1: no"},
        {"left out",     {"spec.x", "is required"}, "{}", "spec.x: Required value"},
        {"for a reason", {"data[tls.key]", "is required for type kubernetes.io/tls"}, "{}", "data[tls.key]: Required value: for type kubernetes.io/tls"},
        {"empty",        {"spec.selector", "must not be empty: it would select every pod"}, "{}", "spec.selector: Required value: it would select every pod"},
        {"a bound",      {"a", "must be >= 1, got 0"}, R"({"a": 0})", "a: Invalid value: 0: must be greater than or equal to 1"},
        {"two bounds",   {"a", "must be between 1 and 65535, got 0"}, R"({"a": 0})", "a: Invalid value: 0: must be between 1 and 65535, inclusive"},
        {"a default's",  {"a", "must be >= 1, got 0"}, "{}", "a: Invalid value: 0: must be greater than or equal to 1"},
        {"of an object", {"a", "must be smaller"}, R"({"a": {"b": 1}})", R"(a: Invalid value: {"b":1}: must be smaller)"},
        {"twice",        {"a", R"(duplicate name "x")"}, "{}", R"(a: Duplicate value: "x")"},
        {"not here",     {"a", "may not be used when `type` is 'ClusterIP'"}, "{}", "a: Forbidden: may not be used when `type` is 'ClusterIP'"},
        {"of words",     {"a", R"(must be one of Max, Min, got "max": did you mean "Max"?)"}, R"({"a": "max"})", R"(a: Unsupported value: "max": supported values: "Max", "Min")"},
        {"unknown word", {"a", R"(must be one of Max, Min, got "max")"}, "{}", R"(a: Unsupported value: "max": supported values: "Max", "Min")"},
        {"a long name",  {"a", R"(must be no more than 63 characters, got "xx")"}, R"({"a": "xx"})", R"(a: Invalid value: "xx": must be no more than 63 bytes)"},
        {"a label key",  {"metadata.labels[a b]", R"(name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character, got "a b")"}, R"({"metadata": {"labels": {"a b": ""}}})",
         R"(metadata.labels: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'))"},
        {"a service",    {"metadata.name", R"(a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character, got "1a")"}, R"({"metadata": {"name": "1a"}})",
         R"(metadata.name: Invalid value: "1a": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?'))"},
        // clang-format on
    };
    for (const auto& c : cases) EXPECT_EQ(told(c.problem, c.body), c.told) << c.why;
    const std::string large = R"({"a": {"b": ")" + std::string(5000, 'x') + "\"}}";
    EXPECT_LT(told({"a", "must be smaller"}, large.c_str()).size(), 600u);
}

}  // namespace
}  // namespace swell::cluster
