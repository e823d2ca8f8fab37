#include "base/yaml/resolve.hpp"

#include <gtest/gtest.h>

namespace swell::yaml {
namespace {

// What sigs.k8s.io/yaml (go-yaml v2.4.2) turns each into, as JSON.
TEST(Resolve, PlainScalars) {
    using enum Node::Type;
    struct Case {
        const char* plain;
        Node::Type type;
        const char* text;
    };
    // clang-format off
    const Case cases[] = {
        {"", null, "null"}, {"~", null, "null"}, {"null", null, "null"}, {"Null", null, "null"}, {"nULL", string, "nULL"},
        {"true", boolean, "true"}, {"True", boolean, "true"}, {"yes", boolean, "true"}, {"on", boolean, "true"}, {"y", boolean, "true"},
        {"Y", boolean, "true"}, {"tRUE", string, "tRUE"}, {"false", boolean, "false"}, {"NO", boolean, "false"}, {"Off", boolean, "false"},
        {"n", boolean, "false"}, {"nope", string, "nope"}, {"yES", string, "yES"},
        {"0", integer, "0"}, {"-0", integer, "0"}, {"12", integer, "12"}, {"+12", integer, "12"}, {"-12", integer, "-12"},
        {"1_000", integer, "1000"}, {"0x1F", integer, "31"}, {"0X1f", integer, "31"}, {"-0x1F", integer, "-31"}, {"0x", string, "0x"},
        {"0o17", integer, "15"}, {"017", integer, "15"}, {"0b101", integer, "5"}, {"-0b101", integer, "-5"}, {"0b102", string, "0b102"},
        {"9223372036854775807", integer, "9223372036854775807"}, {"-9223372036854775808", integer, "-9223372036854775808"},
        {"18446744073709551615", integer, "18446744073709551615"}, {"18446744073709551616", integer, "18446744073709552000"},
        {"08", integer, "8"}, {"09.5", number, "9.5"}, {"-08", integer, "-8"},
        {"1.5", number, "1.5"}, {"1.50", number, "1.5"}, {".5", number, "0.5"}, {"5.", integer, "5"}, {"2.0", integer, "2"}, {"1e3", integer, "1000"},
        {"1E-3", number, "0.001"}, {"1e-7", number, "1e-7"}, {"1.25e-9", number, "1.25e-9"}, {"1e21", number, "1e+21"}, {"1e20", integer, "100000000000000000000"},
        {"-.5", number, "-0.5"}, {"1e400", string, "1e400"}, {"1e-400", integer, "0"}, {"1e", string, "1e"}, {"1.2.3", string, "1.2.3"}, {".", string, "."},
        {"0.1", number, "0.1"}, {"123456.789", number, "123456.789"},
        {".inf", number, ".inf"}, {"-.INF", number, "-.inf"}, {".NaN", number, ".nan"},
        {"500m", string, "500m"}, {"128Mi", string, "128Mi"}, {"-", string, "-"}, {"+", string, "+"}, {"<<", string, "<<"},
        {"2026-11-24", string, "2026-11-24"}, {"12:30:45", string, "12:30:45"}, {"1__", integer, "1"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.plain);
        const Scalar got = resolve_plain(c.plain);
        EXPECT_EQ(got.type, c.type);
        EXPECT_EQ(got.text, c.text);
    }
}

TEST(Resolve, Tags) {
    using enum Node::Type;
    struct Case {
        const char* tag;
        const char* text;
        std::optional<Scalar> want;
    };
    const Case cases[] = {
        {"tag:yaml.org,2002:str", "5", Scalar{string, "5"}},
        {"tag:yaml.org,2002:int", "5", Scalar{integer, "5"}},
        {"tag:yaml.org,2002:int", "five", {}},
        {"tag:yaml.org,2002:float", "5", Scalar{integer, "5"}},
        {"tag:yaml.org,2002:bool", "yes", Scalar{boolean, "true"}},
        {"tag:yaml.org,2002:bool", "1", {}},
        {"tag:yaml.org,2002:null", "~", Scalar{null, "null"}},
        {"tag:yaml.org,2002:binary", "aGVsbG8=", Scalar{string, "hello"}},
        {"tag:yaml.org,2002:binary", "aGVsb\nG8h", Scalar{string, "hello!"}},
        {"tag:yaml.org,2002:binary", "a", {}},
        {"tag:yaml.org,2002:binary", "a*b", {}},
        {"!Ref", "5", Scalar{string, "5"}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(std::string(c.tag) + " " + c.text);
        const auto got = resolve_tagged(c.tag, c.text);
        ASSERT_EQ(got.has_value(), c.want.has_value());
        if (!got) continue;
        EXPECT_EQ(got->type, c.want->type);
        EXPECT_EQ(got->text, c.want->text);
    }
}

TEST(Resolve, NeedsQuotes) {
    const char* const quoted[] = {
        "",
        "yes",
        "y",
        "null",
        "~",
        "12",
        "0x1F",
        "1e3",
        ".5",
        "<<",
        "1_0",
        ".inf",
        "08",
        "2026-11-24",
        "1:30:00",
        "2026-11-24T12:00:00Z"
    };
    for (const char* text : quoted) EXPECT_TRUE(needs_quotes(text)) << text;
    const char* const plain[] = {"hello", "500m", "1.2.3", "-", "a:b", "2026-11", "nope", ":80"};
    for (const char* text : plain) EXPECT_FALSE(needs_quotes(text)) << text;
}

}  // namespace
}  // namespace swell::yaml
