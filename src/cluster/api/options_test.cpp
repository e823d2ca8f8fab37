#include "cluster/api/options.hpp"

#include <gtest/gtest.h>

namespace swell::cluster {
namespace {

std::string text(const std::expected<WriteOptions, Failure>& read) {
    if (!read) return std::to_string(read.error().code) + ": " + read.error().message;
    std::string said;
    if (read->dry_run) said += "dry ";
    if (read->deletion.grace_seconds) said += std::to_string(*read->deletion.grace_seconds) + "s ";
    if (read->deletion.propagation == Propagation::orphan) said += "orphan ";
    if (read->uid) said += "uid=" + *read->uid + " ";
    if (read->resource_version) said += "version=" + *read->resource_version + " ";
    return said;
}

TEST(WriteOptions, OfAQuery) {
    const struct {
        const char* method;
        std::map<std::string, std::string> query;
        const char* read;
    } cases[] = {
        // clang-format off
        {"DELETE", {},                                   ""},
        {"DELETE", {{"gracePeriodSeconds", "7"}},        "7s "},
        {"DELETE", {{"gracePeriodSeconds", "-1"}},       "-1s "},
        {"DELETE", {{"gracePeriodSeconds", "soon"}},     R"(400: strconv.ParseInt: parsing "soon": invalid syntax)"},
        {"DELETE", {{"propagationPolicy", "Orphan"}},    "orphan "},
        {"DELETE", {{"propagationPolicy", "Foreground"}}, ""},
        {"DELETE", {{"orphanDependents", "true"}},       "orphan "},
        {"DELETE", {{"propagationPolicy", "Later"}},     R"(422: DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Later": supported values: "Foreground", "Background", "Orphan", "nil")"},
        {"DELETE", {{"propagationPolicy", "Orphan"}, {"orphanDependents", "true"}}, R"(422: DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set)"},
        {"POST",   {{"dryRun", "All"}},                  "dry "},
        {"PUT",    {{"dryRun", "Some"}},                 R"(422: UpdateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All")"},
        {"PATCH",  {{"dryRun", "\xff"}},                 "422: PatchOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"\xef\xbf\xbd\"]: supported values: \"All\""},
        {"PUT",    {{"gracePeriodSeconds", "soon"}},     ""},
        // clang-format on
    };
    for (const auto& c : cases) EXPECT_EQ(text(write_options(c.method, c.query, "")), c.read);
}

TEST(WriteOptions, ABodyOfADeletionSaysItAll) {
    const std::string not_read =
        "400: DeleteOptions in version \"v1\" cannot be handled as a DeleteOptions: ";
    const struct {
        const char* body;
        std::string read;
    } cases[] = {
        // clang-format off
        {" ",                                                              "9s "},
        {"{}",                                                             ""},
        {R"({"kind": "DeleteOptions", "gracePeriodSeconds": 0})",          "0s "},
        {R"({"gracePeriodSeconds": null, "preconditions": null})",         ""},
        {R"({"dryRun": ["All"]})",                                         "dry "},
        {R"({"dryRun": []})",                                              ""},
        {R"({"orphanDependents": true})",                                  "orphan "},
        {R"({"preconditions": {"uid": "a", "resourceVersion": "7"}})",     "uid=a version=7 "},
        {R"({"preconditions": {"uid": ""}})",                              "uid= "},
        {R"({"gracePeriodSeconds": "1"})",                                 not_read + "gracePeriodSeconds: expected an integer"},
        {R"({"propagationPolicy": 1})",                                    not_read + "propagationPolicy: expected a string"},
        {R"({"orphanDependents": 1})",                                     not_read + "orphanDependents: expected true or false"},
        {R"({"gracePeriodSeconds": 18446744073709551615})",                not_read + "gracePeriodSeconds: expected an integer"},
        {R"({"gracePeriodSeconds": -1})",                                  "-1s "},
        {R"({"preconditions": {"uid": 5}})",                               not_read + "preconditions.uid: expected a string"},
        {R"({"preconditions": {"resourceVersion": 7}})",                   not_read + "preconditions.resourceVersion: expected a string"},
        {R"({"preconditions": {"uid": null}})",                            ""},
        {R"({"preconditions": []})",                                       not_read + "preconditions: expected an object"},
        {R"({"dryRun": "All"})",                                           not_read + "dryRun: expected a list"},
        {"[]",                                                             not_read + "it is no object"},
        {"{",                                                              "400: the body is not JSON"},
        // clang-format on
    };
    for (const auto& c : cases)
        EXPECT_EQ(text(write_options("DELETE", {{"gracePeriodSeconds", "9"}}, c.body)), c.read)
            << c.body;
}

}  // namespace
}  // namespace swell::cluster
