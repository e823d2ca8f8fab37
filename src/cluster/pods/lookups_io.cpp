#include "cluster/pods/lookups_io.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

namespace swell::cluster::pods {

const Object* Lookups::find(const spec::Kind& kind, const std::string& name) const {
    const Key key{kind.name, ns_, name};
    if (const auto held = held_.find(key); held != held_.end()) return &held->second;
    const auto object = cluster_.get(key);
    return object ? &held_.emplace(key, *object).first->second : nullptr;
}

const spec::ConfigMap* Lookups::config_map(const std::string& name) const {
    const Object* object = find(spec::kind_of<spec::ConfigMap>(), name);
    return object == nullptr ? nullptr : &object->as<spec::ConfigMap>();
}

const spec::Secret* Lookups::secret(const std::string& name) const {
    const Object* object = find(spec::kind_of<spec::Secret>(), name);
    return object == nullptr ? nullptr : &object->as<spec::Secret>();
}

std::vector<const spec::Service*> Lookups::services() const {
    std::vector<const spec::Service*> list;
    Query query;
    query.kind = spec::kind_of<spec::Service>().name;
    query.ns = ns_;
    for (const Object& object : cluster_.list(query))
        list.push_back(
            &held_.emplace(spec::key_of(object), object).first->second.as<spec::Service>()
        );
    return list;
}

Machine this_machine(const std::string& folder) {
    Machine machine;
    machine.cpu_milli = ::sysconf(_SC_NPROCESSORS_ONLN) * 1000;
    machine.memory = ::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE);
    struct statvfs about{};
    if (::statvfs(folder.c_str(), &about) == 0)
        machine.storage = static_cast<std::int64_t>(about.f_blocks * about.f_frsize);
    return machine;
}

}  // namespace swell::cluster::pods
