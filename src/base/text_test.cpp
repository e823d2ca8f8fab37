#include "base/text.hpp"

#include <gtest/gtest.h>

namespace swell {
namespace {

TEST(Text, Nearest) {
    const std::string_view fields[] = {"replicas", "selector", "template", "minReadySeconds", "on"};
    const std::string huge(1 << 20, 'x');
    struct Case {
        const char* why;
        std::string_view word;
        std::optional<std::string_view> want;
    };
    const Case cases[] = {
        {"one letter missing", "replcas", "replicas"},
        {"one too many", "replicaas", "replicas"},
        {"neighbours swapped", "tempalte", "template"},
        {"two of eight", "sellectr", "selector"},
        {"case is no difference", "minreadyseconds", "minReadySeconds"},
        {"at least one edit is allowed", "in", "on"},
        {"more than a third", "repls", {}},
        {"nothing near", "volumes", {}},
        {"an empty word", "", {}},
        {"a huge word", huge, {}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(nearest(c.word, fields), c.want);
    }
    const std::string_view twins[] = {"cat", "bat"};
    EXPECT_EQ(nearest("rat", twins), "cat") << "the first of equals";
}

TEST(Text, SplitJoinTrim) {
    using Parts = std::vector<std::string_view>;
    EXPECT_EQ(split("a,b,,c", ','), (Parts{"a", "b", "", "c"}));
    EXPECT_EQ(split(",", ','), (Parts{"", ""}));
    EXPECT_EQ(split("", ','), (Parts{""}));
    EXPECT_EQ(join({}, ", "), "");
    const std::string parts[] = {"a", "", "b"};
    EXPECT_EQ(join(parts, ", "), "a, , b");
    EXPECT_EQ(trim(" \t a b\r\n"), "a b");
    EXPECT_EQ(trim(" \n "), "");
}

TEST(Text, Utf8) {
    struct Case {
        const char* why;
        std::string_view text;
        std::size_t valid;
    };
    using namespace std::string_view_literals;
    const Case cases[] = {
        {"nothing", "", 0},
        {"ASCII and NUL", "a\0b"sv, 3},
        {"two, three, four bytes", "\u00fc\u20ac\U0001F600", 9},
        {"the last character", "\xf4\x8f\xbf\xbf", 4},
        {"past the last character", "a\xf4\x90\x80\x80", 1},
        {"a lone continuation", "ab\x80", 2},
        {"an overlong slash", "\xc0\xaf", 0},
        {"overlong in three", "\xe0\x80\xaf", 0},
        {"overlong in four", "\xf0\x80\x80\xaf", 0},
        {"a surrogate", "\xed\xa0\x80", 0},
        {"the last before surrogates", "\xed\x9f\xbf", 3},
        {"cut", "a\xe2\x82", 1},
        {"0xff", "a\xff", 1},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(utf8_prefix(c.text), c.valid);
        EXPECT_EQ(is_utf8(c.text), c.valid == c.text.size());
    }
}

TEST(Text, BinarySize) {
    EXPECT_EQ(binary_size(0), "0 bytes");
    EXPECT_EQ(binary_size(1023), "1023 bytes");
    EXPECT_EQ(binary_size(1536), "1.5 KiB");
    EXPECT_EQ(binary_size(16u << 20), "16 MiB");
    EXPECT_EQ(binary_size(std::size_t{5} << 40), "5 TiB");
}

}  // namespace
}  // namespace swell
