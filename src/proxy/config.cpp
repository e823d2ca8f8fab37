#include "proxy/config.hpp"

#include <arpa/inet.h>

#include <map>
#include <optional>
#include <set>

#include "base/text.hpp"

namespace swell::proxy {

namespace {

// Far above what one machine runs, and a bound on what a mistake can cost.
constexpr std::size_t most_services = 10'000;
constexpr std::size_t most_endpoints = 100'000;
constexpr std::int64_t longest_wait_ms = 60'000;

bool is_ip(const std::string& text) {
    unsigned char bytes[16];
    return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

/// Reads fields of one object, and notes each that is not as it must be.
class Reader {
  public:
    Reader(const Json& json, std::string path, std::vector<std::string>& problems)
        : json_(json), path_(std::move(path)), problems_(problems) {
        if (!json.is_object()) problem("", "must be an object");
    }

    std::string text(const char* field, bool may_be_empty = false) {
        const Json* found = find(field);
        if (found == nullptr && may_be_empty) return {};
        if (found == nullptr || !found->is_string()) {
            problem(field, "must be a string");
            return {};
        }
        std::string value = found->get<std::string>();
        if (value.empty() && !may_be_empty) problem(field, "must not be empty");
        if (!is_utf8(value) || value.find_first_of("\n\r\"\\") != std::string::npos) {
            problem(field, "must be UTF-8 without line ends, quotes and backslashes");
        }
        return value;
    }

    std::int64_t number(const char* field, std::int64_t lowest, std::int64_t highest) {
        const Json* found = find(field);
        const bool good = found != nullptr && found->is_number_integer() &&
                          found->get<std::int64_t>() >= lowest &&
                          found->get<std::int64_t>() <= highest;
        if (good) return found->get<std::int64_t>();
        problem(field, "must be " + std::to_string(lowest) + " to " + std::to_string(highest));
        return lowest;
    }

    Address address(std::int64_t lowest_port) {
        Address read;
        read.address = text("address");
        if (!read.address.empty() && !is_ip(read.address)) {
            problem("address", "must be an IP address, got " + read.address);
        }
        read.port = static_cast<std::uint16_t>(number("port", lowest_port, 65535));
        return read;
    }

    /// Calls `use(element, its path)` for each element; a missing array is an empty one.
    template <class Use>
    void each(const char* field, std::size_t most, Use use) {
        const Json* found = find(field);
        if (found == nullptr) return;
        if (!found->is_array() || found->size() > most) {
            return problem(field, "must be an array of at most " + std::to_string(most));
        }
        for (std::size_t i = 0; i < found->size(); ++i) {
            use((*found)[i], at(field) + "[" + std::to_string(i) + "]");
        }
    }

    bool has(const char* field) const { return find(field) != nullptr; }

    void problem(const std::string& field, const std::string& what) {
        problems_.push_back((field.empty() ? path_ : at(field)) + ": " + what);
    }

  private:
    const Json* find(const char* field) const {
        if (!json_.is_object()) return nullptr;
        const auto found = json_.find(field);
        return found == json_.end() ? nullptr : &*found;
    }
    std::string at(const std::string& field) const {
        return path_.empty() ? field : path_ + "." + field;
    }

    const Json& json_;
    std::string path_;
    std::vector<std::string>& problems_;
};

Endpoint read_endpoint(Reader& reader) {
    Endpoint endpoint;
    endpoint.id = reader.text("id");
    endpoint.address = reader.address(1);
    const std::string state = reader.text("state");
    if (state == "draining") {
        endpoint.state = EndpointState::draining;
    } else if (state != "ready" && !state.empty()) {
        reader.problem("state", "must be ready or draining, got " + state);
    }
    return endpoint;
}

/// What must be told apart over the whole snapshot.
struct Seen {
    std::set<ServiceKey> services;
    std::set<Address> listeners;
};

Service read_service(Reader& reader, Seen& seen, std::vector<std::string>& problems) {
    Service service;
    service.key = {reader.text("namespace"), reader.text("name"), reader.text("port_name", true)};
    if (reader.has("wait_ms")) service.wait_ms = reader.number("wait_ms", 0, longest_wait_ms);
    if (!seen.services.insert(service.key).second) {
        reader.problem("", "service " + to_text(service.key) + " is there twice");
    }
    std::set<Address> own;
    reader.each("listen", 64, [&](const Json& json, const std::string& path) {
        Reader listener(json, path, problems);
        const Address address = listener.address(0);
        const bool fresh =
            address.port == 0 ? own.insert(address).second : seen.listeners.insert(address).second;
        if (!fresh) listener.problem("", to_text(address) + " is listened on twice");
        service.listen.push_back(address);
    });
    std::set<std::string> ids;
    reader.each("endpoints", most_endpoints, [&](const Json& json, const std::string& path) {
        Reader endpoint(json, path, problems);
        service.endpoints.push_back(read_endpoint(endpoint));
        const std::string& id = service.endpoints.back().id;
        if (!ids.insert(id).second) endpoint.problem("id", id + " is there twice");
    });
    return service;
}

Json address_json(const Address& address) {
    return {{"address", address.address}, {"port", address.port}};
}

Json key_json(const ServiceKey& key) {
    return {{"namespace", key.ns}, {"name", key.name}, {"port_name", key.port_name}};
}

/// Two listeners are one when they have the same address; with port 0 they also have one service.
struct ListenerId {
    Address address;
    ServiceKey service;  // with port 0 only
    auto operator<=>(const ListenerId&) const = default;
};

std::map<ListenerId, ServiceKey> listeners(const Snapshot& snapshot) {
    std::map<ListenerId, ServiceKey> all;
    for (const Service& service : snapshot.services) {
        for (const Address& address : service.listen) {
            all[{address, address.port == 0 ? service.key : ServiceKey{}}] = service.key;
        }
    }
    return all;
}

using Places = std::map<std::pair<ServiceKey, std::string>, Endpoint>;

Places places(const Snapshot& snapshot) {
    Places all;
    for (const Service& service : snapshot.services) {
        for (const Endpoint& endpoint : service.endpoints) {
            all[{service.key, endpoint.id}] = endpoint;
        }
    }
    return all;
}

void note_listeners(const Snapshot& current, const Snapshot& next, Changes& changes) {
    const auto before = listeners(current);
    const auto after = listeners(next);
    for (const auto& [id, service] : before) {
        if (!after.contains(id)) changes.closed.push_back({service, id.address});
    }
    for (const auto& [id, service] : after) {
        const auto found = before.find(id);
        if (found == before.end()) {
            changes.opened.push_back({service, id.address});
        } else if (found->second != service) {
            changes.moved.push_back({service, id.address});
        }
    }
}

void note_endpoints(const Snapshot& current, const Snapshot& next, Changes& changes) {
    const Places before = places(current);
    const Places after = places(next);
    for (const auto& [key, endpoint] : before) {
        const auto found = after.find(key);
        const bool stays = found != after.end() && found->second.address == endpoint.address;
        if (!stays) changes.removed.push_back({key.first, endpoint});
    }
    for (const auto& [key, endpoint] : after) {
        const auto found = before.find(key);
        if (found == before.end() || found->second.address != endpoint.address) {
            changes.added.push_back({key.first, endpoint});
        } else if (found->second.state != endpoint.state) {
            const bool drains = endpoint.state == EndpointState::draining;
            (drains ? changes.drained : changes.readied).push_back({key.first, endpoint});
        }
    }
}

}  // namespace

std::string to_text(const Address& address) {
    const bool v6 = address.address.find(':') != std::string::npos;
    return (v6 ? "[" + address.address + "]" : address.address) + ":" +
           std::to_string(address.port);
}

std::string to_text(const ServiceKey& key) {
    return key.ns + "/" + key.name + (key.port_name.empty() ? "" : ":" + key.port_name);
}

Json to_json(const Snapshot& snapshot) {
    Json services = Json::array();
    for (const Service& service : snapshot.services) {
        Json json = key_json(service.key);
        json["listen"] = Json::array();
        for (const Address& address : service.listen) {
            json["listen"].push_back(address_json(address));
        }
        json["wait_ms"] = service.wait_ms;
        json["endpoints"] = Json::array();
        for (const Endpoint& endpoint : service.endpoints) {
            const bool ready = endpoint.state == EndpointState::ready;
            json["endpoints"].push_back(
                {{"id", endpoint.id},
                 {"address", endpoint.address.address},
                 {"port", endpoint.address.port},
                 {"state", ready ? "ready" : "draining"}}
            );
        }
        services.push_back(std::move(json));
    }
    return {{"version", snapshot.version}, {"services", std::move(services)}};
}

Result<Snapshot> snapshot_from_json(const Json& json) {
    std::vector<std::string> problems;
    Snapshot snapshot;
    Seen seen;
    Reader reader(json, "", problems);
    if (!json.is_object()) return fail(Code::invalid, "snapshot: must be an object");
    snapshot.version = reader.number("version", 1, INT64_MAX);
    if (!reader.has("services")) reader.problem("services", "must be an array");
    reader.each("services", most_services, [&](const Json& item, const std::string& path) {
        Reader service(item, path, problems);
        snapshot.services.push_back(read_service(service, seen, problems));
    });
    if (!problems.empty()) return fail(Code::invalid, join(problems, "\n"));
    return snapshot;
}

Changes changes(const Snapshot& current, const Snapshot& next) {
    Changes all;
    note_listeners(current, next, all);
    note_endpoints(current, next, all);
    std::set<ServiceKey> kept;
    for (const Service& service : next.services) kept.insert(service.key);
    for (const Service& service : current.services) {
        if (!kept.contains(service.key)) all.forgotten.push_back(service.key);
    }
    return all;
}

Json to_json(const Applied& applied) {
    Json listeners = Json::array();
    for (const ListenerStatus& status : applied.listeners) {
        Json json = {
            {"service", key_json(status.service)},
            {"address", status.address.address},
            {"port", status.address.port},
        };
        if (!status.error.empty()) json["error"] = status.error;
        listeners.push_back(std::move(json));
    }
    return {{"applied", applied.version}, {"listeners", std::move(listeners)}};
}

Result<Applied> applied_from_json(const Json& json) {
    std::vector<std::string> problems;
    Applied applied;
    Reader reader(json, "", problems);
    applied.version = reader.number("applied", 1, INT64_MAX);
    reader.each("listeners", SIZE_MAX, [&](const Json& item, const std::string& path) {
        Reader listener(item, path, problems);
        ListenerStatus status;
        status.address = listener.address(0);
        if (item.contains("service")) {
            Reader key(item["service"], path + ".service", problems);
            status.service = {key.text("namespace"), key.text("name"), key.text("port_name", true)};
        }
        if (item.contains("error") && item["error"].is_string()) {
            status.error = item["error"].get<std::string>();
        }
        applied.listeners.push_back(std::move(status));
    });
    if (!problems.empty()) return fail(Code::invalid, join(problems, "\n"));
    return applied;
}

}  // namespace swell::proxy
