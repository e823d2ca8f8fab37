#include "door.hpp"

#include <utility>

namespace swell::simulation {

using cluster::Object;

namespace {

std::unexpected<Error> refusal() { return fail(Code::unavailable, "the API does not answer"); }

}  // namespace

Door::Door(
    std::string controller,
    cluster::Cluster& behind,
    Rng rng,
    const Refusals& refusals,
    OnWrite on_write
)
    : controller_(std::move(controller)),
      behind_(behind),
      rng_(rng),
      refusals_(refusals),
      on_write_(std::move(on_write)) {}

bool Door::is_unavailable() {
    if (rng_.unit() >= refusals_.unavailable) return false;
    ++refused_;
    return true;
}

void Door::overtake(const spec::Key& key) {
    if (rng_.unit() >= refusals_.overtaken) return;
    const auto stored = behind_.get(key);
    if (!stored) return;
    spec::ObjectMeta metadata = stored->metadata();
    metadata.annotations["example.com/touched"] = std::to_string(++overtaken_);
    if (behind_.update(stored->with_metadata(std::move(metadata)))) ++refused_;
}

Result<Object> Door::create(Object object) {
    if (is_unavailable()) return refusal();
    auto created = behind_.create(std::move(object));
    if (created) on_write_({Write::Act::create, controller_, nullptr, &*created});
    return created;
}

Result<Object> Door::update(Object object) {
    if (is_unavailable()) return refusal();
    overtake(key_of(object));
    const auto before = behind_.get(key_of(object));
    auto written = behind_.update(std::move(object));
    if (written && before) on_write_({Write::Act::update, controller_, &*before, &*written});
    return written;
}

Result<Object> Door::resize(Object pod) {
    if (is_unavailable()) return refusal();
    overtake(key_of(pod));
    const auto before = behind_.get(key_of(pod));
    auto written = behind_.resize(std::move(pod));
    if (written && before) on_write_({Write::Act::update, controller_, &*before, &*written});
    return written;
}

Result<Object> Door::update_status(Object object) {
    if (is_unavailable()) return refusal();
    overtake(key_of(object));
    const auto before = behind_.get(key_of(object));
    auto written = behind_.update_status(std::move(object));
    if (written && before) on_write_({Write::Act::status, controller_, &*before, &*written});
    return written;
}

Result<void> Door::remove(const spec::Key& key, const Deletion& deletion) {
    if (is_unavailable()) return refusal();
    const auto before = behind_.get(key);
    auto removed = behind_.remove(key, deletion);
    if (removed && before) on_write_({Write::Act::remove, controller_, &*before, nullptr});
    return removed;
}

}  // namespace swell::simulation
