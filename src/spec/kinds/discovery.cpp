#include "spec/kinds/discovery.hpp"

#include "spec/fields/kind.hpp"
#include "spec/kinds/names.hpp"

namespace swell::spec {
namespace {

void complete(EndpointSlice&) {}

void validate(const EndpointSlice& slice, Problems& problems) {
    validate(slice.metadata, "metadata", problems);
}

}  // namespace

template <>
const Kind& kind_of<EndpointSlice>() {
    static const Kind kind = fields::make_kind<EndpointSlice, complete, validate>(
        {"discovery.k8s.io/v1", "EndpointSlice", "endpointslices", {}}
    );
    return kind;
}

}  // namespace swell::spec
