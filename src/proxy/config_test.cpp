#include "proxy/config.hpp"

#include <gtest/gtest.h>

namespace swell::proxy {
namespace {

const ServiceKey shop{"default", "shop", "http"};
const ServiceKey cart{"default", "cart", ""};

Endpoint place(
    const std::string& id, std::uint16_t port = 9000, EndpointState state = EndpointState::ready
) {
    return {.id = id, .address = {"127.0.0.1", port}, .state = state};
}

Snapshot two_services() {
    return {
        .version = 3,
        .services =
            {
                {.key = shop,
                 .listen = {{"127.0.0.1", 8080}, {"::1", 0}},
                 .endpoints = {place("a"), place("b", 9001, EndpointState::draining)},
                 .wait_ms = 500},
                {.key = cart, .listen = {{"127.0.0.1", 8081}}, .endpoints = {}},
            },
    };
}

TEST(ProxyConfig, ReadsWhatItWrites) {
    const auto read = snapshot_from_json(to_json(two_services()));
    ASSERT_TRUE(read.has_value()) << read.error().what;
    EXPECT_EQ(*read, two_services());

    const Applied applied{
        .version = 3,
        .listeners = {{shop, {"127.0.0.1", 8080}, ""}, {cart, {"127.0.0.1", 8081}, "taken"}},
    };
    const auto again = applied_from_json(to_json(applied));
    ASSERT_TRUE(again.has_value()) << again.error().what;
    EXPECT_EQ(again->version, 3);
    EXPECT_EQ(again->listeners, applied.listeners);
}

TEST(ProxyConfig, Text) {
    EXPECT_EQ(to_text(Address{"127.0.0.1", 80}), "127.0.0.1:80");
    EXPECT_EQ(to_text(Address{"::1", 80}), "[::1]:80");
    EXPECT_EQ(to_text(shop), "default/shop:http");
    EXPECT_EQ(to_text(cart), "default/cart");
}

TEST(ProxyConfig, Refused) {
    struct Case {
        const char* why;
        const char* path;   // in the JSON of two_services()
        const char* value;  // what stands there instead
        const char* what;
    };
    // clang-format off
    const Case cases[] = {
        {"no version", "/version", "null", "version: must be 1 to 9223372036854775807"},
        {"version 0", "/version", "0", "version: must be 1 to 9223372036854775807"},
        {"a version that is text", "/version", "\"3\"", "version: must be 1 to 9223372036854775807"},
        {"services that are no array", "/services", "{}", "services: must be an array of at most 10000"},
        {"a service that is no object", "/services/1", "7",
         "services[1]: must be an object\nservices[1].namespace: must be a string\nservices[1].name: must be a string"},
        {"an empty name", "/services/0/name", "\"\"", "services[0].name: must not be empty"},
        {"a quote in a name", "/services/0/name", "\"a\\\"b\"", "services[0].name: must be UTF-8 without line ends, quotes and backslashes"},
        {"a service twice", "/services/1", R"({"namespace": "default", "name": "shop", "port_name": "http"})",
         "services[1]: service default/shop:http is there twice"},
        {"a wait without end", "/services/0/wait_ms", "60001", "services[0].wait_ms: must be 0 to 60000"},
        {"a host name", "/services/0/listen/0/address", "\"localhost\"", "services[0].listen[0].address: must be an IP address, got localhost"},
        {"a port too high", "/services/0/listen/0/port", "65536", "services[0].listen[0].port: must be 0 to 65535"},
        {"an address twice", "/services/1/listen/0/port", "8080", "services[1].listen[0]: 127.0.0.1:8080 is listened on twice"},
        {"an endpoint without a port", "/services/0/endpoints/0/port", "0", "services[0].endpoints[0].port: must be 1 to 65535"},
        {"an endpoint twice", "/services/0/endpoints/1/id", "\"a\"", "services[0].endpoints[1].id: a is there twice"},
        {"a state nobody knows", "/services/0/endpoints/0/state", "\"gone\"", "services[0].endpoints[0].state: must be ready or draining, got gone"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        Json json = to_json(two_services());
        json[Json::json_pointer(c.path)] = Json::parse(c.value);
        const auto read = snapshot_from_json(json);
        ASSERT_FALSE(read.has_value());
        EXPECT_EQ(read.error().code, Code::invalid);
        EXPECT_EQ(read.error().what, c.what);
    }
    EXPECT_FALSE(snapshot_from_json(Json::array()).has_value());
    EXPECT_FALSE(snapshot_from_json(Json::parse("{", nullptr, false)).has_value());
    EXPECT_FALSE(snapshot_from_json({{"version", 1}}).has_value());
}

TEST(ProxyConfig, Changes) {
    const Snapshot base{
        .version = 1,
        .services =
            {{.key = shop,
              .listen = {{"127.0.0.1", 80}, {"127.0.0.1", 0}},
              .endpoints = {place("a"), place("b", 9001)}}},
    };
    const auto changed = [&base](auto change) {
        Snapshot next = base;
        next.version = 2;
        change(next.services);
        return next;
    };
    using Services = std::vector<Service>;
    struct Case {
        const char* why;
        Snapshot next;
        Changes expected;
    };
    const Case cases[] = {
        {"nothing", changed([](Services&) {}), {}},
        {"a new endpoint",
         changed([](Services& s) { s[0].endpoints.push_back(place("c", 9002)); }),
         {.added = {{shop, place("c", 9002)}}}},
        {"one leaves",
         changed([](Services& s) { s[0].endpoints.pop_back(); }),
         {.removed = {{shop, place("b", 9001)}}}},
        {"one drains",
         changed([](Services& s) { s[0].endpoints[0].state = EndpointState::draining; }),
         {.drained = {{shop, place("a", 9000, EndpointState::draining)}}}},
        {"one moves house",
         changed([](Services& s) { s[0].endpoints[0].address.port = 9009; }),
         {.added = {{shop, place("a", 9009)}}, .removed = {{shop, place("a")}}}},
        {"a new listener",
         changed([](Services& s) { s[0].listen.push_back({"127.0.0.1", 81}); }),
         {.opened = {{shop, {"127.0.0.1", 81}}}}},
        {"a listener goes",
         changed([](Services& s) { s[0].listen.erase(s[0].listen.begin()); }),
         {.closed = {{shop, {"127.0.0.1", 80}}}}},
        {"a listener for another service",
         changed([](Services& s) {
             s[0].listen.erase(s[0].listen.begin());
             s.push_back({.key = cart, .listen = {{"127.0.0.1", 80}}, .endpoints = {}});
         }),
         {.moved = {{cart, {"127.0.0.1", 80}}}}},
        {"any port is each service's own",
         changed([](Services& s) {
             s.push_back({.key = cart, .listen = {{"127.0.0.1", 0}}, .endpoints = {}});
         }),
         {.opened = {{cart, {"127.0.0.1", 0}}}}},
        {"the service goes",
         changed([](Services& s) { s.clear(); }),
         {.closed = {{shop, {"127.0.0.1", 0}}, {shop, {"127.0.0.1", 80}}},
          .removed = {{shop, place("a")}, {shop, place("b", 9001)}},
          .forgotten = {shop}}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_TRUE(changes(base, c.next) == c.expected);
    }
    const Snapshot draining =
        changed([](Services& s) { s[0].endpoints[0].state = EndpointState::draining; });
    EXPECT_TRUE((changes(draining, base) == Changes{.readied = {{shop, place("a")}}}));
}

}  // namespace
}  // namespace swell::proxy
