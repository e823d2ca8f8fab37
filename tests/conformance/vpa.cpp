#include "vpa.hpp"

#include "vpa_admission.hpp"
#include "vpa_recommender.hpp"
#include "vpa_updater.hpp"

namespace swell::conformance {

std::string check_vpa(const Json& recorded) {
    if (is_vpa_recommender_case(recorded)) return check_vpa_recommender_case(recorded);
    if (is_vpa_buckets(recorded)) return check_vpa_buckets(recorded);
    if (is_vpa_updater_case(recorded)) return check_vpa_updater_case(recorded);
    if (is_vpa_admission_case(recorded)) return check_vpa_admission_case(recorded);
    return "neither of the recommender, nor of the updater, nor of admission";
}

}  // namespace swell::conformance
